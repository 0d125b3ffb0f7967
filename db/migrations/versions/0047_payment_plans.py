"""payment plans"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

LASTS = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "paymentplan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("instalments", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("token", sa.String(43), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_reason", sa.String(150), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_paymentplan_company_id_company"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_paymentplan_account_id_account"),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name="fk_paymentplan_ended_by_account"),
        sa.PrimaryKeyConstraint("id", name="pk_paymentplan"),
        sa.UniqueConstraint("token", name="uq_paymentplan_token"),
    )
    op.create_index("ix_paymentplan_company_id", "paymentplan", ["company_id"])
    op.create_index("ix_paymentplan_account_id", "paymentplan", ["account_id"])
    op.create_index("ix_paymentplan_created_at", "paymentplan", ["created_at"])
    op.create_table(
        "planinvoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_planinvoice_company_id_company"),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["paymentplan.id"], name="fk_planinvoice_plan_id_paymentplan", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_planinvoice_invoice_id_invoice"),
        sa.PrimaryKeyConstraint("id", name="pk_planinvoice"),
    )
    op.create_index("ix_planinvoice_company_id", "planinvoice", ["company_id"])
    op.create_index("ix_planinvoice_plan_id", "planinvoice", ["plan_id"])
    op.create_index(
        "uq_planinvoice_invoice_id", "planinvoice", ["invoice_id"], unique=True, sqlite_where=LASTS,
        postgresql_where=LASTS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("planinvoice")
    op.drop_table("paymentplan")
