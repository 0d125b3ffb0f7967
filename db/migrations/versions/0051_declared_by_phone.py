"""declarations made on the phone"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phonecall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("caller", sa.String(120), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("filed_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("inquiry_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_phonecall_company_id_company"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_phonecall_account_id_account"),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name="fk_phonecall_answered_by_account"),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name="fk_phonecall_inquiry_id_inquiry", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_phonecall"),
    )
    op.create_index("ix_phonecall_company_id_year", "phonecall", ["company_id", "year"])
    op.create_index("ix_phonecall_account_id_started_at", "phonecall", ["account_id", "started_at"])


def downgrade() -> None:
    op.drop_table("phonecall")
