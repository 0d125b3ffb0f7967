"""direct debit: mandates, runs, files of the bank"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("rum", sa.String(35), nullable=False),
        sa.Column("scheme", sa.String(4), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("holder", sa.String(70), nullable=False),
        sa.Column("signer", sa.String(120), nullable=False),
        sa.Column("iban_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("iban_last", sa.String(4), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("code_until", Instant(), nullable=True),
        sa.Column("printed", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("alive_on", sa.Date(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("why", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_mandate_company_id_company")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mandate_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("rum", name=op.f("uq_mandate_rum")),
    )
    op.create_index("ix_mandate_account_id", "mandate", ["account_id"])
    op.create_index("ix_mandate_company_id", "mandate", ["company_id"])
    op.create_index("ix_mandate_company_id_state", "mandate", ["company_id", "state"])
    _create_runs()
    _create_debits()


def _create_runs() -> None:
    op.create_table(
        "debitrun",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collect_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("debits", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(300), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("filed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_debitrun_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debitrun")),
    )
    op.create_index("ix_debitrun_account_id", "debitrun", ["account_id"])
    op.create_index("ix_debitrun_state", "debitrun", ["state"])
    op.create_table(
        "debitfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(4), nullable=False),
        sa.Column("message_id", sa.String(35), nullable=False),
        sa.Column("debits", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["debitrun.id"], ondelete="CASCADE", name=op.f("fk_debitfile_run_id_debitrun")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debitfile")),
        sa.UniqueConstraint("run_id", "scheme", name=op.f("uq_debitfile_run_id_scheme")),
    )
    op.create_table(
        "debitreturn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_debitreturn_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debitreturn")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_debitreturn_fingerprint")),
    )
    op.create_index("ix_debitreturn_account_id", "debitreturn", ["account_id"])
    op.create_index("ix_debitreturn_created_at", "debitreturn", ["created_at"])


def _create_debits() -> None:
    op.create_table(
        "debit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=True),
        sa.Column("scheme", sa.String(4), nullable=False),
        sa.Column("rum", sa.String(35), nullable=False),
        sa.Column("iban_last", sa.String(4), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(35), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.String(120), nullable=False),
        sa.Column("code", sa.String(4), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_debit_company_id_company")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["debitrun.id"], ondelete="CASCADE", name=op.f("fk_debit_run_id_debitrun")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_debit_invoice_id_invoice")),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandate.id"], ondelete="SET NULL", name=op.f("fk_debit_mandate_id_mandate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit")),
        sa.UniqueConstraint("reference", name=op.f("uq_debit_reference")),
    )
    op.create_index("ix_debit_company_id", "debit", ["company_id"])
    op.create_index("ix_debit_run_id_state_id", "debit", ["run_id", "state", "id"])
    op.create_index("ix_debit_invoice_id", "debit", ["invoice_id"])


def downgrade() -> None:
    for table in ("debit", "debitreturn", "debitfile", "debitrun", "mandate"):
        op.drop_table(table)
