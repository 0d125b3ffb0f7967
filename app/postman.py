"""From a row of the outbox to a letter, and from the letter to a relay."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from emails.message import Message

from app import clock
from app.contributions.receipt import files_of as receipt_files
from app.database import Database
from app.invoices.letter import files_of as invoices_of
from app.planning.letter import files_of
from app.portal import Portal
from app.settings import Settings
from db.models import DemoMail, OutboxMail

TIMEOUT_SECONDS = 30


class Undelivered(Exception):  # noqa: N818
    """The relay did not take the letter. The sentence is for the service."""


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
    text = templates.environment.get_template(f"emails/{mail.template}.txt").render(context)
    subject, _, body = text.partition("\n")
    html = templates.environment.get_template(f"emails/{mail.template}.html").render(context)
    return Letter(
        mail.message_id, mail.recipient, subject.strip(), body.strip() + "\n", html, mail.created_at
    )


class Relay:
    """A real SMTP server, spoken to with `emails`; STARTTLS or TLS with the certificate checked."""

    def __init__(self, settings: Settings) -> None:
        self._from = (settings.service_name, settings.mail_from)
        self._reply_to = settings.service_email
        # Without a name of its own here, the library asks the network for it on the event loop.
        own_name = urlsplit(settings.base_url).hostname
        self._options = {**settings.smtp, "timeout": TIMEOUT_SECONDS, "local_hostname": own_name}

    async def post(self, letter: Letter) -> None:
        message = Message(
            subject=letter.subject,
            mail_from=self._from,
            mail_to=letter.recipient,
            reply_to=self._reply_to,
            html=letter.html,
            text=letter.text,
            message_id=letter.message_id,
            date=letter.written_at,
            headers={"Auto-Submitted": "auto-generated"},
        )
        for name, content, kind in letter.files:
            message.attach(filename=name, data=content, mime_type=kind)
        try:
            answer = await message.send_async(smtp=self._options)
        except Exception as error:
            raise Undelivered(f"{type(error).__name__} : {error}") from error
        if answer is None or not answer.success:
            reason = getattr(answer, "error", None) or getattr(answer, "status_text", "")
            raise Undelivered(f"Refusé par le serveur de courrier : {reason}")


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
