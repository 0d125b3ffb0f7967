"""The fields of a posted form or of an address, whatever their bytes.

A browser answers in the encoding of the page, UTF-8; a script, an old proxy or a page saved by hand may not.
What is not UTF-8 is read as Windows would have written it, and marked: its letters are guesses, so nothing is
done with them before somebody has looked. Litestar's own reader takes any byte for a letter and says nothing,
and remembers the last thousand bodies, passwords included.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.web.signatures import Request


@dataclass(frozen=True, slots=True)
class Posted:
    """`fields` in their order, with those that come twice. `is_garbled`: one of them was not UTF-8."""

    fields: tuple[tuple[str, str], ...]
    is_garbled: bool = False

    def get(self, name: str) -> str:
        return next((value for each, value in self.fields if each == name), "")


async def posted(request: Request) -> Posted:
    """The fields of a form without a file; read once a request."""
    state: dict[str, Any] = request.scope["state"]
    if "posted" not in state:
        state["posted"] = fields_of(await request.body())
    fields_read: Posted = state["posted"]
    return fields_read


def fields_of(body: bytes) -> Posted:
    # Through latin-1, where each byte is a letter and back: what the bytes mean is decided field by field.
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    read = [(text_of(name.encode("latin-1")), text_of(value.encode("latin-1"))) for name, value in pairs]
    fields = tuple((name, value) for (name, _), (value, _) in read)
    return Posted(fields, any(not (a and b) for (_, a), (_, b) in read))


def as_we_write(query: bytes) -> bytes:
    """The query of an address with its letters as our own links have them. The framework reads raw UTF-8 as
    latin-1 and loses what is escaped in another encoding; nothing is done by reading, so a guess is enough.
    """
    if query.isascii() and b"%" not in query:
        return query
    read = fields_of(query)
    return urlencode(read.fields).encode() if read.is_garbled or not query.isascii() else query


def text_of(content: bytes) -> tuple[str, bool]:
    """The text, and whether it was UTF-8."""
    try:
        return content.decode(), True
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), False
