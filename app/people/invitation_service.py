"""Rules of invitations: one open link an address, that the company sends again or takes back."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from app import formats
from app.access import MemberAccess
from app.errors import NotFound, Refused
from app.keys import fingerprint
from app.mail import new_seed, queue_mail
from app.people.forms import NewInvitation
from app.people.queries import (
    day_of,
    has_access,
    invitation_of_company,
    is_open,
    open_invitations,
    role_words,
)
from app.people.service import cancel_invitations, check_end, held_memberships
from db.models import AuditKind, Invitation

LIFE = timedelta(days=7)
BETWEEN_MAILS = timedelta(minutes=1)
MOST_OPEN = 50
HAS_ACCESS = "Cette personne a déjà accès à l’entreprise. Modifiez plutôt son rôle, dans la liste."
TOO_SOON = "Le courriel vient de partir. Attendez une minute avant de le renvoyer."


async def invite(access: MemberAccess, entry: NewInvitation, now: datetime) -> None:
    """Ask this address by mail. An open invitation to it is replaced."""
    check_end(entry.ends_on, now)
    if await has_access(access, entry.email, day_of(now)):
        raise Refused(HAS_ACCESS, "email")
    await held_memberships(access)
    await cancel_invitations(access, entry.email, now)
    if len(await open_invitations(access)) >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} invitations attendent déjà une réponse : annulez-en d’abord.")
    seed = new_seed()
    invitation = access.add(
        Invitation(
            company_id=access.company.key,
            email=entry.email,
            roles=[role.value for role in entry.roles],
            third_party=entry.third_party,
            ends_on=entry.ends_on,
            token_hash=fingerprint(access.portal.keys.mailed_link(seed)),
            invited_by=access.account.key,
            created_at=now,
            sent_at=now,
            expires_at=now + LIFE,
        )
    )
    _mail(access, invitation, seed, now)


async def send_again(access: MemberAccess, invitation_id: int, now: datetime) -> None:
    """A new link for 7 more days; the old one is dead. At most once a minute."""
    invitation = await invitation_of_company(access, invitation_id)
    if invitation.ends_on is not None and invitation.ends_on < day_of(now):
        raise Refused("La date de fin prévue est passée. Faites une nouvelle invitation.")
    if await has_access(access, invitation.email, day_of(now)):
        raise Refused(HAS_ACCESS)
    if now - invitation.sent_at < BETWEEN_MAILS:
        raise Refused(TOO_SOON)
    await held_memberships(access)
    seed = new_seed()
    token_hash = fingerprint(access.portal.keys.mailed_link(seed))
    quiet = (col(Invitation.id) == invitation.key) & (col(Invitation.sent_at) <= now - BETWEEN_MAILS)
    renewed = update(Invitation).where(quiet, is_open())
    if not await access.change(renewed.values(token_hash=token_hash, sent_at=now, expires_at=now + LIFE)):
        raise Refused(TOO_SOON)
    _mail(access, invitation, seed, now)


async def cancel_invitation(access: MemberAccess, invitation_id: int, now: datetime) -> None:
    invitation = await invitation_of_company(access, invitation_id)
    await held_memberships(access)
    mine = update(Invitation).where(col(Invitation.id) == invitation.key, is_open())
    if not await access.change(mine.values(cancelled_at=now)):
        raise NotFound
    access.trace(AuditKind.INVITATION_CANCELLED, now, about=invitation.email)


def _mail(access: MemberAccess, invitation: Invitation, seed: str, now: datetime) -> None:
    words = role_words(invitation.roles)
    access.trace(AuditKind.PERSON_INVITED, now, about=f"{invitation.email} : {words}")
    queue_mail(
        access,
        "invitation",
        invitation.email,
        now,
        seed=seed,
        company=access.company.label,
        by=access.account.full_name,
        roles=words,
        ends_on=formats.day(invitation.ends_on) if invitation.ends_on else "",
    )
