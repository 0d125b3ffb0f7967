"""slots: neither a professional nor an employee in two that overlap, whatever their lengths"""

from alembic import op

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


def upgrade() -> None:
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
