"""history: the row that an event speaks of"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("auditevent", sa.Column("about_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("auditevent", "about_id")
