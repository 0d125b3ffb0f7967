"""electronic invoices: what each printed, and how those of a member go"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.Column("buyer_kind", sa.String(15), nullable=False, server_default=sa.text("'assujetti'"))
    op.add_column("company", kind)
    op.add_column(
        "company", sa.Column("vat_exemption", sa.String(200), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("invoice", sa.Column("printed", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    invoice = sa.table(
        "invoice", sa.column("id"), sa.column("number"), sa.column("issued_on", sa.Date()),
        sa.column("settles_id"), sa.column("printed", sa.JSON()),
    )  # fmt: skip
    # An electronic credit note names its invoice with its day.
    note, settled = invoice.alias(), invoice.alias()
    read = sa.select(note.c.id, settled.c.number, settled.c.issued_on)
    bind = op.get_bind()
    for key, number, issued_on in bind.execute(
        read.join_from(note, settled, note.c.settles_id == settled.c.id)
    ):
        settles = {"settles": [number, issued_on.isoformat()]}
        bind.execute(sa.update(invoice).where(invoice.c.id == key).values(printed=settles))


def downgrade() -> None:
    op.drop_column("invoice", "printed")
    op.drop_column("company", "vat_exemption")
    op.drop_column("company", "buyer_kind")
