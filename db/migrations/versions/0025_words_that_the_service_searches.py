"""search of the service: an index of words, which the database itself keeps in step

SQLite: tables of FTS5 filled by triggers, so that no writer can forget them. A migration that copies one of
these tables must make its triggers again. PostgreSQL: indexes on an expression, which need no extension.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# The words of a row, by table. Those of an employee are kept folded already, in `search_key`.
COLUMNS = {
    "company": ("code", "name", "town", "siret", "email"),
    "account": ("first_name", "last_name", "email"),
    "invoice": ("number",),
}
# FTS5 takes accents and capitals off by itself; these are no letters with an accent.
JOINED = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "ß": "ss"}
FTS = 'tokenize="unicode61 remove_diacritics 2", detail=none, prefix=3'

EMPLOYEE_WORDS = "array_to_tsvector(array_remove(string_to_array(search_key, ' '), ''))"
FILL = "INSERT INTO {table}_words (rowid, words) SELECT id, {words} FROM {table}"
TRIGGERS = (
    (
        "CREATE TRIGGER {table}_words_insert AFTER INSERT ON {table} BEGIN"
        " INSERT INTO {table}_words (rowid, words) VALUES (NEW.id, {news}); END"
    ),
    (
        "CREATE TRIGGER {table}_words_update AFTER UPDATE OF {columns} ON {table} BEGIN"
        " UPDATE {table}_words SET words = {news} WHERE rowid = NEW.id; END"
    ),
    (
        "CREATE TRIGGER {table}_words_delete AFTER DELETE ON {table} BEGIN"
        " DELETE FROM {table}_words WHERE rowid = OLD.id; END"
    ),
)
# NFKD parts a letter from its accents, which go; then what separates words.
PORTAL_WORDS = """
CREATE FUNCTION portal_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(regexp_split_to_array(
        lower(regexp_replace({joined}, '[\u0300-\u036f]', '', 'g')), '[^[:alnum:]]+'), ''))
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _index()
    else:
        _keep_in_step()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in (*COLUMNS, "employee"):
            op.execute(f"DROP INDEX ix_{table}_words")
        op.execute("DROP FUNCTION portal_words(text)")
        return
    for table in (*COLUMNS, "employee"):
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_words_{event}")
        op.execute(f"DROP TABLE {table}_words")


def _joined(expression: str) -> str:
    for letter, plain in JOINED.items():
        expression = f"replace({expression}, '{letter}', '{plain}')"
    return expression


def _index() -> None:
    op.execute(PORTAL_WORDS.format(joined=_joined("normalize(words, NFKD)")))
    for table, columns in COLUMNS.items():
        words = " || ' ' || ".join(columns)
        op.execute(f"CREATE INDEX ix_{table}_words ON {table} USING gin (portal_words({words}))")
    op.execute(f"CREATE INDEX ix_employee_words ON employee USING gin (({EMPLOYEE_WORDS}))")


def _keep_in_step() -> None:
    for table, columns in COLUMNS.items():
        op.execute(f"CREATE VIRTUAL TABLE {table}_words USING fts5(words, {FTS})")
        given = {"table": table, "words": _words(columns, ""), "columns": ", ".join(columns)}
        op.execute(FILL.format(**given))
        for trigger in TRIGGERS:
            op.execute(trigger.format(**given, news=_words(columns, "NEW.")))
    _keep_employees_in_step()


def _words(columns: tuple[str, ...], prefix: str) -> str:
    return _joined(" || ' ' || ".join(f"{prefix}{column}" for column in columns))


def _keep_employees_in_step() -> None:
    """The words are read in the table itself: a million of them are not kept twice."""
    op.execute(
        "CREATE VIRTUAL TABLE employee_words USING"
        f" fts5(search_key, content='employee', content_rowid='id', {FTS})"
    )
    op.execute("INSERT INTO employee_words (employee_words) VALUES ('rebuild')")
    added = "INSERT INTO employee_words (rowid, search_key) VALUES (NEW.id, NEW.search_key);"
    taken = (
        "INSERT INTO employee_words (employee_words, rowid, search_key)"
        " VALUES ('delete', OLD.id, OLD.search_key);"
    )
    op.execute(f"CREATE TRIGGER employee_words_insert AFTER INSERT ON employee BEGIN {added} END")
    op.execute(f"CREATE TRIGGER employee_words_delete AFTER DELETE ON employee BEGIN {taken} END")
    op.execute(
        "CREATE TRIGGER employee_words_update AFTER UPDATE OF search_key ON employee"
        f" WHEN OLD.search_key <> NEW.search_key BEGIN {taken} {added} END"
    )
