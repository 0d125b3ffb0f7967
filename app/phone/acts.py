"""The member's answer to what the service declared for it."""

from app.access import MemberAccess
from app.clock import Moment
from app.contact.acts import send_inquiry
from app.contact.forms import NewInquiry
from app.contributions.acts import filing_now
from app.contributions.filings import phone_call_of
from app.errors import NotFound, Refused
from app.phone.forms import CONFIRM, Answer
from db.models import AuditKind, InquiryTheme, PhoneCall, PhoneState


async def answer_call(access: MemberAccess, year: int, given: Answer, at: Moment) -> int | None:
    """Confirm the declaration, or contest it in a thread whose number is the answer. `Refused` once it was
    answered.
    """
    call = await call_to_answer(access, year, at)
    if call.state != PhoneState.FILED:
        raise Refused("Cette déclaration a déjà sa réponse.", status_code=409)
    about = f"{year}, reçu {call.number}"
    call.answered_at, call.answered_by = at.now, access.account.key
    if given.act == CONFIRM:
        call.state = PhoneState.CONFIRMED
        access.trace(AuditKind.PHONE_CONFIRMED, at.now, about)
        return None
    message = NewInquiry(
        token=given.token, theme=InquiryTheme.CONTRIBUTION.value, text=given.text,
        subject=f"Déclaration {year} contestée, reçu {call.number}",
    )  # fmt: skip
    inquiry = await send_inquiry(access, message, None, at.now)
    call.state, call.inquiry_id = PhoneState.CONTESTED, inquiry.key
    access.trace(AuditKind.PHONE_CONTESTED, at.now, about, inquiry.key)
    return inquiry.key


async def call_to_answer(access: MemberAccess, year: int, at: Moment) -> PhoneCall:
    """The call behind the receipt in force, answered or not; `NotFound` when there was none."""
    filing = await filing_now(access, year, at)
    call = await phone_call_of(access, filing)
    if call is None:
        raise NotFound
    return call
