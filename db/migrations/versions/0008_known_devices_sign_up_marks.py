"""known devices, and what a sign-up itself made"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import db.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Written out, so that SQLite adds each in place: a table that is copied forgets which numbers were given.
REFERENCES = (
    ("accountsession", "device_id", "knowndevice"),
    ("signinflow", "created_account_id", "account"),
)


def upgrade() -> None:
    op.create_table(
        "knowndevice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("browser", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("network", sqlmodel.sql.sqltypes.AutoString(length=45), nullable=False),
        sa.Column("created_at", db.types.Instant(timezone=True), nullable=False),
        sa.Column("last_seen_at", db.types.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", db.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_knowndevice_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowndevice")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_knowndevice_token_hash")),
    )
    op.create_index("ix_knowndevice_account_id", "knowndevice", ["account_id"])
    for table, column, other in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER"
            f" CONSTRAINT fk_{table}_{column}_{other} REFERENCES {other} (id)"
        )
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.add_column("membership", sa.Column("sign_up", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("membership", "sign_up")
    for table, column, _ in REFERENCES:
        op.drop_index(f"ix_{table}_{column}", table)
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    op.drop_table("knowndevice")
