"""Acts of the service on a member: each has a line in its history and, where it must know, a mail.

An end of membership takes nothing away but time to come: appointments are withdrawn and the people called are
notified, requests are answered, and what is owed stays owed. Its people go on reading; they write no more.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import Update, update
from sqlmodel import col, select

from app.access import StaffAccess
from app.appointments.staff import refuse_request
from app.clock import PARIS, day_of
from app.errors import NotFound, Refused
from app.invoices.queries import totals_at
from app.invoices.views import BUYER_WORDS
from app.mail.outbox import new_seed, queue_mail
from app.members.queries import coming_slots, places_of
from app.people.inviting import Invited, mail_invitation, open_invitation
from app.people.queries import has_access, lock_company, role_words
from app.planning.staff import withdraw_slot
from app.rights import Role
from app.security.keys import fingerprint
from app.sessions import is_alive
from app.sign_in.acts import RESET_LIFE, mail_reset
from app.text.formats import amount, day
from db.models import (
    Account,
    AccountSession,
    AppointmentRequest,
    AuditKind,
    BuyerKind,
    CareTeam,
    Company,
    Membership,
    RequestState,
    Throttle,
)

REASONS = {
    "cessation": "cessation d’activité",
    "depart": "départ pour un autre service",
    "sans_salarie": "plus de salarié",
    "impaye": "cotisations impayées",
    "fusion": "fusion avec un autre adhérent",
    "autre": "autre raison",
}
ALREADY_CLOSED = "Cette adhésion est déjà terminée."


PORTION = 500  # companies whose people are read at once
MOST_MAILED = 50  # people of one company


async def notify(
    access: StaffAccess, company: Company, subject: str, words: str, lines: Sequence[str], now: datetime
) -> None:
    await notify_all(access, [company], subject, words, lines, now)


async def notify_all(
    access: StaffAccess, companies: Sequence[Company], subject: str, words: str, lines: Sequence[str],
    now: datetime,
) -> None:  # fmt: skip
    """Mail to those who act for each company today, third parties left out, else to its own address."""
    for start in range(0, len(companies), PORTION):
        portion = companies[start : start + PORTION]
        people = await _addresses(access, [each.key for each in portion], now)
        for company in portion:
            for email in people[company.key][:MOST_MAILED] or [company.email] * bool(company.email):
                queue_mail(
                    access, "membership_changed", email, now, title=subject, about=words, lines=list(lines),
                    company=company.label, email=access.portal.settings.service_email,
                )  # fmt: skip


async def _addresses(access: StaffAccess, companies: Sequence[int], now: datetime) -> dict[int, list[str]]:
    statement = (
        select(Membership.company_id, Account.email)
        .join(Account, col(Account.id) == Membership.account_id)
        .where(col(Membership.company_id).in_(companies), ~col(Membership.third_party))
        .where(is_alive(day_of(now)))
        .order_by(col(Account.id))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for company_id, email in await access.rows(statement):
        found[company_id].append(email)
    return found


def record(access: StaffAccess, company: Company, kind: AuditKind, about: str, now: datetime) -> None:
    access.record(kind, now, access.account.key, company.key, about[:200])


# Entry, and what identifies a member.


async def enter(access: StaffAccess, values: dict[str, str], now: datetime) -> Company:
    """A new member or site. Its n° télédéclarant is drawn with its letter: until then none opens it.

    A site has the team of its member; a new member of an account for some teams, the first of them.
    """
    code = values["code"]
    if await access.whole().first(_with_code(code)):
        raise Refused("Un adhérent porte déjà ce code.", "code")
    team_id = next(iter(access.scope.teams), None)
    if "-" in code:
        member = await access.first(_with_code(code[:5]))
        if member is None:
            raise Refused(f"Ce site dépend de l’adhérent {code[:5]}, qui n’existe pas.", "code")
        team_id = member.team_id
    given: dict[str, Any] = {**values, "member_code": code[:5], "declarant_key": "-" * 64}
    company = access.add(Company(**given, team_id=team_id, created_at=now, updated_at=now))
    await access.flush()
    record(access, company, AuditKind.MEMBER_ENTERED, company.label, now)
    return company


def _with_code(code: str) -> Any:
    return select(Company).where(col(Company.code) == code)


async def change_siret(access: StaffAccess, company: Company, siret: str, now: datetime) -> None:
    if siret == company.siret:
        raise Refused("C’est déjà le SIRET de cet adhérent.", "siret")
    before = company.siret or "aucun"
    company.siret, company.updated_at = siret, now
    record(access, company, AuditKind.SIRET_CHANGED, f"{before} → {siret}", now)
    words = "Le service a modifié le SIRET de votre entreprise."
    await notify(
        access, company, "un SIRET modifié", words, [f"Avant : {before}", f"Maintenant : {siret}"], now
    )


async def change_billing(
    access: StaffAccess, company: Company, kind: str, vat_exemption: str, now: datetime
) -> None:
    """Change how its next invoices go, and why they bear no VAT. Those of before keep what they say."""
    before = (company.buyer_kind, company.vat_exemption)
    company.buyer_kind, company.vat_exemption = BuyerKind(kind), vat_exemption
    if before == (company.buyer_kind, company.vat_exemption):
        return
    company.updated_at = now
    about = BUYER_WORDS[company.buyer_kind] + (f", sans TVA : {vat_exemption}" if vat_exemption else "")
    record(access, company, AuditKind.BILLING_CHANGED, about, now)


async def move_to_team(
    access: StaffAccess, companies: Sequence[Company], team: CareTeam, now: datetime
) -> int:
    """These members are followed by that team from now on. How many were not."""
    moved = [each for each in companies if each.team_id != team.key]
    for company in moved:
        company.team_id, company.updated_at = team.key, now
        # It may leave the scope with this line.
        record(access.whole(), company, AuditKind.MEMBER_MOVED, team.name, now)
    return len(moved)


# Suspension, end, return.


async def suspend(access: StaffAccess, company: Company, reason: str, now: datetime) -> None:
    if company.closed_at:
        raise Refused(ALREADY_CLOSED)
    if company.suspended_at:
        raise Refused("Cette adhésion est déjà suspendue.")
    company.suspended_at = now
    record(access, company, AuditKind.MEMBER_SUSPENDED, reason, now)
    words = (
        "Votre adhésion est suspendue : le service ne prend plus de demande de visite jusqu’à nouvel avis."
    )
    await notify(access, company, "une adhésion suspendue", words, [f"Raison : {reason}"], now)


async def resume(access: StaffAccess, company: Company, now: datetime) -> None:
    if not company.suspended_at:
        raise Refused("Cette adhésion n’est pas suspendue.")
    company.suspended_at = None
    record(access, company, AuditKind.MEMBER_RESUMED, "", now)
    await notify(access, company, "une suspension levée", "Votre adhésion reprend son cours.", [], now)


class Ending(NamedTuple):
    """An end of membership meets these: sites that end too, appointments to come, requests that wait, cents
    owed.
    """

    sites: int
    slots: int
    requests: int
    due_cents: int


async def ending_of(access: StaffAccess, company: Company, now: datetime) -> Ending:
    """All that the end of this member, and of its sites, would meet."""
    met = [await _met_by(access, each, now) for each in await living_with(access, company)]
    return Ending(
        sites=max(0, len(met) - 1),
        slots=sum(each.slots for each in met),
        requests=sum(each.requests for each in met),
        due_cents=sum(each.due_cents for each in met),
    )


async def _met_by(access: StaffAccess, company: Company, now: datetime) -> Ending:
    slots = await coming_slots(access, company.key, now)
    totals = await totals_at(access, company.key, day_of(now))
    return Ending(0, len(slots), len(await _waiting(access, company)), totals.due_cents)


async def close(access: StaffAccess, company: Company, reason: str, on: date, now: datetime) -> None:
    """End the membership on that day, and with a member's that of its sites."""
    if company.closed_at:
        raise Refused(ALREADY_CLOSED)
    if on > day_of(now):
        raise Refused("Une radiation s’enregistre le jour où elle prend effet, ou après.", "on")
    for each in await living_with(access, company):
        await _close_one(access, each, reason, on, now)


