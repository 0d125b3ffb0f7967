"""statements recorded in portions"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bankstatement", sa.Column("work", sa.String(10), nullable=False, server_default="idle"))
    for name in ("expected", "done", "set_aside"):
        op.add_column("bankstatement", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "bankstatement", sa.Column("done_cents", sa.BigInteger(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    for name in ("done_cents", "set_aside", "done", "expected", "work"):
        op.drop_column("bankstatement", name)
