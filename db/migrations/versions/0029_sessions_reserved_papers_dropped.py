"""sessions reserved to companies, papers dropped on the sheet of a day, arrivals"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clinicsession", sa.Column("reserved_until", sa.Date(), nullable=True))
    # Not by a copy of the table: its triggers would not come along.
    op.add_column("slot", sa.Column("arrived_at", db.types.Instant(), nullable=True))
    op.create_table(
        "sessioncompany",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_sessioncompany_company_id_company"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["clinicsession.id"], name="fk_sessioncompany_session_id_clinicsession"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessioncompany"),
        sa.UniqueConstraint("session_id", "company_id", name="uq_sessioncompany_session_id_company_id"),
    )
    op.create_index("ix_sessioncompany_company_id", "sessioncompany", ["company_id"])
    op.create_table(
        "droppedpaper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("dropped_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["carecentre.id"], name="fk_droppedpaper_centre_id_carecentre"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name="fk_droppedpaper_slot_id_slot"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_droppedpaper_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_droppedpaper"),
    )
    op.create_index("ix_droppedpaper_centre_id_day", "droppedpaper", ["centre_id", "day"])
    op.create_index("ix_droppedpaper_slot_id", "droppedpaper", ["slot_id"])


def downgrade() -> None:
    op.drop_table("droppedpaper")
    op.drop_table("sessioncompany")
    op.drop_column("slot", "arrived_at")
    op.drop_column("clinicsession", "reserved_until")
