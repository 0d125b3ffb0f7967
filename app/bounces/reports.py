"""Mails that came back: the mailbox where they arrive, a folder (Maildir), a file (mbox) or a server (IMAP),
and reports of mail servers on what they could not deliver (RFC 3464). All with the standard library.

Everything here waits on a disk or a network: call it beside the event loop.
"""

import imaplib
import mailbox
import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from app.errors import CommandRefused

MOST = 1_000  # mails in one reading: the others wait for the next
BIGGEST = 5_000_000  # bytes; nothing that a server sends back is bigger
SECONDS = 60.0
MARKS, SEEN = ":2,", "S"  # of a file's name in a Maildir


class Box(Protocol):
    def unread(self) -> Iterator[tuple[str, bytes]]:
        """Up to `MOST` mails that are not marked: what marks each, and its bytes."""

    def mark(self, keys: Iterable[str]) -> None:
        """As read. They stay where they are."""


class Maildir:
    """One file a mail, whose name bears its marks: nothing is opened that was read before."""

    def __init__(self, folder: Path) -> None:
        self._new, self._cur = folder / "new", folder / "cur"

    def unread(self) -> Iterator[tuple[str, bytes]]:
        files = sorted([*self._new.iterdir(), *self._cur.iterdir()], key=lambda file: file.name)
        waiting = [each for each in files if SEEN not in each.name.partition(MARKS)[2]]
        for each in waiting[:MOST]:
            with each.open("rb") as file:
                yield str(each), file.read(BIGGEST + 1)

    def mark(self, keys: Iterable[str]) -> None:
        for file in map(Path, keys):
            name, _, marks = file.name.partition(MARKS)
            file.rename(self._cur / f"{name}{MARKS}{''.join(sorted({*marks, SEEN}))}")


class Mbox:
    """A file that the mail server writes to: read whole each time, never written."""

    def __init__(self, file: mailbox.mbox) -> None:
        self._file = file

    def unread(self) -> Iterator[tuple[str, bytes]]:
        for key in sorted(self._file.keys())[-MOST:]:
            yield str(key), self._file.get_bytes(key)[: BIGGEST + 1]

    def mark(self, keys: Iterable[str]) -> None:
        """Nothing: reading it again changes nothing."""


class Imap:
    def __init__(self, server: imaplib.IMAP4) -> None:
        self._server = server

    def unread(self) -> Iterator[tuple[str, bytes]]:
        _, (found,) = self._server.uid("SEARCH", f"UNSEEN SMALLER {BIGGEST}")
        for uid in (found or b"").split()[:MOST]:
            _, parts = self._server.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
            content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            yield uid.decode(), content

    def mark(self, keys: Iterable[str]) -> None:
        for uid in keys:
            self._server.uid("STORE", uid, "+FLAGS.SILENT (\\Seen)")


@contextmanager
def open_box(url: str) -> Iterator[Box]:
    """The box at `maildir:///folder`, `mbox:///file`, `imaps://user:password@host/folder`; or
    `CommandRefused`, in French, when it does not open.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "maildir":
            yield Maildir(Path(unquote(parts.path)))
        elif parts.scheme == "mbox":
            with closing(mailbox.mbox(unquote(parts.path), create=False)) as file:
                yield Mbox(file)
        else:
            with _sign_in(parts) as server:
                yield Imap(server)
    except (mailbox.Error, imaplib.IMAP4.error, OSError) as trouble:
        # Never the address itself: it may hold a password.
        words = f"{type(trouble).__name__} {trouble}"
        raise CommandRefused(f"La boîte des retours ne se lit pas : {words}") from None


@contextmanager
def _sign_in(parts: SplitResult) -> Iterator[imaplib.IMAP4]:
    host, is_secure = parts.hostname or "", parts.scheme == "imaps"
    port = parts.port or (993 if is_secure else 143)
    connect = imaplib.IMAP4_SSL if is_secure else imaplib.IMAP4
    with connect(host, port, timeout=SECONDS) as server:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        status, _ = server.select('"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"')
        if status != "OK":
            raise imaplib.IMAP4.error(f"le dossier {folder} ne s’ouvre pas")
        yield server


IDENTIFIER = re.compile(r"<[^<>\s]+>")
STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
# By the enhanced status of RFC 3463, its class left out: the first that the status begins with.
WORDS = {
    "1.1": "cette adresse n’existe pas",
    "1.2": "le domaine de cette adresse n’existe pas",
    "1.3": "cette adresse est mal écrite",
    "1.6": "cette adresse n’existe plus",
    "1.10": "ce domaine ne reçoit pas de courriels",
    "2.1": "cette boîte aux lettres est fermée",
    "2.2": "cette boîte aux lettres est pleine",
    "2.3": "ce courriel est trop gros pour cette boîte aux lettres",
    "3.4": "ce courriel est trop gros pour cette boîte aux lettres",
    "4.4": "le domaine de cette adresse n’existe pas",
    "4": "le serveur du destinataire n’a pas répondu",
}
REFUSED = "le serveur du destinataire l’a refusé"
LONGEST = 200  # characters of a server's own words


@dataclass(frozen=True, slots=True)
class Bounce:
    """`message_id`: of the mail that came back. `words`: French, after a colon; `said`: the server's own."""

    message_id: str
    at: datetime | None
    words: str
    said: str


def bounce_of(content: bytes) -> Bounce | None:
    """None for what is no report of a failure: an answer, a delay, a delivery, an advertisement; and for what
    cannot be read, since whoever knows the address may write there.
    """
    try:
        return _read(message_from_bytes(content, policy=default))
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return None


def _read(message: Message) -> Bounce | None:
    if message.get_content_type() != "multipart/report":
        return None
    failure = next(
        (each for each in _recipients(message) if _value(each, "Action").lower() == "failed"), None
    )
    message_id = _original(message)
    if failure is None or not message_id:
        return None
    found = STATUS.search(_value(failure, "Status"))
    status = found[0] if found else ""
    said = _value(failure, "Diagnostic-Code").partition(";")[2] or status
    return Bounce(message_id, _date(message), words_of(status), " ".join(said.split())[:LONGEST])


def words_of(status: str) -> str:
    """
    >>> words_of("5.1.1")
    'cette adresse n’existe pas'
    """
    detail = status.partition(".")[2]
    by_length = (detail, detail.partition(".")[0])
    return next((WORDS[each] for each in by_length if each in WORDS), REFUSED)


def _recipients(message: Message) -> Iterator[Message]:
    """The blocks of `message/delivery-status` after the first, which is about the message."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            yield from (
                (each for each in blocks if isinstance(each, Message)) if isinstance(blocks, list) else ()
            )


def _original(message: Message) -> str:
    """The identifier of what came back: of the copy that is joined, or its headers; else what the report
    answers, as some servers say it.
    """
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and (joined := _messages_in(part)):
            return _identifier(joined[0], "Message-ID")
        if kind == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            headers = raw.decode("ascii", "replace") if isinstance(raw, bytes) else ""
            return _identifier(message_from_string(headers, policy=default), "Message-ID")
    return _identifier(message, "In-Reply-To")


def _messages_in(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _identifier(message: Message, name: str) -> str:
    found = IDENTIFIER.search(_value(message, name))
    return found[0] if found else ""


def _value(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()


def _date(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(_value(message, "Date"))
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
