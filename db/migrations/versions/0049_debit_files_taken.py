"""when the files of direct debits were downloaded"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("debitfile", sa.Column("taken_at", Instant(), nullable=True))


def downgrade() -> None:
    op.drop_column("debitfile", "taken_at")
