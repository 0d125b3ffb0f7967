"""what waits for the service: indexes of it alone, marks of what was looked at, who looks after each thing"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MARKS = {
    "appointmentrequest": ("question_at", "reply_at"),
    "publicinquiry": ("closed_at",),
    "slot": ("handled_at",),
    "document": ("handled_at",),
    "employeechange": ("handled_at",),
}
INDEXES = {
    "ix_appointmentrequest_waiting": (
        "appointmentrequest", "sent_at", "state IN ('sent', 'taken') AND question_at IS NULL",
    ),
    "ix_appointmentrequest_reply": ("appointmentrequest", "reply_at", "reply_at IS NOT NULL"),
    "ix_inquiry_waiting": ("inquiry", "updated_at", "state = 'sent'"),
    "ix_publicinquiry_waiting": ("publicinquiry", "sent_at", "answered_at IS NULL AND closed_at IS NULL"),
    "ix_declarationcorrection_waiting": ("declarationcorrection", "sent_at", "state = 'sent'"),
    "ix_slot_given_back": (
        "slot", "updated_at", "state = 'declined' AND reason <> 'autre_date' AND handled_at IS NULL",
    ),
    "ix_document_deposited": (
        "document", "created_at", "NOT from_service AND withdrawn_at IS NULL AND handled_at IS NULL",
    ),
    "ix_employeechange_urgent": (
        "employeechange", "at", "urgent_on IS NOT NULL AND handled_at IS NULL AND undone_at IS NULL",
    ),
}  # fmt: skip


def upgrade() -> None:
    for table, names in MARKS.items():
        for name in names:
            op.add_column(table, sa.Column(name, db.types.Instant(), nullable=True))
    op.add_column("employeechange", sa.Column("urgent_on", sa.Date(), nullable=True))
    # The service was mailed each of these when it came.
    op.execute("UPDATE document SET handled_at = created_at WHERE NOT from_service")
    op.execute(
        "UPDATE slot SET handled_at = updated_at WHERE state = 'declined' AND starts_at < CURRENT_TIMESTAMP"
    )
    for name, (table, since, where) in INDEXES.items():
        words = sa.text(where)
        op.create_index(name, table, [since, "id"], sqlite_where=words, postgresql_where=words)
    op.create_table(
        "taking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(12), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_taking_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taking")),
        sa.UniqueConstraint("subject", "subject_id", name=op.f("uq_taking_subject_subject_id")),
    )
    op.create_index("ix_taking_account_id", "taking", ["account_id"])


def downgrade() -> None:
    op.drop_table("taking")
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("employeechange", "urgent_on")
    for table, names in MARKS.items():
        for name in names:
            op.drop_column(table, name)
