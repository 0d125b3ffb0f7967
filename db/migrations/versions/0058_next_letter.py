"""letters with a secret, in the order in which they leave"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

SECRET = sa.text("due_at IS NOT NULL AND secret_seed != ''")


def upgrade() -> None:
    op.create_index(
        "ix_outboxmail_secret", "outboxmail", ["due_at", "id"], sqlite_where=SECRET, postgresql_where=SECRET
    )


def downgrade() -> None:
    op.drop_index("ix_outboxmail_secret", "outboxmail")
