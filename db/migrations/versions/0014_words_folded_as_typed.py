"""search keys: æ, œ, ø, ł and the others as people type them, in one order on both databases"""

import re
import unicodedata
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHUNK = 5_000
LONGEST = {"employee": {"sort_key": 240, "search_key": 500}, "document": {"search_key": 300}}
PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ĸ": "k", "ə": "e", "ƞ": "n", "ȷ": "j", "ı": "i"}
    | dict(zip("øđðħłŧƀɨʉɇɉɍɏȼȿɀ", "oddhltbiuejrycsz", strict=True))
    | dict.fromkeys("’‘ʼ", "'")
    | dict.fromkeys("‐‒–—−", "-")
)


def upgrade() -> None:
    for name, keys in LONGEST.items():
        columns = [sa.column(key) for key in ("id", *keys, "search_sign")]
        _fold(sa.table(name, *columns), keys)
    if op.get_bind().dialect.name == "postgresql":
        # A place in the list is compared in Python too: one order for both, whatever the server’s locale.
        op.execute('ALTER TABLE employee ALTER COLUMN sort_key TYPE VARCHAR(240) COLLATE "C"')


def downgrade() -> None:
    """The keys stay: they are what the words were, better folded."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE employee ALTER COLUMN sort_key TYPE VARCHAR(240) COLLATE "default"')


def _fold(table: sa.TableClause, keys: dict[str, int]) -> None:
    """Keys fold to what their words fold to, so only those that still have other letters are read closely."""
    connection, after = op.get_bind(), 0
    read = sa.select(table.c.id, *(table.c[key] for key in keys)).order_by(table.c.id).limit(CHUNK)
    while rows := connection.execute(read.where(table.c.id > after)).all():
        after = rows[-1].id
        changed = [_columns(row, keys) for row in rows if not all(map(str.isascii, row[1:]))]
        if changed:
            names = changed[0].keys() - {"row"}
            put = sa.update(table).where(table.c.id == sa.bindparam("row"))
            connection.execute(put.values({name: sa.bindparam(name) for name in names}), changed)


def _columns(row: sa.Row[tuple[object, ...]], keys: dict[str, int]) -> dict[str, object]:
    found: dict[str, object] = {"row": row.id}
    for key, longest in keys.items():
        start = " " if key == "search_key" else ""
        found[key] = (start + " ".join(_words_of(getattr(row, key))))[:longest]
    if "sort_key" in keys:
        found["search_sign"] = _sign(str(found["search_key"]))
    return found


def _words_of(key: str) -> list[str]:
    """As `app.text.search.words_of` when this was written."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", key).casefold())
    plain = "".join(each for each in spread if not unicodedata.combining(each)).translate(PLAIN)
    return re.findall(r"\w+", plain.replace("_", " "))


def _sign(search_key: str) -> int:
    sign = 0
    for start in {word[:length] for word in search_key.split() for length in (1, 2, 3)}:
        sign |= 1 << crc32(start.encode()) % 62
    return sign
