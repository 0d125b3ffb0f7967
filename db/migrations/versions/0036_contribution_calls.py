"""contribution calls"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoiceseries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoiceseries")),
        sa.UniqueConstraint("prefix", name=op.f("uq_invoiceseries_prefix")),
    )
    op.create_table(
        "contributioncall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("invoices", sa.Integer(), nullable=False),
        sa.Column("credit_notes", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_contributioncall_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributioncall")),
        sa.UniqueConstraint("year", name=op.f("uq_contributioncall_year")),
    )
    op.create_index("ix_contributioncall_state", "contributioncall", ["state"])
    op.add_column("invoice", sa.Column("receipt", sa.String(30), nullable=True))
    op.create_index("uq_invoice_receipt", "invoice", ["receipt"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_invoice_receipt", "invoice")
    op.drop_column("invoice", "receipt")
    op.drop_table("contributioncall")
    op.drop_table("invoiceseries")
