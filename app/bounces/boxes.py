"""The mailbox where mails come back: a folder (Maildir), a file (mbox) or a server (IMAP). Standard library.

Everything here waits on a disk or a network: call it beside the event loop.
"""

import imaplib
import mailbox
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
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
