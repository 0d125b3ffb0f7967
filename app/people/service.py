"""Rules of access to a company. It always keeps an administrator whose access does not end."""

from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import col

from app import formats
from app.access import MemberAccess
from app.errors import NotFound, Refused
from app.mail import queue_mail
from app.people.forms import Scope
from app.people.queries import account_of, day_of, has_ended, hold_company, is_open, role_words
from app.rights import WORKING_ROLES, Right, Role
from app.voiding import void_recovery
from db.models import AuditKind, Invitation, Membership

LAST = (
    "Une entreprise garde toujours un administrateur sans date de fin, et il n’y en a pas d’autre. "
    "Transmettez d’abord l’administration."
)
PAST = "Choisissez un jour à venir : à cette date, l’accès serait déjà terminé."
MYSELF = "Il s’agit de votre propre accès. Pour y renoncer, ouvrez « Mon accès »."
Held = dict[int, Membership]


async def held_memberships(access: MemberAccess) -> Held:
    """Everybody's access as it is now, held until the commit, once we still may change it: of two
    administrators who remove each other at the same time, the second no longer may.
    """
    held = await _hold(access)
    access.require(Right.PEOPLE, held[access.membership.key].roles)
    return held


async def change_access(access: MemberAccess, membership_id: int, entry: Scope, now: datetime) -> None:
    """Install these roles and this end, and tell the person. What is already so stays untold."""
    check_end(entry.ends_on, now)
    held = await held_memberships(access)
    target = _found(held, membership_id)
    roles = [role.value for role in entry.roles]
    if (target.roles, target.third_party, target.ends_on) == (roles, entry.third_party, entry.ends_on):
        return
    administers = Role.ADMINISTRATOR in roles
    if not (administers and entry.ends_on is None):
        _keep_an_administrator(held, target, now, field="ends_on" if administers else "roles")
    target.roles, target.third_party, target.ends_on = roles, entry.third_party, entry.ends_on
    await _tell_roles(access, target, now)


async def revoke_access(access: MemberAccess, membership_id: int, now: datetime) -> None:
    """The next request of that person finds nothing, and an older invitation opens nothing either."""
    held = await held_memberships(access)
    target = _found(held, membership_id)
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
    held = await held_memberships(access)
    target, mine = _found(held, membership_id), held[access.membership.key]
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
    await _tell_roles(access, target, now)
    about = f"{access.account.full_name} : {role_words(mine.roles)}"
    access.trace(AuditKind.ROLES_CHANGED, now, about=about)


async def leave_company(access: MemberAccess, now: datetime) -> None:
    """By oneself, whatever one's role: a third party needs nobody for that."""
    held = await _hold(access)
    mine = held[access.membership.key]
    _keep_an_administrator(held, mine, now)
    await _remove(access, mine, access.account.email, now)
    access.trace(AuditKind.COMPANY_LEFT, now, about=access.account.full_name)


def check_end(ends_on: date | None, now: datetime) -> None:
    if ends_on is not None and ends_on <= day_of(now):
        raise Refused(PAST, "ends_on")


async def cancel_invitations(access: MemberAccess, email: str, now: datetime) -> None:
    """Every open invitation of this address to this company: their links are dead."""
    mine = (col(Invitation.company_id) == access.company.key) & (col(Invitation.email) == email)
    await access.change(update(Invitation).where(mine, is_open()).values(cancelled_at=now))


async def _hold(access: MemberAccess) -> Held:
    await hold_company(access, access.company.key)
    everybody = access.select(Membership).order_by(col(Membership.id)).with_for_update()
    rows = await access.all(everybody.execution_options(populate_existing=True))
    held = {row.key: row for row in rows}
    if access.membership.key not in held:
        raise NotFound
    return held


def _found(held: Held, membership_id: int) -> Membership:
    if membership_id not in held:
        raise NotFound
    return held[membership_id]


def _keep_an_administrator(held: Held, target: Membership, now: datetime, field: str = "") -> None:
    """Refuse when, without `target`, nobody would administer the company for good."""
    if Role.ADMINISTRATOR not in target.roles or has_ended(target, day_of(now)):
        return
    others = [row for row in held.values() if row.key != target.key]
    if not any(Role.ADMINISTRATOR in row.roles and row.ends_on is None for row in others):
        raise Refused(LAST, field)


async def _remove(access: MemberAccess, target: Membership, email: str, now: datetime) -> None:
    await cancel_invitations(access, email, now)
    await void_recovery(access, target.account_id, target.company_id, now)
    await access.delete(target)


async def _tell_roles(access: MemberAccess, target: Membership, now: datetime) -> None:
    """In the company's history, and by mail to the person."""
    account, words = await account_of(access, target), role_words(target.roles)
    access.trace(AuditKind.ROLES_CHANGED, now, about=f"{account.full_name} : {words}")
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
