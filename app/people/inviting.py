"""Invitations: one open link an address, opened by those who administer a company or by the service."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from app.access import Access
from app.errors import Refused
from app.mail.outbox import new_seed, queue_mail
from app.people.queries import is_open, open_invitations, role_words
from app.security.keys import fingerprint
from app.text import formats
from db.models import Invitation

LIFE = timedelta(days=7)
MOST_OPEN = 50


@dataclass(frozen=True, slots=True)
class Invited:
    """The access promised. `roles`: values of Role."""

    email: str
    roles: list[str]
    third_party: bool = False
    ends_on: date | None = None


async def open_invitation(
    access: Access, company_id: int, invited: Invited, account_id: int, now: datetime
) -> tuple[Invitation, str]:
    """The invitation and the seed of its link; an open one to the same address is replaced. `account_id`:
    who invites. The company is locked (`lock_company`).
    """
    await cancel_invitations(access, company_id, invited.email, now)
    if len(await open_invitations(access, company_id)) >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} invitations attendent déjà une réponse : annulez-en d’abord.")
    seed = new_seed()
    invitation = access.add(
        Invitation(
            company_id=company_id, email=invited.email, roles=invited.roles, third_party=invited.third_party,
            ends_on=invited.ends_on, token_hash=fingerprint(access.portal.keys.mailed_link(seed)),
            invited_by=account_id, created_at=now, sent_at=now, expires_at=now + LIFE,
        )
    )  # fmt: skip
    return invitation, seed


async def cancel_invitations(access: Access, company_id: int, email: str, now: datetime) -> None:
    """Every open invitation of this address to this company: their links are dead."""
    mine = (col(Invitation.company_id) == company_id) & (col(Invitation.email) == email)
    await access.change(update(Invitation).where(mine, is_open()).values(cancelled_at=now))


def mail_invitation(
    access: Access, invitation: Invitation, seed: str, company: str, by: str, now: datetime
) -> str:
    """The mail with its link. What the history says of it."""
    words = role_words(invitation.roles)
    queue_mail(
        access,
        "invitation",
        invitation.email,
        now,
        seed=seed,
        company=company,
        by=by,
        roles=words,
        ends_on=formats.day(invitation.ends_on) if invitation.ends_on else "",
    )
    return f"{invitation.email} : {words}"
