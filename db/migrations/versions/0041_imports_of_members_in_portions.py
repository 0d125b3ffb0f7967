"""imports of members in portions"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("expected", "done", "after", "kept"):
        op.add_column("memberimport", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("memberimport", sa.Column("touched_at", Instant(), nullable=True))
    op.create_table(
        "memberimportfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["memberimport.id"],
            name=op.f("fk_memberimportfile_import_id_memberimport"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberimportfile")),
        sa.UniqueConstraint("import_id", name=op.f("uq_memberimportfile_import_id")),
    )


def downgrade() -> None:
    op.drop_table("memberimportfile")
    for name in ("touched_at", "kept", "after", "done", "expected"):
        op.drop_column("memberimport", name)
