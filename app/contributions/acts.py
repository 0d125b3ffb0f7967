"""Validation of a declaration: once, whoever does it, and as it was displayed.

Validating posts back version, headcount and total. If the list or the tariff changed meanwhile the reader
sees the new amount and decides again, and one conditional UPDATE makes one receipt of two clicks. Revisit
when the service alone fixes amounts.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from app.access import AccountAccess, MemberAccess, insert_many
from app.clock import Moment
from app.contributions.counting import ARRIVALS, Tally
from app.contributions.filings import (
    DeclarationAt,
    Filing,
    answers_among,
    billing_address,
    filing_of,
    locked_declaration,
    responsible_addresses,
)
from app.contributions.forms import CorrectionRequest
from app.contributions.people import doubtful_people, tally_of
from app.contributions.receipt import Receipt, number_of
from app.contributions.states import FILED, OPEN_STATES, STEPS, State
from app.contributions.tariff import Amount
from app.errors import NotFound, Refused
from app.mail.outbox import queue_mail
from app.text.counts import plural
from app.text.formats import day
from db.models import (
    AnnualDeclaration,
    AuditKind,
    DeclarationAnswer,
    DeclarationCorrection,
    Employee,
    PhoneCall,
    PhoneState,
)

CLOSED = (
    "La campagne s’est close le {} : votre reçu reste valable, et ce que vous avez enregistré est gardé. "
    "Demandez une correction au service."
)
IS_FILED = "Cette déclaration est validée : pour la changer, passez par « Corriger »."


async def save_contact(access: MemberAccess, year: int, contact: dict[str, str], at: Moment) -> None:
    await _save(access, year, "entreprise", contact, at)


async def save_answers(
    access: MemberAccess, year: int, answers: dict[int, bool], at: Moment, *, proposed: bool = False
) -> int:
    """Save the answers on the people in doubt. Return the number of doubts left; none ends the step.

    `proposed`: each other doubt without an answer gets the likelier one, if there is one. `NotFound` for an
    employee of another company, as for one that never was.
    """
    declaration = await _begun_declaration(access, year, at)
    if answers:
        mine = select(col(Employee.id)).where(Employee.company_id == access.company.key)
        known = set(await access.all(mine.where(col(Employee.id).in_(list(answers)))))
        if known != set(answers):
            raise NotFound
        before = await answers_among(access, declaration.key, list(answers))
        for employee_id, counts in answers.items():
            given = before.get(employee_id) or access.add(
                DeclarationAnswer(
                    company_id=access.company.key, declaration_id=declaration.key, employee_id=employee_id,
                    counts=counts,
                )
            )  # fmt: skip
            given.counts = counts
    await access.flush()
    if proposed:
        await _answer_as_proposed(access, await filing_now(access, year, at), at)
    left = (await tally_of(access, await filing_now(access, year, at), at.today)).unanswered
    _keep_step(access, declaration, "salaries", not left, at)
    return left


async def _answer_as_proposed(access: MemberAccess, filing: Filing, at: Moment) -> None:
    doubts = await doubtful_people(access, filing, at.today)
    likely = {each.id: each.verdict.proposed for each in doubts if each.answer is None}
    given = [
        {"declaration_id": filing.declaration_id, "employee_id": employee_id, "counts": counts}
        for employee_id, counts in likely.items()
        if counts is not None
    ]
    await insert_many(access, DeclarationAnswer, given)


async def save_jobs(access: MemberAccess, year: int, at: Moment) -> None:
    """Jobs and risks were looked at."""
    await _save(access, year, "postes", True, at)


def refuse_if_closed(filing: Filing) -> None:
    """Refuse to write to this declaration when it is closed, with the reason."""
    if filing.state == State.COMING:
        raise Refused(f"La déclaration ouvre le {day(filing.campaign.opens_on)}.", status_code=409)
    if filing.state == State.CLOSED:
        raise Refused(CLOSED.format(day(filing.campaign.closes_on)), status_code=409)
    if filing.state not in OPEN_STATES:
        raise Refused(IS_FILED, status_code=409)


async def _save(access: MemberAccess, year: int, step: str, value: Any, at: Moment) -> None:
    _keep_step(access, await _begun_declaration(access, year, at), step, value, at)


def _keep_step(
    access: MemberAccess, declaration: AnnualDeclaration, step: str, value: Any, at: Moment
) -> None:
    if declaration.typed.get(step) != value or declaration.updated_by is None:
        declaration.typed = declaration.typed | {step: value}
    declaration.updated_at, declaration.updated_by = at.now, access.account.key
    declaration.version += 1


async def _begun_declaration(access: MemberAccess, year: int, at: Moment) -> AnnualDeclaration:
    """The declaration, begun if need be, which nobody else changes meanwhile."""
    declaration = await locked_declaration(access, year)
    refuse_if_closed(await filing_now(access, year, at))
    return declaration or await begin_declaration(access, year, at)


async def begin_declaration(access: MemberAccess, year: int, at: Moment) -> AnnualDeclaration:
    """Two who begin at once begin the same one."""
    new = AnnualDeclaration(company_id=access.company.key, year=year, started_at=at.now, updated_at=at.now)
    try:
        async with access.savepoint():
            access.add(new)
            await access.flush()
    except IntegrityError:
        existing = await locked_declaration(access, year)
        if existing is None:
            raise
        return existing
    return new


async def filing_now(access: MemberAccess, year: int, at: Moment) -> Filing:
    filing = await filing_of(access, year, at.today)
    if filing is None:
        raise NotFound
    return filing


CHANGED = "La déclaration ou la liste des salariés a changé depuis : relisez le montant, puis validez."
BEGUN = 1  # the version of a declaration of which nothing is saved yet
NOBODY = "Personne ne compte : passez par « Plus de salarié »."


@dataclass(frozen=True, slots=True)
class SeenAmount:
    """The state of the page that was validated: version, day over or not, headcount and total."""

    version: int
    late: bool
    shown: str = ""


def seen_amount(headcount: int, total_cents: int) -> str:
    return f"{headcount}-{total_cents}"


def is_late(filing: Filing, at: Moment) -> bool:
    return filing.campaign.is_over(at.today)


async def file_declaration(access: MemberAccess, year: int, seen: SeenAmount, at: Moment) -> bool:
    """Validate the figures of the page, and nothing else. False when somebody was quicker: there is one
    receipt.

    `Refused` when a step or an answer is missing, when the amount is no longer the one of the page, or when
    the day went by meanwhile; nothing saved is lost.
    """
    filing = await filing_now(access, year, at)
    if filing.state in {State.FILED, State.CLOSED} and filing.version > seen.version:
        return False
    _refuse_unseen(filing, seen, at)
    tally = await tally_of(access, filing, at.today)
    if missing := missing_steps(filing, tally):
        raise Refused(f"Il manque une étape : « {missing[0]} ».")
    amount = tally.amount(filing.rules)
    if not tally.headcount:
        raise Refused(NOBODY)
    if seen.shown != seen_amount(tally.headcount, amount.total_cents):
        raise Refused(CHANGED, status_code=409)
    return await _write(access, filing, seen.version, tally=tally, amount=amount, at=at)


async def file_nobody(access: MemberAccess, year: int, seen: SeenAmount, at: Moment) -> bool:
    """The company has nobody any more. `Refused` as long as the list says otherwise, or when the day went by
    meanwhile.
    """
    filing = await filing_now(access, year, at)
    if filing.state in {State.FILED, State.CLOSED} and filing.version > seen.version:
        return False
    _refuse_unseen(filing, seen, at)
    tally = await tally_of(access, filing, at.today)
    if tally.headcount:
        there = plural(tally.headcount, "personne")
        words = f"Votre liste compte {there} au {day(filing.rules.reference_on)} : "
        raise Refused(f"{words}enregistrez d’abord leur départ, ou déclarez-les.")
    if tally.unanswered:
        raise Refused(f"Il reste {plural(tally.unanswered, 'doute')} à lever : dites d’abord qui compte.")
    return await _write(
        access, filing, seen.version, tally=tally, amount=Amount((), 0, 0, 0), at=at, nobody=True
    )


def _refuse_unseen(filing: Filing, seen: SeenAmount, at: Moment) -> None:
    """Nothing may be declared any more, or late and its author does not know it."""
    refuse_if_closed(filing)
    if is_late(filing, at) and not seen.late:
        words = f"La date limite, le {day(filing.campaign.closes_on)}, est passée pendant votre saisie."
        raise Refused(f"{words} Rien n’est perdu : validez pour déclarer en retard.", status_code=409)


def missing_steps(filing: Filing, tally: Tally) -> list[str]:
    """The names of the steps that are not done, in order."""
    has_doubts = {"salaries"} if tally.unanswered else set()
    return [words for step, words in STEPS.items() if not filing.has(step) or step in has_doubts]


async def _write(
    access: MemberAccess, filing: Filing, version: int, tally: Tally, amount: Amount, at: Moment,
    *, nobody: bool = False,
) -> bool:  # fmt: skip
    """Write from the very version of the page; False when another validation of it came first."""
    if version != filing.version:
        raise Refused(CHANGED, status_code=409)
    version = version or BEGUN
    declaration = filing.declaration or await begin_declaration(access, filing.year, at)
    replaced = [*declaration.replaced, *([declaration.receipt] if declaration.number else [])]
    receipt = _receipt(access, filing, tally, amount=amount, rank=len(replaced) + 1, at=at, nobody=nobody)
    values: dict[str, Any] = {
        "nobody_left": nobody, "headcount": receipt.headcount, "counts": receipt.counts,
        "lines": receipt.lines, "net_cents": amount.net_cents, "vat_cents": amount.vat_cents,
        "total_cents": amount.total_cents, "number": receipt.number, "fingerprint": receipt.fingerprint,
        "replaced": replaced, "reopened_at": None, "reopened_by_service": False,
        "submitted_at": at.now, "updated_at": at.now,
        "submitted_by": access.account.key, "on_behalf": access.membership.third_party,
        "version": version + 1, "receipt": asdict(receipt),
        "typed": declaration.typed | {ARRIVALS: filing.arrivals.bounds_on(filing.rules, at.today)},
    }  # fmt: skip
    if not await access.change(version_of(declaration, version).values(**values)):
        now = await filing_now(access, filing.year, at)
        if now.state in {State.FILED, State.CLOSED}:
            return False
        raise Refused(CHANGED, status_code=409)
    about = f"{filing.year}, reçu {receipt.number}" + (f", remplace {declaration.number}" if replaced else "")
    if access.call:
        about += f", au téléphone avec {access.call.caller}"
        made = {"state": PhoneState.FILED.value, "number": receipt.number, "filed_at": at.now}
        await access.change(_call_of(access).values(**made))
    access.trace(AuditKind.DECLARATION_SUBMITTED, at.now, about, declaration.key)
    await _mail_receipt(access, declaration, receipt, at)
    return True


def _call_of(access: MemberAccess) -> Any:
    """An UPDATE of the call on the phone that this person of the service is in."""
    return update(PhoneCall).where(
        col(PhoneCall.company_id) == access.company.key,
        col(PhoneCall.id) == (access.call.key if access.call else 0),
    )


def version_of(declaration: AnnualDeclaration, version: int) -> Any:
    """An UPDATE of that very version, which settles who came first."""
    return update(AnnualDeclaration).where(
        col(AnnualDeclaration.company_id) == declaration.company_id,
        col(AnnualDeclaration.id) == declaration.key,
        col(AnnualDeclaration.version) == version,
    )


def _receipt(
    access: MemberAccess, filing: Filing, tally: Tally, amount: Amount, rank: int, at: Moment, *, nobody: bool
) -> Receipt:
    company = access.company
    return Receipt(
        number=number_of(filing.year, company.code, rank), year=filing.year, code=company.code,
        company=company.name, siret=company.siret, reference=filing.rules.reference_on.isoformat(),
        counts=tally.counts, headcount=tally.headcount, nobody_left=nobody,
        lines=[asdict(each) for each in amount.lines], net_cents=amount.net_cents, vat_cents=amount.vat_cents,
        total_cents=amount.total_cents, submitted_at=at.now.isoformat(timespec="seconds"),
        submitted_by=_author(access), on_behalf=access.membership.third_party,
        is_late=is_late(filing, at), vat_points=filing.rules.vat_points,
        vat_exemption=filing.vat_exemption,
    )  # fmt: skip


def _author(access: MemberAccess) -> str:
    if access.call is None:
        return access.account.full_name
    return f"{access.account.full_name}, du service, au téléphone avec {access.call.caller}"


async def _mail_receipt(
    access: MemberAccess, declaration: AnnualDeclaration, receipt: Receipt, at: Moment
) -> None:
    """Mail the person who validated, the contacts of the declaration and of invoices, each once; for an
    accountant, or the service on the phone, also the administrators: the employer stays responsible.
    """
    contact = declaration.typed.get("entreprise") or {}
    addresses = [await billing_address(access), contact.get("contact_email", "")]
    addresses += [access.company.email] if access.call else [access.account.email]
    if receipt.on_behalf or access.call:
        addresses += await responsible_addresses(access, at.today)
    template, told = "declaration_filed", {"behalf": receipt.submitted_by if receipt.on_behalf else ""}
    if access.call:
        template, told = "declared_by_phone", {"name": access.call.caller, "by": access.account.full_name}
    context: dict[str, Any] = told | {
        "company": access.company.label, "code": receipt.code, "year": receipt.year, "number": receipt.number,
        "headcount": receipt.headcount, "total_cents": receipt.total_cents, "receipt": asdict(receipt),
        "fingerprint": receipt.fingerprint, "exemption": receipt.vat_exemption or "",
    }  # fmt: skip
    for email in dict.fromkeys(each.lower() for each in addresses if each):
        queue_mail(access, template, email, at.now, **context)


# Taking a validated declaration up again; asking for a correction when it is too late for that.


async def reopen(access: MemberAccess, year: int, at: Moment) -> None:
    """Take a validated declaration up again, while the campaign lasts; its receipt stays good meanwhile.

    `Refused` when the campaign is over: then a correction is asked for.
    """
    filing = await filing_now(access, year, at)
    if filing.state == State.CORRECTING:
        return
    if filing.state != State.FILED or filing.declaration is None:
        raise Refused("La campagne s’est close entre-temps.", status_code=409)
    mine = version_of(filing.declaration, filing.version)
    values = {"reopened_at": at.now, "updated_at": at.now, "version": filing.version + 1}
    if await access.change(mine.values(**values)):
        about = f"{year} : rouverte, le reçu {filing.declaration.number} reste valable d’ici là"
        access.trace(AuditKind.DECLARATION_CORRECTED, at.now, about, filing.declaration.key)


async def ask_correction(access: MemberAccess, year: int, data: CorrectionRequest, at: Moment) -> None:
    """Ask for a correction once the campaign is over: stored, and mailed to the service. The same form twice
    asks once.
    """
    filing = await filing_now(access, year, at)
    if filing.declaration is None or filing.state not in FILED:
        raise Refused("Il n’y a rien à corriger : cette déclaration n’est pas validée.", status_code=409)
    correction = DeclarationCorrection(
        company_id=access.company.key, declaration_id=filing.declaration.key, sent_at=at.now,
        account_id=access.account.key, token=data.token, text=data.text,
    )  # fmt: skip
    try:
        async with access.savepoint():
            access.add(correction)
            await access.flush()
    except IntegrityError:
        return
    about = f"{year}, reçu {filing.declaration.number}"
    access.trace(AuditKind.CORRECTION_ASKED, at.now, about, filing.declaration.key)
    queue_mail(
        access, "correction_asked", access.portal.settings.service_contributions_email, at.now,
        text=data.text, year=year, company=access.company.label, number=filing.declaration.number,
        person=access.account.full_name, person_email=access.account.email,
    )  # fmt: skip


# The declarations of several companies of one person, begun at once.


async def begin_each(access: AccountAccess, declarations: Sequence[DeclarationAt], at: Moment) -> None:
    """Mark these declarations as begun by this person, each once however many press at once. The caller has
    seen that they are due and that this person may make them.
    """
    begun: dict[str, Any] = {"updated_at": at.now, "updated_by": access.account.key}
    for each in declarations:
        # A reminder leaves a row that nobody began.
        untouched = update(AnnualDeclaration).where(
            col(AnnualDeclaration.company_id) == each.company_id,
            col(AnnualDeclaration.year) == each.year,
            col(AnnualDeclaration.updated_by).is_(None),
        )
        if await access.change(untouched.values(**begun)):
            continue
        mine: dict[str, Any] = {"company_id": each.company_id, "year": each.year, "started_at": at.now}
        with suppress(IntegrityError):  # Somebody else began it.
            async with access.savepoint():
                access.add(AnnualDeclaration(**mine, **begun))
                await access.flush()
