"""networks of known devices are looked up"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_knowndevice_network", "knowndevice", ["network"])


def downgrade() -> None:
    op.drop_index("ix_knowndevice_network", "knowndevice")
