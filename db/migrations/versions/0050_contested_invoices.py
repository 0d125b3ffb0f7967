"""contested invoices, and absences that were billed"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "invoicedispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("credit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_invoicedispute_company_id_company"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_invoicedispute_invoice_id_invoice"),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name="fk_invoicedispute_inquiry_id_inquiry", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name="fk_invoicedispute_settled_by_account"),
        sa.ForeignKeyConstraint(["credit_id"], ["invoice.id"], name="fk_invoicedispute_credit_id_invoice"),
        sa.PrimaryKeyConstraint("id", name="pk_invoicedispute"),
    )
    op.create_index("ix_invoicedispute_company_id", "invoicedispute", ["company_id"])
    op.create_index("ix_invoicedispute_inquiry_id", "invoicedispute", ["inquiry_id"])
    op.create_index(
        "uq_invoicedispute_invoice_id", "invoicedispute", ["invoice_id"], unique=True, sqlite_where=OPEN,
        postgresql_where=OPEN,
    )  # fmt: skip
    op.create_table(
        "absencebilling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_absencebilling_company_id_company"),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slot.id"], name="fk_absencebilling_slot_id_slot", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_absencebilling_invoice_id_invoice"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_absencebilling_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_absencebilling"),
        sa.UniqueConstraint("slot_id", name="uq_absencebilling_slot_id"),
    )
    op.create_index("ix_absencebilling_company_id", "absencebilling", ["company_id"])
    op.create_index("ix_absencebilling_account_id", "absencebilling", ["account_id"])


def downgrade() -> None:
    op.drop_table("absencebilling")
    op.drop_table("invoicedispute")
