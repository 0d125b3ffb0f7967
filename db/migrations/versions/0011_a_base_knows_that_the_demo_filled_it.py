"""a base knows that the demo filled it"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demobase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filled_at", db.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demobase")),
    )


def downgrade() -> None:
    op.drop_table("demobase")
