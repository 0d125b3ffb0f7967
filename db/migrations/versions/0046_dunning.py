"""reminders of unpaid invoices, in steps"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

AT_WORK = sa.text("state IN ('running', 'undoing')")
STANDS = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "dunningstep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("signed_by", sa.String(120), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dunningstep"),
    )
    _runs()
    _letters()
    _reminders()


def _runs() -> None:
    op.create_table(
        "dunningrun",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("after", "expected", "letters", "mails", "posted", "reminders")
        ),
        sa.Column("left_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("leaves_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("printed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_dunningrun_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_dunningrun"),
    )
    op.create_index("ix_dunningrun_account_id", "dunningrun", ["account_id"])
    op.create_index("ix_dunningrun_started_at", "dunningrun", ["started_at"])
    op.create_index(
        "uq_dunningrun_state", "dunningrun", ["state"], unique=True, sqlite_where=AT_WORK,
        postgresql_where=AT_WORK,
    )  # fmt: skip


def _letters() -> None:
    op.create_table(
        "dunningletter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(120), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("is_posted", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_dunningletter_company_id_company"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["dunningrun.id"], name="fk_dunningletter_run_id_dunningrun", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dunningletter"),
    )
    op.create_index("ix_dunningletter_company_id", "dunningletter", ["company_id"])
    op.create_index("ix_dunningletter_run_id_id", "dunningletter", ["run_id", "id"])


def _reminders() -> None:
    references = {
        "company_id": "company", "letter_id": "dunningletter", "invoice_id": "invoice",
        "step_id": "dunningstep", "fee_id": "invoice",
    }  # fmt: skip
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name == "fee_id") for name in references),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("left_cents", sa.Integer(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{table}.id"],
                name=f"fk_reminder_{name}_{table}",
                ondelete="CASCADE" if name == "letter_id" else None,
            )
            for name, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
    )
    op.create_index("ix_reminder_company_id", "reminder", ["company_id"])
    op.create_index("ix_reminder_letter_id", "reminder", ["letter_id"])
    op.create_index("ix_reminder_invoice_id", "reminder", ["invoice_id"])
    op.create_index(
        "uq_reminder_invoice_id_step_id", "reminder", ["invoice_id", "step_id"], unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip


def downgrade() -> None:
    for table in ("reminder", "dunningletter", "dunningrun", "dunningstep"):
        op.drop_table(table)
