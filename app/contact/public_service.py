"""A message of somebody who cannot sign in. Nobody learns from it whether an address or a code exists."""

from datetime import datetime

from sqlmodel import select

from app import formats
from app.access import VisitorAccess
from app.contact.forms import THEMES, PublicMessage
from app.contact.service import mailbox_of
from app.errors import Refused
from app.fields import once_key
from app.mail import queue_mail
from app.throttle import TooMany, count_among
from db.models import InquiryTheme, PublicInquiry


async def is_known(access: VisitorAccess, data: PublicMessage) -> bool:
    """Whether this very message was kept already."""
    same = select(PublicInquiry.token).where(PublicInquiry.token == once_key(data))
    return await access.first(same) is not None


async def write_from_outside(access: VisitorAccess, data: PublicMessage, network: str, now: datetime) -> None:
    """Kept, and mailed to the service. A receipt leaves too, without a word of what was typed: it could be
    somebody else's address. Too many from one network: `Refused` (429); too many receipts: none, in silence.
    """
    if await is_known(access, data):
        return
    access.add(
        PublicInquiry(
            name=data.name, email=data.email, code=data.code, theme=InquiryTheme(data.theme), text=data.text,
            token=once_key(data), sent_at=now,
        )
    )  # fmt: skip
    await access.flush()  # Of the same one sent several times at once, one goes on, and it alone is counted.
    is_told = await _counted(access, data.email, network, now)
    theme, recipient = THEMES[InquiryTheme(data.theme)], mailbox_of(data.theme, access.portal.settings)
    queue_mail(
        access, "public_inquiry", recipient, now, name=data.name, email=data.email, code=data.code,
        theme=theme, text=data.text,
    )  # fmt: skip
    if is_told:
        queue_mail(access, "public_receipt", data.email, now, theme=theme)


async def _counted(access: VisitorAccess, email: str, network: str, now: datetime) -> bool:
    """One message of this network. Whether a receipt may leave; `Refused` when not even the message may."""
    bucket, session = access.portal.keys.bucket, access.session_
    try:
        await count_among(session, now, bucket("contact", network))
    except TooMany as many:
        wait = formats.wait(many.wait.total_seconds())
        raise Refused(f"Trop de messages depuis votre réseau. Réessayez dans {wait}.", "", 429) from None
    try:
        await count_among(session, now, bucket("receipt", network), bucket("receipt", email))
    except TooMany:
        return False
    return True
