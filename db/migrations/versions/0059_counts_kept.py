"""counts of employees, which the database itself keeps in step; indexes of what has an end

Triggers, so that no writer can forget them. A migration that copies `employee` must make those of SQLite
again. On PostgreSQL a count that another transaction holds gets a second row, never a wait: its readers add
them up.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

ENDING = "exit_on IS NOT NULL OR contract_ends_on IS NOT NULL OR contract IN ('cdd', 'saisonnier', 'mandat')"


@dataclass(frozen=True)
class Counted:
    """`named`: the columns of the table beside the company and the month. `those`: the employees that it
    counts; `day`: of which the month is kept; `depends`: the columns of an employee that may move a count.
    """

    table: str
    named: tuple[str, ...]
    those: str
    day: str
    depends: str


COUNTS = (
    Counted("visitmonth", (), "{p}exit_on IS NULL", "{p}due_on", "exit_on, due_on"),
    Counted(
        "hiringmonth",
        ("contract", "monitoring"),
        "({p}exit_on IS NULL AND {p}contract_ends_on IS NULL AND {p}contract <> 'cdd'"
        " AND {p}contract <> 'saisonnier' AND {p}contract <> 'mandat')",
        "{p}entry_on",
        "exit_on, contract_ends_on, contract, monitoring, entry_on",
    ),
)
FILL = (
    "INSERT INTO {table} ({keys}, people)"
    " SELECT {values}, count(*) FROM employee WHERE {those} GROUP BY {values}"
)
SQLITE_MONTH, POSTGRESQL_MONTH = "substr({day}, 1, 8) || '01'", "date_trunc('month', {day}::timestamp)::date"
# By its number: searched by what its index holds, a row is written down before it is changed, in a table made
# for that. So is a list of words each time that a trigger compares with one.
TAKE = (
    "UPDATE {table} SET people = people - 1 WHERE id = (SELECT id FROM {table} WHERE {same}) AND {those};"
    " DELETE FROM {table} WHERE id = (SELECT id FROM {table} WHERE {same}) AND people = 0;"
)
GIVE = (
    "UPDATE {table} SET people = people + 1 WHERE id = (SELECT id FROM {table} WHERE {same}) AND {those};"
    " INSERT INTO {table} ({keys}, people) SELECT {values}, 1 WHERE changes() = 0 AND {those};"
)
MOVED = "SELECT {values} AS month, {number} AS n FROM {side} WHERE {those}"
FUNCTION = """
CREATE FUNCTION {table}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved record; left_ integer;
BEGIN
    FOR moved IN SELECT {keys}, sum(n) AS n FROM ({changes}) AS changes GROUP BY {keys} HAVING sum(n) <> 0
    LOOP
        UPDATE {table} SET people = people + moved.n WHERE id = (
            SELECT id FROM {table} WHERE {same} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING people INTO left_;
        IF NOT FOUND THEN
            INSERT INTO {table} ({keys}, people) SELECT {moved}, moved.n;
        ELSIF left_ = 0 THEN
            DELETE FROM {table} WHERE people = 0 AND id = (
                SELECT id FROM {table} WHERE {same} AND people = 0 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            );
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""
CHANGES = {
    "insert": ("REFERENCING NEW TABLE AS came", (("came", 1),)),
    "update": ("REFERENCING OLD TABLE AS gone NEW TABLE AS came", (("gone", -1), ("came", 1))),
    "delete": ("REFERENCING OLD TABLE AS gone", (("gone", -1),)),
}
LIVING, OPEN = "state IN ('proposed', 'confirmed')", "state IN ('sent', 'taken', 'planned')"
BY_DAY = ["company_id", "exit_on", "contract_ends_on", "contract", "entry_on", "monitoring", "due_on"]
BY_NAME = ["company_id", "sort_key", "id", "exit_on", "contract_ends_on", "contract", "entry_on"]
CALLED = ["company_id", "employee_id", "kind", "state", "starts_at"]
ASKED = ["company_id", "employee_id", "kind"]
INDEXES = {
    "ix_employee_ending": ("employee", BY_DAY, ENDING),
    "ix_employee_ending_named": ("employee", BY_NAME, ENDING),
    "ix_slot_living": ("slot", CALLED, LIVING),
    "ix_appointmentrequest_open": ("appointmentrequest", ASKED, OPEN),
}


def upgrade() -> None:
    for each in COUNTS:
        _make_table(each)
        if op.get_bind().dialect.name == "postgresql":
            _keep_on_postgresql(each)
        else:
            _keep_on_sqlite(each)
    for name, (table, columns, those) in INDEXES.items():
        only = sa.text(those)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, (table, *_) in INDEXES.items():
        op.drop_index(name, table)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for each in COUNTS:
        for event in CHANGES:
            op.execute(f"DROP TRIGGER {each.table}_{event}" + (" ON employee" if is_postgresql else ""))
            if is_postgresql:
                op.execute(f"DROP FUNCTION {each.table}_{event}()")
        op.drop_table(each.table)


def _make_table(counted: Counted) -> None:
    lengths = {"contract": 20, "monitoring": 3}
    op.create_table(
        counted.table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(lengths[name]), nullable=False) for name in counted.named),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=f"fk_{counted.table}_company_id_company", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{counted.table}"),
    )
    op.create_index(f"ix_{counted.table}", counted.table, [*_keys(counted), "people"])


