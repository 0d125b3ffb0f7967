"""Rules of access to a company. It always keeps an administrator whose access does not end."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.access import MemberAccess, VisitorAccess
from app.clock import day_of
from app.devices import OpenedBrowser, Origin, open_browser
from app.errors import NotFound, Refused
from app.mail.outbox import new_seed, queue_mail
from app.people.forms import Acceptance, NewInvitation, NewMember, Scope
from app.people.inviting import LIFE, Invited, cancel_invitations, mail_invitation, open_invitation
from app.people.queries import (
    account_of,
    has_access,
    has_ended,
    invitation_of_company,
    is_open,
    lock_company,
    role_words,
)
from app.rights import WORKING_ROLES, Right, Role
from app.security.keys import fingerprint
from app.security.passwords import weakness
from app.sessions import is_staff
from app.sign_in.acts import judge_password, sign_in
from app.text import formats
from app.voiding import void_recovery
from db.models import (
    Account,
    AccountToken,
    AuditKind,
    Company,
    Invitation,
    Membership,
    TokenKind,
)

LAST = (
    "Une entreprise garde toujours un administrateur sans date de fin, et il n’y en a pas d’autre. "
    "Transmettez d’abord l’administration."
)
PAST = "Choisissez un jour à venir : à cette date, l’accès serait déjà terminé."
MYSELF = "Il s’agit de votre propre accès. Pour y renoncer, ouvrez « Mon accès »."
MembershipsById = dict[int, Membership]


async def locked_memberships(access: MemberAccess) -> MembershipsById:
    """Everybody's access as it is now, held until the commit, once we still may change it: of two
    administrators who remove each other at the same time, the second no longer may.
    """
    held = await _locked_rows(access)
    access.require(Right.PEOPLE, held[access.membership.key].roles)
    return held


async def change_access(access: MemberAccess, membership_id: int, entry: Scope, now: datetime) -> None:
    """Install these roles and this end, and notify the person. Nothing is sent when nothing changes."""
    check_end(entry.ends_on, now)
    held = await locked_memberships(access)
    target = _membership_in(held, membership_id)
    roles = [role.value for role in entry.roles]
    if (target.roles, target.third_party, target.ends_on) == (roles, entry.third_party, entry.ends_on):
        return
    administers = Role.ADMINISTRATOR in roles
    if not (administers and entry.ends_on is None):
        _keep_an_administrator(held, target, now, field="ends_on" if administers else "roles")
    target.roles, target.third_party, target.ends_on = roles, entry.third_party, entry.ends_on
    await _notify_roles(access, target, now)


async def revoke_access(access: MemberAccess, membership_id: int, now: datetime) -> None:
    """The next request of that person finds nothing, and an older invitation opens nothing either."""
    held = await locked_memberships(access)
    target = _membership_in(held, membership_id)
    if target.key == access.membership.key:
        raise Refused(MYSELF)
    _keep_an_administrator(held, target, now)
    account = await account_of(access, target)
    await _remove(access, target, account.email, now)
    access.trace(AuditKind.ACCESS_REVOKED, now, about=account.full_name)
    company, by = access.company.label, access.account.full_name
    queue_mail(access, "access_revoked", account.email, now, account_id=account.key, company=company, by=by)


async def hand_over(access: MemberAccess, membership_id: int, now: datetime) -> None:
    """That person becomes administrator and we stop being one, keeping what is needed to work."""
    held = await locked_memberships(access)
    target, mine = _membership_in(held, membership_id), held[access.membership.key]
    if target.key == mine.key:
        raise Refused("Vous êtes déjà administrateur : choisissez une autre personne.")
    if target.ends_on is not None:
        raise Refused(
            "L’accès de cette personne a une date de fin : retirez-la d’abord, pour que l’entreprise "
            "garde un administrateur."
        )
    others = [role for role in target.roles if role != Role.ADMINISTRATOR]
    target.roles = [Role.ADMINISTRATOR.value, *others]
    mine.roles = [role.value for role in WORKING_ROLES]
    await _notify_roles(access, target, now)
    about = f"{access.account.full_name} : {role_words(mine.roles)}"
    access.trace(AuditKind.ROLES_CHANGED, now, about, mine.key)


async def leave_company(access: MemberAccess, now: datetime) -> None:
    """Leave by oneself, whatever one's role: a third party needs nobody for that."""
    held = await _locked_rows(access)
    mine = held[access.membership.key]
    _keep_an_administrator(held, mine, now)
    await _remove(access, mine, access.account.email, now)
    access.trace(AuditKind.COMPANY_LEFT, now, about=access.account.full_name)


def check_end(ends_on: date | None, now: datetime) -> None:
    if ends_on is not None and ends_on <= day_of(now):
        raise Refused(PAST, "ends_on")


