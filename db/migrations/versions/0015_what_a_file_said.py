"""imports: what a file says of itself, and what of it was left aside"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("employeeimport", sa.Column("said", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("employeeimport", "said")