async def living_with(access: StaffAccess, company: Company) -> Sequence[Company]:
    """The member and its sites that are not closed; a site alone."""
    mine = col(Company.code) == company.code
    if not company.is_site:
        mine = col(Company.member_code) == company.code
    living = select(Company).where(mine, col(Company.closed_at).is_(None))
    return await access.all(living.order_by(col(Company.code)))


async def _close_one(access: StaffAccess, company: Company, reason: str, on: date, now: datetime) -> None:
    """Appointments to come are withdrawn, requests refused, debts named."""
    met = await _met_by(access, company, now)
    for slot in await coming_slots(access, company.key, now):
        await withdraw_slot(access, slot.id, now)
    await access.flush()
    words = f"L’adhésion de l’entreprise a pris fin le {day(on)} : {reason}."
    for request in await _waiting(access, company):
        await refuse_request(access, request.key, words, now)
    company.closed_at, company.closed_reason = datetime.combine(on, time(), PARIS), reason[:200]
    company.suspended_at = None
    record(access, company, AuditKind.MEMBER_CLOSED, f"{reason}, le {day(on)}", now)
    lines = [f"Raison : {reason}", f"Date : {day(on)}"]
    if met.slots:
        lines.append(f"Rendez-vous annulés : {met.slots}")
    if met.due_cents > 0:
        lines.append(f"Reste à payer : {amount(met.due_cents)}")
    await notify(access, company, "une adhésion terminée", f"{words} Vos pages restent lisibles.", lines, now)


