"""outbox: since when a letter waits, and who is sending it"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

WAITING = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("outboxmail", sa.Column("waits_since", db.types.Instant(timezone=True), nullable=True))
    op.add_column(
        "outboxmail", sa.Column("taken_by", sa.String(length=32), nullable=False, server_default="")
    )
    op.execute("UPDATE outboxmail SET waits_since = created_at WHERE due_at IS NOT NULL")
    # Of a year of letters only those that wait are looked through, at every departure.
    op.drop_index("ix_outboxmail_due_at", "outboxmail")
    op.create_index(
        "ix_outboxmail_due_at", "outboxmail", ["due_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def downgrade() -> None:
    op.drop_index("ix_outboxmail_due_at", "outboxmail")
    op.create_index("ix_outboxmail_due_at", "outboxmail", ["due_at"])
    op.drop_column("outboxmail", "taken_by")
    op.drop_column("outboxmail", "waits_since")
