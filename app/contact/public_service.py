"""A message of somebody who cannot sign in. Nobody learns from it whether an address or a code exists."""

from datetime import datetime

from sqlmodel import select

from app import formats
from app.access import VisitorAccess
from app.contact.forms import THEMES, PublicMessage
from app.contact.service import mailbox_of
from app.errors import Refused
from app.mail import queue_mail
from app.throttle import TooMany, count_guess
from db.models import InquiryTheme, PublicInquiry


async def is_known(access: VisitorAccess, token: str) -> bool:
    """Whether this very form was sent already."""
    return await access.first(select(PublicInquiry.token).where(PublicInquiry.token == token)) is not None


async def write_from_outside(access: VisitorAccess, data: PublicMessage, network: str, now: datetime) -> None:
    """Kept, and mailed to the service. A receipt leaves too, without a word of what was typed: it could be
    somebody else's address. Too many from one network: `Refused` (429); too many receipts: none, in silence.
    """
    if await is_known(access, data.token):
        return
    keys, database = access.portal.keys, access.portal.database
    async with access.paused():
        try:
            await count_guess(database, now, keys.bucket("contact", network))
        except TooMany as many:
            wait = formats.wait(many.wait.total_seconds())
            raise Refused(f"Trop de messages depuis votre réseau. Réessayez dans {wait}.", "", 429) from None
        try:
            await count_guess(
                database, now, keys.bucket("receipt", network), keys.bucket("receipt", data.email)
            )
            is_told = True
        except TooMany:
            is_told = False
    access.add(
        PublicInquiry(
            name=data.name, email=data.email, code=data.code, theme=InquiryTheme(data.theme), text=data.text,
            token=data.token, sent_at=now,
        )
    )  # fmt: skip
    await access.flush()
    theme, recipient = THEMES[InquiryTheme(data.theme)], mailbox_of(data.theme, access.portal.settings)
    queue_mail(
        access, "public_inquiry", recipient, now, name=data.name, email=data.email, code=data.code,
        theme=theme, text=data.text,
    )  # fmt: skip
    if is_told:
        queue_mail(access, "public_receipt", data.email, now, theme=theme)
