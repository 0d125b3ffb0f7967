"""members: suspension, reason of a departure; sessions: the service looks through a member's eyes"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "company", sa.Column("closed_reason", sa.String(200), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("company", sa.Column("suspended_at", Instant(), nullable=True))
    op.add_column("accountsession", sa.Column("as_membership_id", sa.Integer(), nullable=True))
    _imports()


def _imports() -> None:
    op.create_table(
        "memberimport",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_memberimport_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberimport")),
    )
    op.create_index(op.f("ix_memberimport_account_id"), "memberimport", ["account_id"])
    op.create_index(op.f("ix_memberimport_created_at"), "memberimport", ["created_at"])
    op.create_table(
        "memberimportline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["memberimport.id"],
            name=op.f("fk_memberimportline_import_id_memberimport"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberimportline")),
    )
    op.create_index("ix_memberimportline_import_id_kind_id", "memberimportline", ["import_id", "kind", "id"])


def downgrade() -> None:
    op.drop_table("memberimportline")
    op.drop_table("memberimport")
    op.drop_column("accountsession", "as_membership_id")
    op.drop_column("company", "suspended_at")
    op.drop_column("company", "closed_reason")
