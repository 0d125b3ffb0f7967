"""a file being imported: sealed, where every process finds it"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sentfile",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("company_id", sa.Integer(), sa.ForeignKey("company.id"), nullable=False),
        sa.Column(
            "import_id", sa.Integer(), sa.ForeignKey("employeeimport.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("same", sa.JSON(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("encoding", sa.String(20), nullable=False),
        sa.UniqueConstraint("import_id"),
    )
    op.create_index(op.f("ix_sentfile_account_id"), "sentfile", ["account_id"])
    op.create_index(op.f("ix_sentfile_sent_at"), "sentfile", ["sent_at"])


def downgrade() -> None:
    op.drop_table("sentfile")
