"""The way of a letter to a relay, or to the page where the demo shows its mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app import clock
from app.mail.envelope import Undelivered, enclose
from app.mail.letters import Letter
from app.settings import Settings
from db.engine import Database
from db.models import DemoMail

if TYPE_CHECKING:
    from app.mail.smtp import Line

# Of one answer. As long as can be, since a letter given up too early has often arrived; the whole is bounded
# by the dispatcher.
TIMEOUT_SECONDS = 90


class Relay:
    """A real SMTP server, spoken to with `emails`; STARTTLS or TLS with the certificate checked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Without a name of its own here, the library asks the network for it on the event loop.
        own_name = urlsplit(settings.base_url).hostname
        self._options = {**settings.smtp, "timeout": TIMEOUT_SECONDS, "local_hostname": own_name}
        self._idle: list[Line] = []

    async def post(self, letter: Letter) -> None:
        envelope = enclose(letter, self._settings)
        try:
            async with self._line() as line:
                answer = await line.hand_over(envelope)
        except Exception as error:
            raise Undelivered(f"{type(error).__name__} : {error}") from error
        if answer is None or not answer.success:
            reason = getattr(answer, "error", None) or getattr(answer, "status_text", "")
            raise Undelivered(f"Refusé par le serveur de courrier : {reason}")

    async def rest(self) -> None:
        idle, self._idle = self._idle, []
        for line in idle:
            await line.say_goodbye()

    @asynccontextmanager
    async def _line(self) -> AsyncIterator["Line"]:
        """A connection for one letter, open already or opened. One on which something went wrong is closed:
        what the relay says next on it could be about the letter before.
        """
        line = await self._idle_line() or _new_line(self._options)
        try:
            if not line.is_open:
                await line.initialize()  # type: ignore[no-untyped-call]
            yield line
        except BaseException:
            line.hang_up()
            raise
        self._idle.append(line)

    async def _idle_line(self) -> "Line | None":
        while self._idle:
            line = self._idle.pop()
            try:
                if await line.answers():
                    return line
            except BaseException:
                line.hang_up()
                raise
            line.hang_up()
        return None


def _new_line(options: dict[str, Any]) -> "Line":
    from app.mail.smtp import Line  # noqa: PLC0415 - 5 MB and 0.2 s of a start, when a letter leaves

    return Line(options)


class DemoPostbox:
    """The postbox of the demo: nothing leaves, letters are read at /demo/courriels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def post(self, letter: Letter) -> None:
        async with self._database.transaction(write=True) as session:
            session.add(
                DemoMail(
                    recipient=letter.recipient,
                    subject=letter.subject[:200],
                    text=letter.text + "".join(f"\nPièce jointe : {name}\n" for name, *_ in letter.files),
                    html=letter.html,
                    sent_at=clock.now(),
                )
            )

    async def rest(self) -> None:
        """Nothing is kept open."""
