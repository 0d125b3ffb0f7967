"""Validating a declaration: once, whoever does it, and as it was shown."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import col, update

from app.access import MemberAccess
from app.contributions.arrivals import KEPT
from app.contributions.people_queries import tally_of
from app.contributions.queries import Filing, billing_address, responsible_addresses
from app.contributions.receipt import Receipt, number_of
from app.contributions.states import STEPS, State
from app.contributions.steps_service import begin, filing_now, refuse_if_closed
from app.contributions.tally import Tally
from app.contributions.tariff import Amount
from app.employees.service import Moment
from app.errors import Refused
from app.formats import day, plural
from app.mail import queue_mail
from db.models import AnnualDeclaration, AuditKind

CHANGED = "La déclaration ou la liste des salariés a changé depuis : relisez le montant, puis validez."
BEGUN = 1  # the version of a declaration of which nothing is saved yet
NOBODY = "Personne ne compte : passez par « Plus de salarié »."


@dataclass(frozen=True, slots=True)
class Seen:
    """What the reader was shown: the version, whether the day was over, the headcount and total."""

    version: int
    late: bool
    shown: str = ""


def shown_of(headcount: int, total_cents: int) -> str:
    return f"{headcount}-{total_cents}"


def is_late(filing: Filing, at: Moment) -> bool:
    return filing.campaign.is_over(at.today)


async def file_declaration(access: MemberAccess, year: int, seen: Seen, at: Moment) -> bool:
    """Validate what was shown, and nothing else. False when somebody was quicker: there is one receipt.

    `Refused` when a step or an answer is missing, when the amount is no longer the one that was shown, or
    when the day went by meanwhile; nothing of what was saved is lost.
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
    if seen.shown != shown_of(tally.headcount, amount.total_cents):
        raise Refused(CHANGED, status_code=409)
    return await _write(access, filing, seen.version, tally, amount, at)


async def file_nobody(access: MemberAccess, year: int, seen: Seen, at: Moment) -> bool:
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
    return await _write(access, filing, seen.version, tally, Amount((), 0, 0, 0), at, nobody=True)


def _refuse_unseen(filing: Filing, seen: Seen, at: Moment) -> None:
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
    """From the very version that was shown; False when another validation of it came first."""
    if version != filing.version:
        raise Refused(CHANGED, status_code=409)
    version = version or BEGUN
    declaration = filing.declaration or await begin(access, filing.year, at)
    replaced = [*declaration.replaced, *([declaration.receipt] if declaration.number else [])]
    receipt = _receipt(access, filing, tally, amount, len(replaced) + 1, at, nobody=nobody)
    values: dict[str, Any] = {
        "nobody_left": nobody, "headcount": receipt.headcount, "counts": receipt.counts,
        "lines": receipt.lines, "net_cents": amount.net_cents, "vat_cents": amount.vat_cents,
        "total_cents": amount.total_cents, "number": receipt.number, "fingerprint": receipt.fingerprint,
        "replaced": replaced, "reopened_at": None, "reopened_by_service": False,
        "submitted_at": at.now, "updated_at": at.now,
        "submitted_by": access.account.key, "on_behalf": access.membership.third_party,
        "version": version + 1, "receipt": asdict(receipt),
        "typed": declaration.typed | {KEPT: filing.arrivals.as_kept(filing.rules, at.today)},
    }  # fmt: skip
    if not await access.change(version_of(declaration, version).values(**values)):
        now = await filing_now(access, filing.year, at)
        if now.state in {State.FILED, State.CLOSED}:
            return False
        raise Refused(CHANGED, status_code=409)
    about = f"{filing.year}, reçu {receipt.number}" + (f", remplace {declaration.number}" if replaced else "")
    access.trace(AuditKind.DECLARATION_SUBMITTED, at.now, about)
    await _tell(access, declaration, receipt, at)
    return True


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
        submitted_by=access.account.full_name, on_behalf=access.membership.third_party,
        is_late=is_late(filing, at), vat_points=filing.rules.vat_points,
    )  # fmt: skip


async def _tell(access: MemberAccess, declaration: AnnualDeclaration, receipt: Receipt, at: Moment) -> None:
    """To who validated, to whom the declaration names, and to whom invoices are sent; each once. When it is
    an accountant, to those who answer for the company too: the employer stays responsible.
    """
    contact = declaration.typed.get("entreprise") or {}
    addresses = [access.account.email, await billing_address(access), contact.get("contact_email", "")]
    if receipt.on_behalf:
        addresses += await responsible_addresses(access, at.today)
    for email in dict.fromkeys(each.lower() for each in addresses if each):
        queue_mail(
            access, "declaration_filed", email, at.now, company=access.company.label, code=receipt.code,
            year=receipt.year, number=receipt.number, headcount=receipt.headcount,
            total_cents=receipt.total_cents, fingerprint=receipt.fingerprint, receipt=asdict(receipt),
            behalf=receipt.submitted_by if receipt.on_behalf else "",
        )  # fmt: skip
