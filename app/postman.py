"""From a row of the outbox to a letter, and from the letter to a relay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiosmtplib import SMTPException
from emails.backend.response import SMTPResponse
from emails.backend.smtp.aio_backend import AsyncSMTPBackend
from emails.backend.smtp.aio_client import AsyncSMTPClientWithResponse
from emails.message import Message

from app import clock
from app.addresses import WrongAddress, as_sent
from app.contributions.receipt import files_of as receipt_files
from app.database import Database
from app.invoices.letter import files_of as invoices_of
from app.planning.letter import files_of
from app.portal import Portal
from app.settings import Settings
from db.models import DemoMail, OutboxMail

# Of one answer. As long as can be, since a letter given up too early has often arrived; the whole is bounded
# by the dispatcher.
TIMEOUT_SECONDS = 90
ANSWER_SECONDS = 2.0  # of the relay, to a question that costs it nothing


class Undelivered(Exception):  # noqa: N818
    """The relay did not take the letter. The sentence is for the service."""


class Unmailable(Undelivered):
    """No relay ever will."""


@dataclass(frozen=True, slots=True)
class Letter:
    message_id: str
    recipient: str
    subject: str
    text: str
    html: str
    written_at: datetime
    files: tuple[tuple[str, bytes, str], ...] = ()


async def letter_of(portal: Portal, templates: Any, mail: OutboxMail) -> Letter:
    """The letter with what is joined to it, which is drawn in a thread."""
    files = [*await files_of(mail.context), *await invoices_of(mail.context)]
    files += [*await receipt_files(mail.context, portal.settings), *await _joined(portal, mail.context)]
    return replace(write_letter(portal, templates, mail), files=tuple(files))


async def _joined(portal: Portal, context: dict[str, Any]) -> list[tuple[str, bytes, str]]:
    """The file that a message carries, from where it is kept; its context holds only where that is."""
    if not context.get("file"):
        return []
    name, media_type, sha256 = context["file"]
    pieces = await portal.storage.opened(sha256)
    return [(name, b"".join([piece async for piece in pieces]), media_type)]


def write_letter(portal: Portal, templates: Any, mail: OutboxMail) -> Letter:
    """Subject, text and HTML from `templates/emails/`; links start with the base URL, never with a Host
    header.
    """
    context = {
        **mail.context,
        "recipient": mail.recipient,
        "base_url": portal.settings.base_url,
        "secret": "",
    }
    if mail.secret_seed:
        is_password = mail.template == "account_created"
        keys = portal.keys
        context["secret"] = (keys.mailed_password if is_password else keys.mailed_link)(mail.secret_seed)
    environment, name = templates.environment, f"emails/{mail.template}.txt"
    text = environment.get_template(name).render(context)
    subject = environment.from_string(
        _first_line(environment.loader.get_source(environment, name)[0])
    ).render(context)
    body = text.removeprefix(subject)
    html = templates.environment.get_template(f"emails/{mail.template}.html").render(context)
    return Letter(
        mail.message_id, mail.recipient, " ".join(subject.split()), body.strip() + "\n", html, mail.created_at
    )


def _first_line(source: str) -> str:
    """The first line of a template that is written, with the assignments before it. However many lines its
    names hold, none begins a header or the letter.
    """
    lines = source.split("\n")
    written = next(n for n, line in enumerate(lines) if not line.startswith("{%"))
    return "\n".join(lines[: written + 1])


class Line(AsyncSMTPClientWithResponse):
    """One connection of `emails`, kept for many letters. The library's own way opens one for each, and sends
    a letter a second time when the relay hangs up after it took it.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(parent=AsyncSMTPBackend(**options), **options)

    async def sendmail(  # type: ignore[override]
        self, from_addr: str, to_addrs: list[str], msg: Message, **options: Any
    ) -> SMTPResponse | None:
        return await super().sendmail(from_addr, to_addrs, msg.as_bytes(), **options)

    async def answers(self) -> bool:
        """Whether the relay is still there; what it half knew of a letter is forgotten."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._smtp.rset()
        except (SMTPException, OSError):  # TimeoutError is one
            return False
        return True

    @property
    def is_open(self) -> bool:
        return bool(self._smtp.is_connected)

    def hang_up(self) -> None:
        self._smtp.close()


class Relay:
    """A real SMTP server, spoken to with `emails`; STARTTLS or TLS with the certificate checked."""

    def __init__(self, settings: Settings) -> None:
        self._from = (settings.service_name, settings.mail_from)
        self._reply_to = as_sent(settings.service_email)
        # Without a name of its own here, the library asks the network for it on the event loop.
        own_name = urlsplit(settings.base_url).hostname
        self._options = {**settings.smtp, "timeout": TIMEOUT_SECONDS, "local_hostname": own_name}
        self._idle: list[Line] = []

    async def post(self, letter: Letter) -> None:
        message = self._message(letter)
        try:
            async with self._line() as line:
                answer = await message.send_async(smtp=line)
        except Exception as error:
            raise Undelivered(f"{type(error).__name__} : {error}") from error
        if answer is None or not answer.success:
            reason = getattr(answer, "error", None) or getattr(answer, "status_text", "")
            raise Undelivered(f"Refusé par le serveur de courrier : {reason}")

    async def rest(self) -> None:
        idle, self._idle = self._idle, []
        for line in idle:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await line.quit()  # type: ignore[no-untyped-call]
            except (SMTPException, OSError):
                pass
            finally:
                line.hang_up()

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        """A connection for one letter, open already or opened. One on which something went wrong is closed:
        what the relay says next on it could be about the letter before.
        """
        line = await self._idle_line() or Line(self._options)
        try:
            if not line.is_open:
                await line.initialize()  # type: ignore[no-untyped-call]
            yield line
        except BaseException:
            line.hang_up()
            raise
        self._idle.append(line)

    async def _idle_line(self) -> Line | None:
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

    def _message(self, letter: Letter) -> Message:
        try:
            recipient = as_sent(letter.recipient)
        except WrongAddress as wrong:
            raise Unmailable(f"Ce courriel ne peut pas partir : l’adresse {wrong.clause}.") from None
        message = Message(
            subject=letter.subject,
            mail_from=self._from,
            mail_to=recipient,
            reply_to=self._reply_to,
            html=letter.html,
            text=letter.text,
            message_id=letter.message_id,
            date=letter.written_at,
            headers={"Auto-Submitted": "auto-generated"},
        )
        for name, content, kind in letter.files:
            message.attach(filename=name, data=content, mime_type=kind)
        return message


class DemoPostbox:
    """In the demo nothing leaves: letters are read at /demo/courriels."""

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
