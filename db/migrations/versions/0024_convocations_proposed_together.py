"""convocations proposed together, and the reads of the service over all members"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "convocationbatch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("kinds", sa.String(200), nullable=False),
        sa.Column("sessions", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.Column("started_at", db.types.Instant(), nullable=True),
        sa.Column("ended_at", db.types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["careteam.id"], name="fk_convocationbatch_team_id_careteam"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_convocationbatch_account_id_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_convocationbatch"),
    )
    op.create_index("ix_convocationbatch_state", "convocationbatch", ["state"])
    op.create_table(
        "batchline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", db.types.Instant(), nullable=True),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.Column("note", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_batchline_company_id_company"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["convocationbatch.id"], name="fk_batchline_batch_id_convocationbatch",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name="fk_batchline_employee_id_employee", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["clinicsession.id"], name="fk_batchline_session_id_clinicsession"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name="fk_batchline_slot_id_slot"),
        sa.PrimaryKeyConstraint("id", name="pk_batchline"),
    )  # fmt: skip
    op.create_index(
        "ix_batchline_batch_id_state_company_id", "batchline", ["batch_id", "state", "company_id", "id"]
    )
    op.create_index(
        "ix_batchline_batch_id_session_id_starts_at", "batchline", ["batch_id", "session_id", "starts_at"]
    )
    op.create_index("ix_batchline_company_id", "batchline", ["company_id"])
    op.create_index("ix_batchline_employee_id", "batchline", ["employee_id"])
    op.create_index("ix_batchline_slot_id", "batchline", ["slot_id"])
    op.create_table(
        "waitingperson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("added_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_waitingperson_company_id_company"),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name="fk_waitingperson_employee_id_employee", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["carecentre.id"], name="fk_waitingperson_centre_id_carecentre"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_waitingperson_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_waitingperson"),
        sa.UniqueConstraint("employee_id", "kind", name="uq_waitingperson_employee_id_kind"),
    )
    op.create_index("ix_waitingperson_company_id", "waitingperson", ["company_id"])
    op.create_index("ix_employee_due_on", "employee", ["due_on", "due_kind", "company_id"])
    op.create_index("ix_slot_centre_id_starts_at", "slot", ["centre_id", "starts_at"])


def downgrade() -> None:
    op.drop_index("ix_slot_centre_id_starts_at", "slot")
    op.drop_index("ix_employee_due_on", "employee")
    op.drop_table("waitingperson")
    op.drop_table("batchline")
    op.drop_table("convocationbatch")
