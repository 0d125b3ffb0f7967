"""turns at the housework"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "housework",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_housework")),
        sa.UniqueConstraint("step", name=op.f("uq_housework_step")),
    )


def downgrade() -> None:
    op.drop_table("housework")