def _keys(counted: Counted) -> tuple[str, ...]:
    return ("company_id", *counted.named, "month")


def _values(counted: Counted, month: str, p: str) -> list[str]:
    day = counted.day.format(p=p)
    return [f"{p}{each}" for each in ("company_id", *counted.named)] + [month.format(day=day)]


def _given(counted: Counted, month: str, p: str) -> dict[str, str]:
    keys, values = _keys(counted), _values(counted, month, p)
    return {
        "table": counted.table,
        "keys": ", ".join(keys),
        "values": ", ".join(values),
        "those": counted.those.format(p=p),
        "same": " AND ".join(f"{key} = {value}" for key, value in zip(keys, values, strict=True)),
    }


def _keep_on_sqlite(counted: Counted) -> None:
    before, after = (_given(counted, SQLITE_MONTH, p) for p in ("OLD.", "NEW."))
    op.execute(FILL.format(**_given(counted, SQLITE_MONTH, "")))
    take, give = TAKE.format(**before), GIVE.format(**after)
    name, depends = counted.table, counted.depends
    op.execute(
        f"CREATE TRIGGER {name}_insert AFTER INSERT ON employee WHEN {after['those']} BEGIN {give} END"
    )
    op.execute(
        f"CREATE TRIGGER {name}_delete AFTER DELETE ON employee WHEN {before['those']} BEGIN {take} END"
    )
    moved = " OR ".join(f"OLD.{each} IS NOT NEW.{each}" for each in f"company_id, {depends}".split(", "))
    op.execute(
        f"CREATE TRIGGER {name}_update AFTER UPDATE OF company_id, {depends} ON employee"
        f" WHEN {moved} BEGIN {take} {give} END"
    )


def _keep_on_postgresql(counted: Counted) -> None:
    op.execute(FILL.format(**_given(counted, POSTGRESQL_MONTH, "")))
    keys = _keys(counted)
    for event, (tables, sides) in CHANGES.items():
        rows = " UNION ALL ".join(_moved_rows(counted, side, n) for side, n in sides)
        op.execute(
            FUNCTION.format(
                table=counted.table,
                event=event,
                keys=", ".join(keys),
                changes=rows,
                same=" AND ".join(f"{counted.table}.{key} = moved.{key}" for key in keys),
                moved=", ".join(f"moved.{key}" for key in keys),
            )
        )
        op.execute(
            f"CREATE TRIGGER {counted.table}_{event} AFTER {event.upper()} ON employee {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {counted.table}_{event}()"
        )


def _moved_rows(counted: Counted, side: str, number: int) -> str:
    given = _given(counted, POSTGRESQL_MONTH, "")
    return MOVED.format(**given, number=number, side=side)
