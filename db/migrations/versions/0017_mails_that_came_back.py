"""mails that came back: why, on the mail and on the convocation that it was"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outboxmail", sa.Column("bounced_at", db.types.Instant(), nullable=True))
    op.add_column("outboxmail", sa.Column("bounce", sa.String(300), nullable=False, server_default=""))
    op.add_column("visitnotice", sa.Column("message_id", sa.String(120), nullable=False, server_default=""))
    op.add_column("visitnotice", sa.Column("bounced_at", db.types.Instant(), nullable=True))
    op.add_column("visitnotice", sa.Column("bounce", sa.String(100), nullable=False, server_default=""))
    op.create_index("ix_visitnotice_message_id", "visitnotice", ["message_id"])


def downgrade() -> None:
    op.drop_index("ix_visitnotice_message_id", "visitnotice")
    for column in ("bounce", "bounced_at", "message_id"):
        op.drop_column("visitnotice", column)
    for column in ("bounce", "bounced_at"):
        op.drop_column("outboxmail", column)
