"""letters of the entries that settle an invoice"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

UNLETTERED = sa.text("letter = ''")
ABOUT = """
UPDATE journalentry SET invoice_id = coalesce(
    (SELECT coalesce(invoice.settles_id, invoice.id) FROM invoice WHERE invoice.entry_id = journalentry.id),
    (SELECT payment.invoice_id FROM payment WHERE payment.entry_id = journalentry.id)
)
"""


def upgrade() -> None:
    op.add_column("journalentry", sa.Column("invoice_id", sa.Integer(), nullable=True))
    op.add_column("journalentry", sa.Column("letter", sa.String(8), nullable=False, server_default=""))
    op.add_column("journalentry", sa.Column("lettered_on", sa.Date(), nullable=True))
    op.add_column(
        "booksclosing", sa.Column("lettered_until", sa.Integer(), nullable=False, server_default="0")
    )
    # Both tables know their entry by a number without an index: found once for all, not once an entry.
    op.create_index("ix_invoice_entry_id", "invoice", ["entry_id"])
    op.create_index("ix_payment_entry_id", "payment", ["entry_id"])
    op.execute(ABOUT)
    op.drop_index("ix_payment_entry_id", "payment")
    op.drop_index("ix_invoice_entry_id", "invoice")
    op.create_index(
        "ix_journalentry_unlettered", "journalentry", ["invoice_id"], sqlite_where=UNLETTERED,
        postgresql_where=UNLETTERED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_journalentry_unlettered", "journalentry")
    op.drop_column("booksclosing", "lettered_until")
    for name in ("lettered_on", "letter", "invoice_id"):
        op.drop_column("journalentry", name)
