"""bank statements"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bankstatement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("opening_cents", sa.BigInteger(), nullable=False),
        sa.Column("closing_cents", sa.BigInteger(), nullable=False),
        sa.Column("aside", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_bankstatement_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bankstatement")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bankstatement_fingerprint")),
    )
    op.create_index("ix_bankstatement_account_id", "bankstatement", ["account_id"])
    op.create_index("ix_bankstatement_created_at", "bankstatement", ["created_at"])
    op.create_table(
        "statementline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(500), nullable=False),
        sa.Column("payer", sa.String(140), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("match", sa.String(10), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("over_cents", sa.BigInteger(), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bankstatement.id"], ondelete="CASCADE",
            name=op.f("fk_statementline_statement_id_bankstatement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statementline")),
    )  # fmt: skip
    op.create_index(
        "ix_statementline_statement_id_match_id", "statementline", ["statement_id", "match", "id"]
    )
    op.create_index("ix_statementline_reference", "statementline", ["reference"])


def downgrade() -> None:
    op.drop_table("statementline")
    op.drop_table("bankstatement")
