"""answers that nobody of the company read yet"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

UNREAD = sa.text("unread_at IS NOT NULL")


def upgrade() -> None:
    columns = ["company_id", "sent_at", "id"]
    op.create_index(
        "ix_appointmentrequest_unread", "appointmentrequest", columns, sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_appointmentrequest_unread", "appointmentrequest")
