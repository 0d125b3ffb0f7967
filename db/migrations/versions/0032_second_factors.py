"""second factors of the service's people"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accountsession", sa.Column("needs_factor", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "secondfactor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("given_back_by", sa.Integer(), nullable=True),
        sa.Column("given_back_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_secondfactor_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["given_back_by"], ["account.id"], name=op.f("fk_secondfactor_given_back_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondfactor")),
        sa.UniqueConstraint("account_id", name=op.f("uq_secondfactor_account_id")),
    )
    op.create_table(
        "recoverycode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recoverycode_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoverycode")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recoverycode_code_hash")),
    )
    op.create_index("ix_recoverycode_account_id", "recoverycode", ["account_id"])


def downgrade() -> None:
    op.drop_table("recoverycode")
    op.drop_table("secondfactor")
    op.drop_column("accountsession", "needs_factor")
