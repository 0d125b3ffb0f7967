"""neither the reason of an absence nor the address of a network is kept"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

REASONS = {
    "conges": "congés",
    "deplacement": "déplacement ou formation",
    "indisponible": "indisponible ce jour-là",
}


def upgrade() -> None:
    """In the history too, where the reason followed the slot. A device is known again at its next sign-in."""
    codes = ", ".join(f"'{code}'" for code in REASONS)
    op.execute(f"UPDATE slot SET reason = 'a_refaire' WHERE reason IN ({codes})")  # noqa: S608 - constants
    for words in REASONS.values():
        op.execute(
            f"UPDATE auditevent SET about = replace(about, ' : {words}', '') "  # noqa: S608 - constants
            "WHERE kind = 'slot_declined'"
        )
    op.execute("UPDATE knowndevice SET network = ''")


def downgrade() -> None:
    """What was forgotten does not come back: the code before knows no other reason for it than this one."""
    op.execute("UPDATE slot SET reason = 'sans_besoin' WHERE reason = 'a_refaire'")