async def _locked_rows(access: MemberAccess) -> MembershipsById:
    await lock_company(access, access.company.key)
    everybody = access.select(Membership).order_by(col(Membership.id)).with_for_update()
    rows = await access.all(everybody.execution_options(populate_existing=True))
    held = {row.key: row for row in rows}
    if access.membership.key not in held:
        raise NotFound
    return held


def _membership_in(held: MembershipsById, membership_id: int) -> Membership:
    if membership_id not in held:
        raise NotFound
    return held[membership_id]


def _keep_an_administrator(held: MembershipsById, target: Membership, now: datetime, field: str = "") -> None:
    """Refuse when, without `target`, nobody would administer the company for good."""
    if Role.ADMINISTRATOR not in target.roles or has_ended(target, day_of(now)):
        return
    others = [row for row in held.values() if row.key != target.key]
    if not any(Role.ADMINISTRATOR in row.roles and row.ends_on is None for row in others):
        raise Refused(LAST, field)


async def _remove(access: MemberAccess, target: Membership, email: str, now: datetime) -> None:
    await cancel_invitations(access, target.company_id, email, now)
    await void_recovery(access, target.account_id, target.company_id, now)
    await access.delete(target)


async def _notify_roles(access: MemberAccess, target: Membership, now: datetime) -> None:
    """Write the roles in the company's history, and mail the person."""
    account, words = await account_of(access, target), role_words(target.roles)
    access.trace(AuditKind.ROLES_CHANGED, now, f"{account.full_name} : {words}", target.key)
    queue_mail(
        access,
        "roles_changed",
        account.email,
        now,
        account_id=account.key,
        company=access.company.label,
        by=access.account.full_name,
        roles=words,
        ends_on=formats.day(target.ends_on) if target.ends_on else "",
    )


# The person invited says yes. The link proves the mailbox, the password proves the person.

_invitee = aliased(Account)


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """Plain values: a page still shows them after a refusal took the rows back."""

    invitation_id: int
    token_hash: str
    company_id: int
    company_code: str
    company_name: str
    company_label: str
    email: str
    by: str
    roles: list[str]
    third_party: bool
    ends_on: date | None
    has_account: bool


async def invitation_of_link(access: VisitorAccess, token: str, now: datetime) -> OpenInvitation:
    """The invitation of the link; `NotFound` when it is used, replaced, cancelled, too old or never was."""
    # The join stands in WHERE: the rows are those of the invitation's own company. One statement: who is
    # accepted meanwhile finds the link used, not the form of those who have an account.
    known = select(_invitee.id).where(_invitee.email == Invitation.email)
    # An address that its account may take back is not free either.
    undo = select(AccountToken.id).where(
        AccountToken.email == Invitation.email,
        AccountToken.kind == TokenKind.EMAIL_UNDO,
        col(AccountToken.used_at).is_(None),
        AccountToken.expires_at > now,
    )
    invitations = await access.rows(
        select(Invitation, Company, Account, known.exists() | undo.exists())
        .where(Invitation.company_id == Company.id, Account.id == Invitation.invited_by)
        .where(Invitation.token_hash == fingerprint(token), is_open(), Invitation.expires_at > now)
    )
    if not invitations or (invitations[0][0].ends_on or day_of(now)) < day_of(now):
        raise NotFound
    invitation, company, inviter, has_account = invitations[0]
    is_of_service = await is_staff(access, inviter.key)
    return OpenInvitation(
        invitation_id=invitation.key,
        token_hash=invitation.token_hash,
        company_id=company.key,
        company_code=company.code,
        company_name=company.name,
        company_label=company.label,
        email=invitation.email,
        by=access.portal.settings.service_name if is_of_service else inviter.full_name,
        roles=list(invitation.roles),
        third_party=invitation.third_party,
        ends_on=invitation.ends_on,
        has_account=has_account,
    )


async def accept(
    access: VisitorAccess,
    invited: OpenInvitation,
    entry: Acceptance | NewMember,
    origin: Origin,
    now: datetime,
) -> OpenedBrowser:
    """Join as the account that one has, or as one opened here; signed in either way."""
    if isinstance(entry, NewMember):
        return await _accept_as_new(access, invited, entry, origin, now)
    # Guesses are counted as on the sign-in's own page.
    signed_in = await sign_in(access, invited.email, entry.password, origin, now)
    await _join(access, invited, signed_in.account, now)
    return signed_in.opened