async def reopen(access: StaffAccess, company: Company, now: datetime) -> None:
    if not company.closed_at:
        raise Refused("Cette adhésion est en cours.")
    company.closed_at, company.closed_reason = None, ""
    record(access, company, AuditKind.MEMBER_REOPENED, "", now)
    await notify(access, company, "une adhésion rouverte", "Votre adhésion est rouverte.", [], now)


async def _waiting(access: StaffAccess, company: Company) -> Sequence[AppointmentRequest]:
    mine = col(AppointmentRequest.company_id) == company.key
    states = (RequestState.SENT, RequestState.TAKEN)
    return await access.all(select(AppointmentRequest).where(mine, col(AppointmentRequest.state).in_(states)))


# People with access.


async def name_administrator(
    access: StaffAccess, company: Company, membership_id: int, now: datetime, *, for_good: bool = False
) -> None:
    """The administrator left: the service names another of the company's people, who keep their roles. An
    access that ended, or will, does so unless it is said to be `for_good`: an administrator stays.
    """
    membership = await access.get(Membership, membership_id)
    if membership.company_id != company.key:
        raise NotFound
    if Role.ADMINISTRATOR in membership.roles and membership.ends_on is None:
        raise Refused("Cette personne est déjà administratrice.", "membership")
    if membership.ends_on is not None and not for_good:
        verb = "s’est terminé" if membership.ends_on < day_of(now) else "se termine"
        raise Refused(
            f"L’accès de cette personne {verb} le {day(membership.ends_on)} : cochez la case pour qu’il "
            "n’ait plus de date de fin.", "for_good",
        )  # fmt: skip
    account = await access.get(Account, membership.account_id)
    others = [role for role in membership.roles if role != Role.ADMINISTRATOR]
    membership.roles = [Role.ADMINISTRATOR.value, *others]
    words = role_words(membership.roles)
    about = f"{account.full_name} : {words}{', accès sans date de fin' if membership.ends_on else ''}"
    membership.ends_on = None
    access.record(AuditKind.ROLES_CHANGED, now, access.account.key, company.key, about, membership.key)
    queue_mail(
        access, "roles_changed", account.email, now, account_id=account.key, company=company.label,
        by=access.portal.settings.service_name, roles=words, ends_on="",
    )  # fmt: skip


