"""Acts of the direction on the service's accounts. The last of the direction can neither leave nor change."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.colleagues.forms import NewColleague, Scope, check_scope
from app.colleagues.queries import colleague, places, role_words
from app.errors import Forbidden, Refused
from app.factors.acts import forget_factor, give_back
from app.mail.outbox import new_seed, queue_mail
from app.sessions import is_staff
from app.sign_in.acts import account_at
from app.staff_rights import StaffRole
from app.text import formats
from app.text.counts import plural
from app.voiding import Act, undo_to, void
from db.models import Account, AuditKind, StaffMember, Taking

LAST = "Le service garde toujours une personne à la direction, et il n’y en a pas d’autre."


async def make_staff(
    access: Access, fields: dict[str, Any], roles: Sequence[str], now: datetime, *, scope: Scope | None = None
) -> Account:
    """The account of that address, made if there is none, works for the service from now on; its access
    leaves by mail. Somebody who works there already stays as they are. `fields`: names and address.
    """
    email = fields["email"]
    account = await account_at(access, email, held=True)
    if account is None and (reserved := await undo_to(access, email, now)):
        until = formats.moment(reserved[0].expires_at)
        raise Refused(f"{email} est gardée jusqu’au {until} pour le compte qui vient d’en changer.", "email")
    if account is None:
        account = access.add(Account(**fields, job_title="Service", created_at=now))
        await access.flush()
    if not await is_staff(access, account.key):
        await void(access, account, Act.MADE_STAFF, now)
        member = StaffMember(account_id=account.key, roles=[*roles], created_at=now)
        if scope:
            member.teams, member.centres = [*scope.teams], [*scope.centres]
        access.add(member)
    name = access.portal.settings.service_name
    if account.password_hash is None:
        queue_mail(
            access, "account_created", email, now, account_id=account.key, seed=new_seed(), company=name
        )
    return account


async def invite(access: StaffAccess, entry: NewColleague, now: datetime) -> None:
    """Open an account of the service; the person is told by mail, with the way in."""
    check_scope(entry)
    await _check_places(access, entry)
    await locked_staff(access)
    known = await account_at(access, entry.email)
    if known and await is_staff(access, known.key):
        raise Refused("Cette personne travaille déjà pour le service : modifiez son rôle.", "email")
    fields = entry.model_dump(include={"email", "first_name", "last_name"})
    account = await make_staff(access, fields, entry.roles, now, scope=entry)
    access.record(AuditKind.STAFF_INVITED, now, access.account.key, about=_words(account, entry))
    _tell(access, account, "invited", entry.roles, now)


async def send_access_again(access: StaffAccess, staff_id: int, now: datetime) -> None:
    """Another password by mail, for somebody who never came."""
    _check_mine(access)
    member = await access.get(StaffMember, staff_id)
    account = await access.get(Account, member.account_id)
    if account.password_hash is not None:
        raise Refused("Cette personne a déjà choisi son mot de passe : elle peut en demander un autre.")
    name = access.portal.settings.service_name
    queue_mail(
        access, "account_created", account.email, now, account_id=account.key, seed=new_seed(), company=name
    )
    access.record(AuditKind.STAFF_INVITED, now, access.account.key, about=account.full_name)


async def change(access: StaffAccess, staff_id: int, entry: Scope, now: datetime) -> None:
    """Other roles, another scope. They hold from the next request on; the person is told by mail."""
    check_scope(entry)
    teams, centres = await _check_places(access, entry)
    held = await locked_staff(access)
    member = await access.get(StaffMember, staff_id)
    wanted = [str(role) for role in entry.roles]
    if (member.roles, member.teams, member.centres) == (wanted, [*entry.teams], [*entry.centres]):
        return
    if StaffRole.DIRECTION not in wanted:
        _check_not_last(held, member)
    lost = _lost(teams, member.teams, entry.teams) + _lost(centres, member.centres, entry.centres)
    if lost:
        member.lost, member.narrowed_at = lost, now
    member.roles, member.teams, member.centres = wanted, [*entry.teams], [*entry.centres]
    account = await access.get(Account, member.account_id)
    access.record(AuditKind.STAFF_CHANGED, now, access.account.key, about=_words(account, entry))
    _tell(access, account, "changed", entry.roles, now)


async def leave(access: StaffAccess, staff_id: int, now: datetime) -> None:
    """End this account at the service, at once: its sessions, devices, links, second factor; what it looked
    after is nobody's again.
    """
    held = await locked_staff(access)
    member = await access.get(StaffMember, staff_id)
    _check_not_last(held, member)
    account = await access.get(Account, member.account_id)
    await void(access, account, Act.LEFT_SERVICE, now)
    await forget_factor(access, account, now)
    await access.change(delete(Taking).where(col(Taking.account_id) == account.key))
    await access.delete(member)
    access.record(AuditKind.STAFF_LEFT, now, access.account.key, about=account.full_name)
    queue_mail(
        access, "staff_changed", account.email, now, account_id=account.key, what="left", roles="",
        by=access.account.full_name,
    )  # fmt: skip


async def give_factor_back(access: StaffAccess, staff_id: int, now: datetime) -> bool:
    _check_mine(access)
    found = await colleague(access, staff_id)
    return await give_back(access, await access.get(Account, found.account.key), now)


async def locked_staff(access: StaffAccess) -> list[StaffMember]:
    """Everybody as they are now, held until the commit, once I may still change them: of two of the direction
    who remove each other at the same time, the second no longer may.
    """
    held = list(await access.all(select(StaffMember).order_by(col(StaffMember.id)).with_for_update()))
    mine = next((each for each in held if each.account_id == access.account.key), None)
    if mine is None or StaffRole.DIRECTION not in mine.roles:
        raise Forbidden("Votre rôle à la direction vient d’être retiré.")
    return held


def _check_mine(access: StaffAccess) -> None:
    if StaffRole.DIRECTION not in access.roles:
        raise Forbidden("Seule la direction décide qui travaille ici.")


def _check_not_last(held: Sequence[StaffMember], leaving: StaffMember) -> None:
    others = [each for each in held if each.key != leaving.key and StaffRole.DIRECTION in each.roles]
    if StaffRole.DIRECTION in leaving.roles and not others:
        raise Refused(LAST, "roles")


def _lost(names: Mapping[int, str], before: Collection[int], after: Collection[int]) -> list[str]:
    """Names of the places that they worked for before, and do not after; none chosen are all."""
    return [
        name for key, name in names.items() if after and (not before or key in before) and key not in after
    ]


async def _check_places(access: StaffAccess, entry: Scope) -> tuple[dict[int, str], dict[int, str]]:
    """Every team and centre there is, by name, those chosen among them."""
    teams, centres = await places(access)
    if not (teams.keys() >= set(entry.teams) and centres.keys() >= set(entry.centres)):
        raise Refused("Une équipe ou un centre n’existe plus : rechargez la page.", "roles")
    return teams, centres


def _words(account: Account, entry: Scope) -> str:
    bounds = [
        plural(len(found), one)
        for found, one in ((entry.teams, "équipe"), (entry.centres, "centre"))
        if found
    ]
    words = f"{account.full_name} : {role_words(entry.roles)}"
    return f"{words} ({', '.join(bounds)})" if bounds else words


def _tell(access: StaffAccess, account: Account, what: str, roles: Sequence[str], now: datetime) -> None:
    queue_mail(
        access, "staff_changed", account.email, now, account_id=account.key, what=what,
        roles=role_words(roles), by=access.account.full_name,
    )  # fmt: skip
