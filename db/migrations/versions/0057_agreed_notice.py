"""a shorter notice agreed for a mandate"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mandate", sa.Column("notice_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("mandate", "notice_days")
