"""books: journals, their entries, closings"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
UNENTERED = sa.text("entry_id IS NULL")
WITHDRAWN = sa.text("withdrawn_at IS NOT NULL AND contra_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "books",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(10), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books")),
        sa.UniqueConstraint("name", name=op.f("uq_books_name")),
    )
    op.create_table(
        "booksclosing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("debit_cents", sa.BigInteger(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_booksclosing_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booksclosing")),
        sa.UniqueConstraint("until", name=op.f("uq_booksclosing_until")),
    )
    op.create_index("ix_booksclosing_account_id", "booksclosing", ["account_id"])
    op.create_index("ix_booksclosing_state", "booksclosing", ["state"])
    _create_entries()
    for table, day in (("invoice", "issued_on"), ("payment", "paid_on")):
        op.add_column(table, sa.Column("entry_id", sa.Integer(), nullable=True))
        op.create_index(
            f"ix_{table}_unentered", table, [day, "id"], sqlite_where=UNENTERED, postgresql_where=UNENTERED
        )


def _create_entries() -> None:
    op.create_table(
        "journalentry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("closing_id", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(2), nullable=False),
        sa.Column("exercise", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("valid_on", sa.Date(), nullable=False),
        sa.Column("piece", sa.String(60), nullable=False),
        sa.Column("piece_on", sa.Date(), nullable=False),
        sa.Column("label", sa.String(150), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("contra_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closing_id"], ["booksclosing.id"], name=op.f("fk_journalentry_closing_id_booksclosing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journalentry")),
        sa.UniqueConstraint(
            "journal", "exercise", "number", name=op.f("uq_journalentry_journal_exercise_number")
        ),
    )
    op.create_index("ix_journalentry_closing_id", "journalentry", ["closing_id"])
    op.create_index("ix_journalentry_booked_on_id", "journalentry", ["booked_on", "id"])
    op.create_index(
        "ix_journalentry_withdrawn",
        "journalentry",
        ["id"],
        sqlite_where=WITHDRAWN,
        postgresql_where=WITHDRAWN,
    )
    op.create_table(
        "journalline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("account_name", sa.String(60), nullable=False),
        sa.Column("aux", sa.String(9), nullable=False),
        sa.Column("aux_name", sa.String(120), nullable=False),
        sa.Column("debit_cents", sa.Integer(), nullable=False),
        sa.Column("credit_cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journalentry.id"], ondelete="CASCADE",
            name=op.f("fk_journalline_entry_id_journalentry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journalline")),
    )  # fmt: skip
    op.create_index("ix_journalline_entry_id", "journalline", ["entry_id"])


def downgrade() -> None:
    for table in ("invoice", "payment"):
        op.drop_index(f"ix_{table}_unentered", table)
        op.drop_column(table, "entry_id")
    for table in ("journalline", "journalentry", "booksclosing", "books"):
        op.drop_table(table)
