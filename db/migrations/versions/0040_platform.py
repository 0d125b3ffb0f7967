"""invoices handed to a platform"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None
WAITING = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "platformflow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(15), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tracking_id", sa.String(64), nullable=False),
        sa.Column("flow_id", sa.String(64), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(3), nullable=False),
        sa.Column("status_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("taken_by", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_platformflow_company_id_company"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_platformflow_invoice_id_invoice"),
        sa.PrimaryKeyConstraint("id", name="pk_platformflow"),
        sa.UniqueConstraint("tracking_id", name="uq_platformflow_tracking_id"),
    )
    op.create_index("ix_platformflow_company_id", "platformflow", ["company_id"])
    op.create_index("ix_platformflow_invoice_id", "platformflow", ["invoice_id"])
    op.create_index("ix_platformflow_flow_id", "platformflow", ["flow_id"])
    op.create_index("ix_platformflow_state_id", "platformflow", ["state", "id"])
    op.create_index(
        "ix_platformflow_due_at", "platformflow", ["due_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "invoicestatus",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("flow_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_invoicestatus_company_id_company"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_invoicestatus_invoice_id_invoice"),
        sa.PrimaryKeyConstraint("id", name="pk_invoicestatus"),
        sa.UniqueConstraint("flow_id", name="uq_invoicestatus_flow_id"),
    )
    op.create_index("ix_invoicestatus_invoice_id", "invoicestatus", ["invoice_id"])
    op.create_index("ix_invoicestatus_updated_at", "invoicestatus", ["updated_at"])


def downgrade() -> None:
    op.drop_table("invoicestatus")
    op.drop_table("platformflow")
