"""slots in the order of their days, for what looks at the whole service"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_slot_starts_at", "slot", ["starts_at"])


def downgrade() -> None:
    op.drop_index("ix_slot_starts_at", "slot")
