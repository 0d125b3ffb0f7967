"""indexes of what is read a page at a time, out of many years"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_auditevent_company_id_kind", "auditevent", ["company_id", "kind"])
    op.create_index("ix_auditevent_company_id_account_id", "auditevent", ["company_id", "account_id"])
    op.create_index("ix_visit_company_id_done_on_id", "visit", ["company_id", "done_on", "id"])
    op.create_index("ix_slot_request_id_company_id", "slot", ["request_id", "company_id", "starts_at"])
    op.drop_index("ix_slot_request_id", "slot")


def downgrade() -> None:
    op.create_index("ix_slot_request_id", "slot", ["request_id"])
    op.drop_index("ix_slot_request_id_company_id", "slot")
    op.drop_index("ix_visit_company_id_done_on_id", "visit")
    op.drop_index("ix_auditevent_company_id_account_id", "auditevent")
    op.drop_index("ix_auditevent_company_id_kind", "auditevent")
