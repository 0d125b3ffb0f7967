"""A message of somebody who cannot sign in. Nobody learns from it whether an address or a code exists."""

from datetime import datetime

from sqlmodel import select

from app.access import VisitorAccess
from app.contact.forms import THEMES, PublicMessage
from app.contact.service import mailbox_of
from app.fields import once_key
from app.mail import may_leave, queue_mail
from db.models import InquiryTheme, PublicInquiry


async def is_known(access: VisitorAccess, data: PublicMessage) -> bool:
    """Whether this very message was kept already."""
    same = select(PublicInquiry.token).where(PublicInquiry.token == once_key(data))
    return await access.first(same) is not None


async def write_from_outside(access: VisitorAccess, data: PublicMessage, now: datetime) -> None:
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
    theme, recipient = THEMES[InquiryTheme(data.theme)], mailbox_of(data.theme, access.portal.settings)
    queue_mail(
        access, "public_inquiry", recipient, now, name=data.name, email=data.email, code=data.code,
        theme=theme, text=data.text,
    )  # fmt: skip
    if await may_leave(access, "public_receipt", data.email, now):
        queue_mail(access, "public_receipt", data.email, now, theme=theme)