async def _accept_as_new(
    access: VisitorAccess, invited: OpenInvitation, entry: NewMember, origin: Origin, now: datetime
) -> OpenedBrowser:
    """Open the account with the password chosen here, then join: no other mail is needed."""
    of_account = entry.model_dump(include={"last_name", "first_name", "job_title"})
    # Not a row yet: 0 is nobody's id, so that only the words of the person and of the service are judged.
    nobody = Account(id=0, email=invited.email, created_at=now, **of_account)
    if reason := weakness(entry.new_password, [invited.company_code, *invited.company_name.split()]):
        raise Refused(reason, "new_password")
    hashed = await judge_password(access, nobody, entry.new_password)
    account = Account(email=invited.email, password_hash=hashed, created_at=now, **of_account)
    account.password_changed_at = account.first_signed_in_at = account.last_signed_in_at = now
    access.add(account)
    await access.flush()
    access.record(AuditKind.ACCOUNT_CREATED, now, account.key, invited.company_id)
    await _join(access, invited, account, now)
    access.record(AuditKind.SIGNED_IN, now, account.key, about=origin.browser)
    return await open_browser(access, account, origin, now)


async def _join(access: VisitorAccess, invited: OpenInvitation, account: Account, now: datetime) -> None:
    """Use the link, once, and give the access that it promised. Access that is there already stays as it
    is; one that had ended begins again.
    """
    await lock_company(access, invited.company_id)
    same_link = (col(Invitation.id) == invited.invitation_id) & (
        col(Invitation.token_hash) == invited.token_hash
    )
    if await access.change(update(Invitation).where(same_link, is_open()).values(accepted_at=now)) != 1:
        raise NotFound
    membership = await access.first(
        select(Membership).where(
            Membership.account_id == account.key, Membership.company_id == invited.company_id
        )
    )
    if membership is None or has_ended(membership, day_of(now)):
        membership = membership or access.add(
            Membership(company_id=invited.company_id, account_id=account.key, created_at=now)
        )
        membership.roles, membership.third_party = list(invited.roles), invited.third_party
        membership.ends_on = invited.ends_on
    await access.flush()
    access.record(
        AuditKind.INVITATION_ACCEPTED, now, account.key, invited.company_id, account.full_name, membership.key
    )


# Rules of invitations: one open link an address, that the company sends again or takes back.

BETWEEN_MAILS = timedelta(minutes=1)
HAS_ACCESS = "Cette personne a déjà accès à l’entreprise. Modifiez plutôt son rôle, dans la liste."
TOO_SOON = "Le courriel vient de partir. Attendez une minute avant de le renvoyer."


async def invite(access: MemberAccess, entry: NewInvitation, now: datetime) -> None:
    """Ask this address by mail. An open invitation to it is replaced."""
    check_end(entry.ends_on, now)
    if await has_access(access, access.company.key, entry.email, day_of(now)):
        raise Refused(HAS_ACCESS, "email")
    await locked_memberships(access)
    invited = Invited(entry.email, [role.value for role in entry.roles], entry.third_party, entry.ends_on)
    invitation, seed = await open_invitation(access, access.company.key, invited, access.account.key, now)
    _mail(access, invitation, seed, now)


async def send_again(access: MemberAccess, invitation_id: int, now: datetime) -> None:
    """A new link for 7 more days; the old one is dead. At most once a minute."""
    invitation = await invitation_of_company(access, invitation_id)
    if invitation.ends_on is not None and invitation.ends_on < day_of(now):
        raise Refused("La date de fin prévue est passée. Faites une nouvelle invitation.")
    if await has_access(access, access.company.key, invitation.email, day_of(now)):
        raise Refused(HAS_ACCESS)
    if now - invitation.sent_at < BETWEEN_MAILS:
        raise Refused(TOO_SOON)
    await locked_memberships(access)
    seed = new_seed()
    token_hash = fingerprint(access.portal.keys.mailed_link(seed))
    quiet = (col(Invitation.id) == invitation.key) & (col(Invitation.sent_at) <= now - BETWEEN_MAILS)
    renewed = update(Invitation).where(quiet, is_open())
    if not await access.change(renewed.values(token_hash=token_hash, sent_at=now, expires_at=now + LIFE)):
        raise Refused(TOO_SOON)
    _mail(access, invitation, seed, now)


async def cancel_invitation(access: MemberAccess, invitation_id: int, now: datetime) -> None:
    invitation = await invitation_of_company(access, invitation_id)
    await locked_memberships(access)
    mine = update(Invitation).where(col(Invitation.id) == invitation.key, is_open())
    if not await access.change(mine.values(cancelled_at=now)):
        raise NotFound
    access.trace(AuditKind.INVITATION_CANCELLED, now, about=invitation.email)


def _mail(access: MemberAccess, invitation: Invitation, seed: str, now: datetime) -> None:
    by = access.account.full_name
    about = mail_invitation(access, invitation, seed, access.company.label, by, now)
    access.trace(AuditKind.PERSON_INVITED, now, about)
