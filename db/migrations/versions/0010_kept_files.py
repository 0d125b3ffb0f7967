"""kept files: what was announced and when, and how much was sent on each day"""

import sqlalchemy as sa
import sqlmodel  # noqa: F401
from alembic import op

from db.types import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keptfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keptfile")),
        sa.UniqueConstraint("sha256", name=op.f("uq_keptfile_sha256")),
    )
    op.create_index(op.f("ix_keptfile_kept_at"), "keptfile", ["kept_at"])
    op.create_table(
        "keptbytes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keptbytes")),
        sa.UniqueConstraint("bucket", "day", name=op.f("uq_keptbytes_bucket_day")),
    )
    op.create_index(op.f("ix_keptbytes_day"), "keptbytes", ["day"])


def downgrade() -> None:
    op.drop_table("keptbytes")
    op.drop_table("keptfile")
