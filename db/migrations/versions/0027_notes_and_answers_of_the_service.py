"""notes and kept answers of the service, its morning mail, corrections of companies to look at"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

UNSEEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "staffnote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(12), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_staffnote_company_id_company")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staffnote_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staffnote")),
    )
    op.create_index("ix_staffnote_subject_subject_id", "staffnote", ["subject", "subject_id"])
    op.create_index("ix_staffnote_company_id_at", "staffnote", ["company_id", "at"])
    op.create_table(
        "quickanswer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("updated_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quickanswer")),
        sa.UniqueConstraint("title", name=op.f("uq_quickanswer_title")),
    )
    op.create_table(
        "companycorrection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("refusal", sa.String(1000), nullable=False),
        sa.Column("sent_at", db.types.Instant(), nullable=False),
        sa.Column("answered_at", db.types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_companycorrection_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_companycorrection_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companycorrection")),
    )
    op.create_index("ix_companycorrection_company_id", "companycorrection", ["company_id"])
    op.create_index(
        "ix_companycorrection_waiting", "companycorrection", ["sent_at", "id"],
        sqlite_where=UNSEEN, postgresql_where=UNSEEN,
    )  # fmt: skip
    op.add_column("staffmember", sa.Column("digest_on", sa.Date(), nullable=True))
    op.add_column("staffmember", sa.Column("digest_off_at", db.types.Instant(), nullable=True))


def downgrade() -> None:
    op.drop_column("staffmember", "digest_off_at")
    op.drop_column("staffmember", "digest_on")
    op.drop_table("companycorrection")
    op.drop_table("quickanswer")
    op.drop_table("staffnote")
