"""Requests as a browser sends them, then spoilt with the dictionary."""

import dataclasses
import inspect
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote_from_bytes

from tests.faults.nasty import HEADER_VALUES, HEADERS, KILLERS, METHODS, PARTS, TYPES, VALUES

FORM = b"application/x-www-form-urlencoded"
PART = b'--bound\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
BODIES = (b"", b"{", b"null", b'{"email": ["a"]}', b"\x93\x01", b"\xff" * 50)


@dataclass
class Asked:
    """One request, in bytes, before a browser could tidy it up."""

    method: str
    path: bytes
    query: list[tuple[bytes, bytes]] = field(default_factory=list)
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes | None = None

    @property
    def target(self):
        query = b"&".join(quoted(name) + b"=" + quoted(value) for name, value in self.query)
        return self.path + (b"?" + query if query else b"")

    @property
    def content(self):
        if self.body is not None:
            return self.body
        return b"&".join(quoted(name) + b"=" + quoted(value) for name, value in self.fields)

    def has(self, name):
        return any(name.lower() == each.lower() for each, _ in self.headers)


def quoted(value):
    return quote_from_bytes(value, safe="").encode()


def query_names(handler):
    """What this handler reads of the query, and what it does not."""
    from_path = {"request", "access", "code", "token"}
    names = [
        n for n in inspect.signature(handler.fn).parameters if n not in from_path and not n.endswith("_id")
    ]
    return [name.encode() for name in (*names, "page")]


def spoil(asked: Asked, chance: Random) -> Asked:
    """The same request with one or two things wrong."""
    spoilt = dataclasses.replace(
        asked, query=list(asked.query), fields=list(asked.fields), headers=list(asked.headers)
    )
    habits = POSTING if asked.method == "POST" else READING
    for habit in chance.sample(habits, chance.choice((1, 1, 2))):
        habit(spoilt, chance)
    return spoilt


def each_killer(asked: Asked, path_format: str):
    """The same request once for each place and each value that can stop what lies below the portal."""
    places = [n for n, segment in enumerate(path_format.split("/")) if segment.startswith("{")]
    for killer in KILLERS:
        for index, (name, _) in enumerate(asked.query):
            query = [*asked.query[:index], (name, killer), *asked.query[index + 1 :]]
            yield dataclasses.replace(asked, query=query, headers=[])
        for name, _ in asked.fields:
            if name != b"csrf":
                fields = [(n, killer if n == name else v) for n, v in asked.fields]
                yield dataclasses.replace(asked, fields=fields, headers=[])
        for place in places if killer else ():
            segments = asked.path.split(b"/")
            segments[place] = quoted(killer)
            yield dataclasses.replace(asked, path=b"/".join(segments), headers=[])


def a_nasty_field(asked, chance):
    if not asked.fields:
        asked.fields.append((b"x", b""))
    index = chance.randrange(len(asked.fields))
    asked.fields[index] = (asked.fields[index][0], chance.choice(VALUES))


def every_field_nasty(asked, chance):
    asked.fields = [(n, v if n == b"csrf" else chance.choice(VALUES)) for n, v in asked.fields]


def a_field_twice(asked, chance):
    if asked.fields:
        name, _ = chance.choice(asked.fields)
        asked.fields.insert(chance.randrange(len(asked.fields)), (name, chance.choice(VALUES)))


def a_field_nobody_asked_for(asked, chance):
    asked.fields.append((chance.choice(VALUES)[:200] or b"is_staff", chance.choice(VALUES)))


def a_field_left_out(asked, chance):
    if asked.fields:
        asked.fields.pop(chance.randrange(len(asked.fields)))


def a_mebibyte(asked, chance):
    asked.fields.append((b"x", b"y" * 2 ** chance.choice((17, 20))))


def five_thousand_fields(asked, chance):
    asked.fields += [(b"x", b"y")] * 5000


def another_type(asked, chance):
    asked.headers.append((b"Content-Type", chance.choice(TYPES)))
    asked.body = chance.choice((asked.content, *BODIES))


def in_parts(asked, chance, spoil_part=lambda value: (b"", value)):
    parts = []
    for name, value in asked.fields:
        more, given = (b"", value) if name == b"csrf" else spoil_part(value)
        parts.append(PART % (name, more, given))
    asked.headers.append((b"Content-Type", b"multipart/form-data; boundary=bound"))
    asked.body = b"".join(parts) + b"--bound--\r\n"


def a_nasty_part(asked, chance):
    in_parts(asked, chance, lambda value: chance.choice((*PARTS, (b"", value))))


def parts_cut_off(asked, chance):
    in_parts(asked, chance)
    asked.body = asked.body[: chance.randrange(len(asked.body))]


def a_body_cut_off(asked, chance):
    asked.body = asked.content[: chance.randrange(1, 40)] + chance.choice((b"%", b"%e", b"%ed%a0", b"&&==&"))


def a_nasty_header(asked, chance):
    name = chance.choice(list(HEADERS))
    asked.headers.append((name, chance.choice((*HEADERS[name], chance.choice(HEADER_VALUES)))))


def many_nasty_headers(asked, chance):
    for _ in range(4):
        a_nasty_header(asked, chance)


def a_nasty_query(asked, chance):
    asked.query = [(name, chance.choice(VALUES)) for name, _ in asked.query]


def a_query_twice(asked, chance):
    asked.query = [pair for pair in asked.query for _ in range(2)]
    a_nasty_query(asked, chance)


def another_method(asked, chance):
    asked.method = chance.choice(METHODS)


def a_nasty_segment(asked, chance):
    segments = asked.path.split(b"/")
    segments[chance.randrange(1, len(segments))] = quoted(chance.choice(VALUES)) or b"%20"
    asked.path = b"/".join(segments)


def a_twisted_path(asked, chance):
    path = asked.path
    before, after = chance.choice(((b"//evil.example", b""), (b"/.", b""), (b"/%2e%2e", b""), (b"", b"/")))
    ends = (after, b"//", b";a=b", b"/..%2f..", b"%00", b"/%ed%a0%80")
    asked.path = chance.choice((before + path + chance.choice(ends), path.upper(), path.replace(b"/", b"//")))


ANYWHERE = [
    a_nasty_header, many_nasty_headers, a_nasty_query, a_query_twice, another_method, a_twisted_path,
    a_nasty_segment,
]  # fmt: skip
READING = [*ANYWHERE, a_nasty_query, a_nasty_segment, a_nasty_header]
POSTING = [
    *ANYWHERE, a_nasty_field, a_nasty_field, every_field_nasty, a_field_twice, a_field_nobody_asked_for,
    a_field_left_out, a_mebibyte, five_thousand_fields, another_type, a_nasty_part, a_nasty_part,
    parts_cut_off, a_body_cut_off,
]  # fmt: skip
