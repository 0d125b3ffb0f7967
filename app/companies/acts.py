"""Companies joining an account: with the two numbers of the letter, and mail to the others who act for them.

The first person of a company administers it. Another one who holds the two numbers gets every working role
without waiting, and the administrators are notified by mail. When no administrator is left, the contact on
file gets a link that makes one. Revisit for services that want each further person approved first.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from app import clock
from app.access import Access, MemberAccess, VisitorAccess
from app.devices import is_members_network
from app.errors import NotFound, Refused
from app.links import account_of_link, new_link, use_link
from app.mail.outbox import queue_mail
from app.rights import WORKING_ROLES, Role
from app.security.seat import ActingAccount, ActingCompany, ActingMembership
from app.security.throttle import TooMany, buckets_of_network, count_guess, forgive
from app.sessions import is_alive
from app.text import formats
from db.models import (
    Account,
    AccountToken,
    AuditKind,
    Company,
    CompanyContact,
    ContactKind,
    Membership,
    TokenKind,
)

WRONG_PAIR = "Le code adhérent ou le n° télédéclarant est incorrect."
CLOSED = "Ce compte adhérent est fermé. Écrivez au service pour le rouvrir."
ALREADY = "Cette entreprise est déjà dans votre liste."
RECOVERY_LIFE = timedelta(days=7)


async def company_of_pair(access: Access, code: str, number: str, network: str, now: datetime) -> Company:
    """The company of these two numbers, or `Refused`: the same words whether the code exists or not."""
    keys, database = access.portal.keys, access.portal.database
    company = await access.first(select(Company).where(Company.code == code))
    is_stranger = isinstance(access, VisitorAccess) and not await is_members_network(access, network, now)
    networks = buckets_of_network(keys, network, is_stranger=is_stranger)
    async with access.paused():
        try:
            guess = await count_guess(database, now, keys.bucket("code", code), *networks)
        except TooMany as error:
            wait = formats.wait(error.wait.total_seconds())
            raise Refused(f"Trop d’essais. Réessayez dans {wait}.", "number", status_code=429) from None
        expected = company.declarant_key if company else "0" * 64
        is_right = hmac.compare_digest(expected, keys.declarant_key(code, number))
        if is_right:
            await forgive(database, guess, now)
    if company is None or not is_right:
        raise Refused(WRONG_PAIR, "number")
    if company.closed_at:
        raise Refused(CLOSED, "code")
    return company


async def link_company(
    access: Access, account: Account, company: Company, now: datetime, *, third_party: bool, sign_up: str = ""
) -> list[Company]:
    """Link companies that are new to the account: a member's code brings its sites, a site's code that site.

    The first person of a company is its administrator. Each further one works, and the administrators are
    notified. `sign_up`: the sign-up that gives it, if any.
    """
    alive = select(Membership.company_id).where(Membership.account_id == account.key, is_alive(clock.today()))
    opened = select(Company).where(
        companies_opened_by(company), col(Company.closed_at).is_(None), col(Company.id).not_in(alive)
    )
    missing = await access.all(opened.order_by(Company.code))
    people = await _locked_people(access, [each.key for each in missing])
    for each in missing:
        theirs = [row for row in people if row[0].company_id == each.key]
        mine = await _join(access, account, each, theirs, now, third_party=third_party, sign_up=sign_up)
        access.record(AuditKind.COMPANY_LINKED, now, account.key, each.key, account.full_name, mine.key)
    _announce(access, account, missing, people, now)
    return list(missing)


def companies_opened_by(company: Company) -> ColumnElement[bool]:
    """The companies that two numbers open: a member with its sites, or one site."""
    return (
        col(Company.id) == company.key if company.is_site else col(Company.member_code) == company.member_code
    )


async def contact_of(access: Access, company_id: int) -> str | None:
    """The address of the company's administrative contact."""
    return await access.first(
        select(CompanyContact.email).where(
            CompanyContact.company_id == company_id, CompanyContact.kind == ContactKind.ADMINISTRATIVE
        )
    )


