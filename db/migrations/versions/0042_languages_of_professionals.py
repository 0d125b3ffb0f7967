"""languages of professionals"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("professional", sa.Column("languages", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("professional", "languages")