async def invite_administrator(access: StaffAccess, company: Company, email: str, now: datetime) -> None:
    """Ask this address by mail to administer the company, as its own people would: an account is opened, or
    one is used, by whoever has the mailbox.
    """
    if await has_access(access, company.key, email, day_of(now)):
        raise Refused("Cette personne a déjà un accès : nommez-la administratrice.", "email")
    await lock_company(access, company.key)
    invited = Invited(email, [Role.ADMINISTRATOR.value])
    invitation, seed = await open_invitation(access, company.key, invited, access.account.key, now)
    by = access.portal.settings.service_name
    about = mail_invitation(access, invitation, seed, company.label, by, now)
    record(access, company, AuditKind.PERSON_INVITED, about, now)


async def send_access_again(access: StaffAccess, account: Account, now: datetime) -> None:
    """A new password by mail to somebody who never came in; to others, a link to choose another."""
    if account.password_hash is None:
        places = await places_of(access, account.key)
        company = places[0].name if places else access.portal.settings.service_name
        queue_mail(
            access, "account_created", account.email, now, account_id=account.key, seed=new_seed(),
            company=company,
        )  # fmt: skip
    else:
        mail_reset(access, account, now + RESET_LIFE, now)
    await _record_everywhere(access, account, AuditKind.ACCESS_SENT_AGAIN, now)


async def unblock(access: StaffAccess, account: Account, now: datetime) -> None:
    """Forget the wrong passwords typed for this address."""
    bucket = access.portal.keys.bucket("account", account.email)
    row = await access.first(select(Throttle).where(col(Throttle.bucket) == bucket))
    if row is None or not row.guesses:
        raise Refused("Aucun mot de passe faux ne bloque ce compte.")
    row.guesses, row.updated_at = [], now
    await _record_everywhere(access, account, AuditKind.ACCOUNT_UNBLOCKED, now)


async def _record_everywhere(access: StaffAccess, account: Account, kind: AuditKind, now: datetime) -> None:
    """In the history of each company that they act for."""
    ids: Any = select(Membership.company_id).where(col(Membership.account_id) == account.key).limit(200)
    for company_id in [*await access.all(ids)] or [None]:
        access.record(kind, now, access.account.key, company_id, account.full_name)


# Through the eyes of one of its people.


async def look_as(
    access: StaffAccess, membership: Membership, account: Account, token: str, now: datetime
) -> None:
    """This session of the service sees that company as that person, reading only, until it says otherwise.
    The company's history says who looked, and through whose eyes.
    """
    if membership.ends_on is not None and membership.ends_on < day_of(now):
        raise Refused("L’accès de cette personne est terminé : elle ne voit plus rien.")
    await access.change(_session(token).values(as_membership_id=membership.key))
    about = f"comme {account.full_name}"
    access.record(
        AuditKind.SEEN_AS_MEMBER, now, access.account.key, membership.company_id, about, membership.key
    )


async def stop_looking(access: StaffAccess, token: str) -> int | None:
    """See as oneself again. The account looked through, if it is still there."""
    asked = (
        select(Membership)
        .join(AccountSession, col(AccountSession.as_membership_id) == Membership.id)
        .where(col(AccountSession.token_hash) == fingerprint(token))
    )
    found = await access.first(asked)
    await access.change(_session(token).values(as_membership_id=None))
    return found.account_id if found else None


def _session(token: str) -> Update:
    return update(AccountSession).where(col(AccountSession.token_hash) == fingerprint(token))