async def ask_recovery(
    access: Access, account: Account | ActingAccount, company: Company | ActingCompany, now: datetime
) -> None:
    """No administrator is left: the contact on file decides, by a link, whether this person becomes one."""
    contact = await contact_of(access, company.key)
    recipient = contact or company.email or access.portal.settings.service_email
    expires_at = now + RECOVERY_LIFE
    seed = new_link(access, account, TokenKind.ADMIN_RECOVERY, expires_at, now, company_id=company.key)
    who = f"{account.full_name} ({account.email})"
    queue_mail(
        access, "admin_recovery", recipient, now, seed=seed, company_id=company.key, who=who,
        company=company.label,
    )  # fmt: skip


async def ask_recovery_once(access: MemberAccess, now: datetime) -> None:
    """A member asks to administer, because no administrator is left."""
    if is_administrator(access.membership):
        raise Refused("Vous êtes déjà administrateur de cette entreprise.")
    await ask_recovery(access, access.account, access.company, now)


async def _locked_people(access: Access, company_ids: list[int]) -> Sequence[tuple[Membership, Account]]:
    """Everybody who ever acted for these companies; two people at once cannot both be the first."""
    mine = col(Company.id).in_(company_ids)
    await access.all(select(Company).where(mine).order_by(Company.code).with_for_update())
    return await access.rows(
        select(Membership, Account)
        .join(Account, col(Account.id) == Membership.account_id)
        .where(col(Membership.company_id).in_(company_ids))
        .order_by(col(Membership.id))
    )


async def _join(
    access: Access,
    account: Account,
    company: Company,
    theirs: list[tuple[Membership, Account]],
    now: datetime,
    *,
    third_party: bool,
    sign_up: str,
) -> Membership:
    mine = next((membership for membership, _ in theirs if membership.account_id == account.key), None)
    if mine is None:
        mine = access.add(Membership(company_id=company.key, account_id=account.key, created_at=now))
    mine.third_party, mine.ends_on, mine.sign_up = third_party, None, sign_up
    mine.roles = [*WORKING_ROLES] if theirs else [Role.ADMINISTRATOR]
    await access.flush()
    if theirs and not any(is_administrator(membership) for membership, _ in theirs):
        await ask_recovery(access, account, company, now)
    return mine


def is_administrator(membership: Membership | ActingMembership) -> bool:
    is_over = membership.ends_on is not None and membership.ends_on < clock.today()
    return Role.ADMINISTRATOR in membership.roles and not is_over


def _announce(
    access: Access,
    account: Account,
    companies: Sequence[Company],
    people: Sequence[tuple[Membership, Account]],
    now: datetime,
) -> None:
    """One mail an administrator, naming every company that this person now acts for."""
    by_address: dict[str, list[str]] = {}
    for membership, other in people:
        if is_administrator(membership) and other.key != account.key:
            label = next(each.label for each in companies if each.key == membership.company_id)
            by_address.setdefault(other.email, []).append(label)
    for email, labels in by_address.items():
        who = f"{account.full_name} ({account.email})"
        queue_mail(access, "person_joined", email, now, who=who, companies=labels)


async def company_of_recovery(
    access: Access, token: str, now: datetime
) -> tuple[AccountToken, Account, Company]:
    """The person who asks for administration and the company, or `NotFound`."""
    link, account = await account_of_link(access, token, TokenKind.ADMIN_RECOVERY, now)
    company = await access.first(select(Company).where(Company.id == link.company_id))
    if company is None:
        raise NotFound
    return link, account, company


async def give_administration(access: Access, token: str, now: datetime) -> None:
    """The contact on file said yes: the person administers, and the former administrators are notified."""
    link, account, company = await company_of_recovery(access, token, now)
    await use_link(access, link, now)
    people = await _locked_people(access, [company.key])
    mine = next((membership for membership, _ in people if membership.account_id == account.key), None)
    if mine is None or (mine.ends_on is not None and mine.ends_on < clock.today()):
        raise Refused("Cette personne n’agit plus pour l’entreprise : son accès a été retiré entre-temps.")
    mine.roles, mine.ends_on = [Role.ADMINISTRATOR], None
    access.record(AuditKind.ADMIN_RECOVERED, now, account.key, company.key, account.full_name, mine.key)
    for membership, other in people:
        if is_administrator(membership):
            who = f"{account.full_name} ({account.email})"
            queue_mail(access, "admin_given", other.email, now, who=who, company=company.label)
