"""passkeys"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(1_364), nullable=False),
        sa.Column("public_key", sa.String(2_000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("is_syncable", sa.Boolean(), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"])
    with op.batch_alter_table("signinflow") as flows:
        flows.add_column(sa.Column("proven_account_id", sa.Integer(), nullable=True))
        flows.create_foreign_key(
            op.f("fk_signinflow_proven_account_id_account"), "account", ["proven_account_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("signinflow") as flows:
        flows.drop_constraint(op.f("fk_signinflow_proven_account_id_account"), type_="foreignkey")
        flows.drop_column("proven_account_id")
    op.drop_table("passkey")
