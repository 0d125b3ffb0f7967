"""sessions of the service's professionals, whose times all members share"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "professional",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(80), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_professional")),
        sa.UniqueConstraint("name", name=op.f("uq_professional_name")),
    )
    op.create_table(
        "clinicsession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("professional_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", db.types.Instant(), nullable=False),
        sa.Column("ends_at", db.types.Instant(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.String(200), nullable=False),
        sa.Column("cancelled_at", db.types.Instant(), nullable=True),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["carecentre.id"], name=op.f("fk_clinicsession_centre_id_carecentre")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["professional.id"],
            name=op.f("fk_clinicsession_professional_id_professional"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinicsession")),
        sa.UniqueConstraint(
            "professional_id", "starts_at", name=op.f("uq_clinicsession_professional_id_starts_at")
        ),
    )
    op.create_index("ix_clinicsession_starts_at", "clinicsession", ["starts_at"])
    # Not by a copy of the table: its triggers would not come along.
    named = "CONSTRAINT fk_slot_session_id_clinicsession REFERENCES clinicsession (id)"
    op.execute(f"ALTER TABLE slot ADD COLUMN session_id INTEGER {named}")
    op.create_index("ix_slot_session_id", "slot", ["session_id"])


def downgrade() -> None:
    op.drop_index("ix_slot_session_id", "slot")
    op.drop_column("slot", "session_id")
    op.drop_table("clinicsession")
    op.drop_table("professional")
