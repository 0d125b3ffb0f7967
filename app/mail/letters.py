"""Letters made from the rows of the outbox."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup

from app.mail.markdown import as_html, as_text, title_of
from app.portal import Portal
from app.settings import Settings
from db.models import OutboxMail

# (name, content, media type)
File = tuple[str, bytes, str]
Drawer = Callable[[Any, Settings], Awaitable[File]]
# Drawers of the attachments of a mail, by the kind in its context: each area's own, named by `app.main`.
DRAWERS: dict[str, Drawer] = {}


@dataclass(frozen=True, slots=True)
class Letter:
    message_id: str
    recipient: str
    reply_to: str
    subject: str
    text: str
    html: str
    written_at: datetime
    files: tuple[File, ...] = ()


async def letter_of(portal: Portal, templates: Any, mail: OutboxMail) -> Letter:
    """The letter with what is joined to it, which is drawn in a thread."""
    drawn = [
        await DRAWERS[kind](mail.context[kind], portal.settings) for kind in DRAWERS if kind in mail.context
    ]
    files = [*drawn, *await _joined_files(portal, mail.context)]
    return replace(write_letter(portal, templates, mail), files=tuple(files))


async def _joined_files(portal: Portal, context: dict[str, Any]) -> list[File]:
    """The file that a message carries, read from the storage; its context holds only the place."""
    if not context.get("file"):
        return []
    name, media_type, sha256 = context["file"]
    pieces = await portal.storage.opened(sha256)
    return [(name, b"".join([piece async for piece in pieces]), media_type)]


def write_letter(portal: Portal, templates: Any, mail: OutboxMail) -> Letter:
    """The letter of a template in `templates/emails/`, whose heading is its subject. Links start with the
    base URL, never with a Host header.

    A template may set `mailbox`, whose signature it bears and who answers (the service unless it says so),
    and `reply_to`, when somebody else does.
    """
    settings = portal.settings
    context = {
        **mail.context,
        "recipient": mail.recipient,
        "base_url": settings.base_url,
        "secret": _secret(portal, mail),
    }
    written = templates.mails.get_template(f"emails/{mail.template}.md").make_module(context)
    mailbox = getattr(written, "mailbox", settings.service_email)
    signature = templates.mails.get_template("emails/signature.md").render(context | {"mailbox": mailbox})
    source = f"{written}\n\n{signature}"
    frame = templates.environment.get_template("emails/base.html")
    return Letter(
        message_id=mail.message_id,
        recipient=mail.recipient,
        reply_to=getattr(written, "reply_to", mailbox),
        subject=title_of(source),
        text=as_text(source),
        html=frame.render(words=Markup(as_html(source))),  # noqa: S704 - what was typed is escaped in it
        written_at=mail.created_at,
    )


def _secret(portal: Portal, mail: OutboxMail) -> str:
    """The password or the link's token that this letter carries, "" for most."""
    if not mail.secret_seed:
        return ""
    keys, is_password = portal.keys, mail.template == "account_created"
    return (keys.mailed_password if is_password else keys.mailed_link)(mail.secret_seed)
