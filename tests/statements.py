"""What reaches the database meanwhile."""

from contextlib import ExitStack, contextmanager

from sqlalchemy import event

# What frames statements, and asks for no row.
FRAMES = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "SET LOCAL")


@contextmanager
def statements_of(portal):
    """Every statement, read or write; what only frames them left out."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(FRAMES):
            seen.append(statement)

    with watched(portal, note):
        yield seen


@contextmanager
def watched(portal, listener):
    """`listener` hears of every statement before it runs, whichever engine it goes through."""
    engines = {portal.database.engine.sync_engine}
    if portal.database.is_sqlite:  # PostgreSQL's two share one pool, and what one hears
        engines.add(portal.database.reader.sync_engine)
    with ExitStack() as stack:
        for engine in engines:
            event.listen(engine, "before_cursor_execute", listener)
            stack.callback(event.remove, engine, "before_cursor_execute", listener)
        yield
