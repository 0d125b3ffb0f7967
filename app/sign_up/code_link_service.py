"""The way round a code that is closed by guesses: the two numbers, and a link mailed to the contact on file.

Nobody learns here whether the numbers are right, so asking with wrong ones closes nothing to anybody.
"""

import hmac
from datetime import datetime, timedelta

from sqlmodel import select

from app import formats
from app.access import VisitorAccess
from app.companies.service import contact_of
from app.errors import NotFound, Refused
from app.keys import fingerprint
from app.mail import may_leave, new_seed, queue_mail
from app.sign_in.flows import flow_of, start_flow
from app.throttle import TooMany, count_among
from db.models import AuditKind, Company, SignInFlow

LINK_LIFE = timedelta(hours=1)


async def ask_code_link(access: VisitorAccess, code: str, number: str, now: datetime) -> None:
    """A link leaves for the right pair of an open company that has a contact; else nothing does, in silence.

    `Refused` for a network that asks too often, whatever it typed.
    """
    await _count(access, now)
    company = await access.first(select(Company).where(Company.code == code))
    contact = await contact_of(access, company.key if company else 0)
    expected = company.declarant_key if company else "0" * 64
    is_right = hmac.compare_digest(expected, access.portal.keys.declarant_key(code, number))
    if company is None or not is_right or company.closed_at:
        return
    recipient = contact or company.email
    if not recipient or not await may_leave(access, "code_link", recipient, now, company_id=company.key):
        return
    seed = new_seed()
    # A flow that begins when the link is followed: until then its token is in the mail, in no cookie.
    link = fingerprint(access.portal.keys.mailed_link(seed))
    access.add(SignInFlow(token_hash=link, company_id=company.key, expires_at=now + LINK_LIFE))
    queue_mail(access, "code_link", recipient, now, seed=seed, company=company.label)
    access.record(AuditKind.CODE_LINK_SENT, now, None, company.key, about=recipient)


async def flow_of_link(access: VisitorAccess, token: str, now: datetime) -> SignInFlow:
    """What the link opens; `NotFound` when it was followed, is too old or never was."""
    flow = await flow_of(access, token, now)
    if flow is None or flow.company_id is None or flow.account_id is not None:
        raise NotFound
    return flow


async def follow_link(access: VisitorAccess, token: str, now: datetime) -> str:
    """Once: the token of the flow that goes on as if the numbers had just been given."""
    flow = await flow_of_link(access, token, now)
    return await start_flow(access, now, replaces=token, company_id=flow.company_id)


async def _count(access: VisitorAccess, now: datetime) -> None:
    bucket = access.portal.keys.bucket("way_out", access.network)
    try:
        await count_among(access.session_, now, bucket)
    except TooMany as many:
        wait = formats.wait(many.wait.total_seconds())
        raise Refused(f"Trop de demandes depuis votre réseau. Réessayez dans {wait}.", "", 429) from None
