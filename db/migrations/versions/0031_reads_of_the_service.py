"""what the service's people open"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staffread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staffread_account_id_account")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_staffread_company_id_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staffread")),
    )
    op.create_index("ix_staffread_at", "staffread", ["at"])
    op.create_index("ix_staffread_company_id_at", "staffread", ["company_id", "at"])
    op.create_index("ix_staffread_account_id_at", "staffread", ["account_id", "at"])


def downgrade() -> None:
    op.drop_table("staffread")
