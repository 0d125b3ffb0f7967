"""what a colleague lost"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staffmember", sa.Column("lost", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("staffmember", sa.Column("narrowed_at", Instant(), nullable=True))


def downgrade() -> None:
    op.drop_column("staffmember", "narrowed_at")
    op.drop_column("staffmember", "lost")
