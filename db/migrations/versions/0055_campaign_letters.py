"""letters of a campaign, in print runs"""

import sqlalchemy as sa
from alembic import op

from db.types import Instant

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

AT_WORK = sa.text("state IN ('writing', 'drawing')")
BOUNCED = sa.text("bounced_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "lettertext",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        *_words(),
        sa.PrimaryKeyConstraint("id", name="pk_lettertext"),
        sa.UniqueConstraint("kind", name="uq_lettertext_kind"),
    )
    _runs()
    _letters()
    op.create_table(
        "letterfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["letterrun.id"], name="fk_letterfile_run_id_letterrun", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letterfile"),
        sa.UniqueConstraint("run_id", "part", name="uq_letterfile_run_id_part"),
    )
    op.create_index(
        "ix_outboxmail_recipient", "outboxmail", ["recipient"], sqlite_where=BOUNCED,
        postgresql_where=BOUNCED,
    )  # fmt: skip


def _words() -> list[sa.Column[str]]:
    return [
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(120), nullable=False),
    ]


def _runs() -> None:
    op.create_table(
        "letterrun",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("audience", sa.String(15), nullable=False),
        sa.Column("team", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        *_words(),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("after", "expected", "letters", "drawn")
        ),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_letterrun_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_letterrun"),
    )
    for column in ("account_id", "started_at", "year"):
        op.create_index(f"ix_letterrun_{column}", "letterrun", [column])
    op.create_index(
        "uq_letterrun_state", "letterrun", ["state"], unique=True, sqlite_where=AT_WORK,
        postgresql_where=AT_WORK,
    )  # fmt: skip


def _letters() -> None:
    op.create_table(
        "campaignletter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_campaignletter_company_id_company"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["letterrun.id"], name="fk_campaignletter_run_id_letterrun", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_campaignletter"),
        sa.UniqueConstraint("run_id", "company_id", name="uq_campaignletter_run_id_company_id"),
    )
    op.create_index("ix_campaignletter_company_id", "campaignletter", ["company_id"])
    op.create_index("ix_campaignletter_run_id_id", "campaignletter", ["run_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_outboxmail_recipient", "outboxmail")
    for table in ("letterfile", "campaignletter", "letterrun", "lettertext"):
        op.drop_table(table)
