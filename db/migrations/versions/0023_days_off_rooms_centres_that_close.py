"""days off of professionals, rooms of sessions, centres that close"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

UNIQUE = "uq_clinicsession_professional_id_starts_at"


def upgrade() -> None:
    op.create_table(
        "professionalabsence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("professional_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["professional.id"],
            name=op.f("fk_professionalabsence_professional_id_professional"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_professionalabsence")),
    )
    op.create_index("ix_professionalabsence_professional_id", "professionalabsence", ["professional_id"])
    op.add_column("carecentre", sa.Column("closed_on", sa.Date(), nullable=True))
    with op.batch_alter_table("clinicsession") as table:
        table.add_column(sa.Column("room", sa.String(40), nullable=False, server_default=""))
        table.drop_constraint(UNIQUE, type_="unique")
    # A session that was cancelled keeps nobody from opening another at the same hour.
    goes_on = sa.text("cancelled_at IS NULL")
    op.create_index(
        UNIQUE, "clinicsession", ["professional_id", "starts_at"], unique=True,
        sqlite_where=goes_on, postgresql_where=goes_on,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index(UNIQUE, "clinicsession")
    with op.batch_alter_table("clinicsession") as table:
        table.drop_column("room")
        table.create_unique_constraint(UNIQUE, ["professional_id", "starts_at"])
    op.drop_column("carecentre", "closed_on")
    op.drop_table("professionalabsence")
