"""slots: neither a professional nor an employee in two that overlap, whatever their lengths"""

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from db.migrate import MigrationRefused
from db.types import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TAKEN = "('proposed', 'confirmed', 'done', 'absent')"
LIVE = "('proposed', 'confirmed')"
WHO = {"professional": TAKEN, "employee_id": LIVE}
# In UTC: what a time zone decides cannot stand in a constraint.
TIME = (
    "tsrange(starts_at AT TIME ZONE 'UTC', (starts_at AT TIME ZONE 'UTC') + make_interval(mins => minutes))"
)
RANGES = {
    "professional": "wordrange(professional, professional, '[]')",
    "employee_id": "int8range(employee_id, employee_id, '[]')",
}
EVENTS = {"insert": "INSERT", "update": "UPDATE OF starts_at, minutes, state, professional, employee_id"}
# The first comparison of hours bounds what is read of the index; the next two are the rule.
TRIGGER = """
CREATE TRIGGER slot_{who}_{event} BEFORE {when} ON slot WHEN NEW.state IN {states} BEGIN
    SELECT RAISE(ABORT, 'slots overlap: {who}') FROM slot AS other
    WHERE other.{who} = NEW.{who} AND other.state IN {states} AND other.id IS NOT NEW.id
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
    AND datetime(other.starts_at) < datetime(NEW.starts_at, '+' || NEW.minutes || ' minutes')
    AND datetime(NEW.starts_at) < datetime(other.starts_at, '+' || other.minutes || ' minutes');
END
"""

PARIS = ZoneInfo("Europe/Paris")
SHOWN = 20


def upgrade() -> None:
    _refuse_overlaps()
    if op.get_bind().dialect.name == "postgresql":
        _exclude()
    else:
        _trigger()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for who in WHO:
            op.execute(f"ALTER TABLE slot DROP CONSTRAINT ex_slot_{who}")
        op.execute("DROP TYPE wordrange")
        return
    for who in WHO:
        for event in EVENTS:
            op.execute(f"DROP TRIGGER slot_{who}_{event}")


def _refuse_overlaps() -> None:
    """Only people can mend these rows, and one database would be silent, the other speak of a constraint."""
    lines = [line for who in WHO for line in _overlaps(who)]
    if not lines:
        return
    more = [f"  – et {len(lines) - SHOWN} autres"] if len(lines) > SHOWN else []
    words = (
        "Des rendez-vous se chevauchent. Annulez ou déplacez l’un des deux avec la version en service, puis"
        " relancez « portail migrate » :"
    )
    raise MigrationRefused("\n".join([words, *lines[:SHOWN], *more]))


def _overlaps(who: str) -> list[str]:
    slot = sa.table(
        "slot", sa.column("id"), sa.column("starts_at", Instant()), sa.column("minutes"), sa.column("state"),
        sa.column("professional"), sa.column("employee_id"),
    )  # fmt: skip
    states = WHO[who].strip("()").replace("'", "").split(", ")
    column = slot.c[who]
    taken = (
        sa.select(column, slot.c.starts_at, slot.c.minutes)
        .where(column.is_not(None), slot.c.state.in_(states))
        .order_by(column, slot.c.starts_at, slot.c.id)
    )
    by_whom = defaultdict(list)
    for whom, starts_at, minutes in op.get_bind().execute(taken):
        by_whom[whom].append((starts_at, minutes))
    return [
        f"  – {_named(who, whom)} : {_shown(*first)} et {_shown(*second)}"
        for whom, slots in by_whom.items()
        for first, second in _pairs(slots)
    ]


def _pairs(slots: list) -> list:
    """Each slot that begins before the end of an earlier one, with that one."""
    found, latest = [], None
    for each in slots:
        if latest and each[0] < latest[0] + timedelta(minutes=latest[1]):
            found.append((latest, each))
        if not latest or _end(each) > _end(latest):
            latest = each
    return found


def _end(slot: tuple):
    return slot[0] + timedelta(minutes=slot[1])


def _shown(starts_at, minutes: int) -> str:
    return f"{starts_at.astimezone(PARIS):%d/%m/%Y à %H h %M} ({minutes} min)"


def _named(who: str, whom) -> str:
    if who == "professional":
        return whom
    employee = sa.table("employee", *map(sa.column, ("id", "usual_name", "birth_name", "first_names")))
    row = op.get_bind().execute(sa.select(employee).where(employee.c.id == whom)).one()
    return f"{row.first_names} {row.usual_name or row.birth_name} (salarié n° {whom})"


def _exclude() -> None:
    # As ranges of one value, so that no extension is needed.
    op.execute("CREATE TYPE wordrange AS RANGE (subtype = text)")
    for who, states in WHO.items():
        op.execute(
            f"ALTER TABLE slot ADD CONSTRAINT ex_slot_{who} EXCLUDE USING gist ({RANGES[who]} WITH &&,"
            f" {TIME} WITH &&) WHERE ({who} IS NOT NULL AND state IN {states})"
        )


def _trigger() -> None:
    for who, states in WHO.items():
        for event, when in EVENTS.items():
            op.execute(TRIGGER.format(who=who, states=states, event=event, when=when))
