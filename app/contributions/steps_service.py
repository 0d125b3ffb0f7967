"""The steps of a declaration, each saved as one goes: whoever comes next finds them done."""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.access import MemberAccess
from app.contributions.people_queries import doubtful_people, tally_of
from app.contributions.queries import Filing, answers_among, filing_of, locked_declaration
from app.contributions.states import OPEN, State
from app.employees.service import Moment
from app.errors import NotFound, Refused
from app.formats import day
from app.many import insert_many
from db.models import AnnualDeclaration, DeclarationAnswer, Employee

CLOSED = (
    "La campagne s’est close le {} : votre reçu reste valable, et ce que vous avez enregistré est gardé. "
    "Demandez une correction au service."
)
FILED = "Cette déclaration est validée : pour la changer, passez par « Corriger »."


async def save_contact(access: MemberAccess, year: int, contact: dict[str, str], at: Moment) -> None:
    await _save(access, year, "entreprise", contact, at)


async def save_answers(
    access: MemberAccess, year: int, answers: dict[int, bool], at: Moment, *, proposed: bool = False
) -> int:
    """Who counts, of those about whom there is a doubt. How many doubts are left; none ends the step.

    `proposed`: whoever else has no answer yet gets the likelier one, if there is one. `NotFound` for an
    employee of another company, as for one that never was.
    """
    declaration = await _opened(access, year, at)
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
    _keep(access, declaration, "salaries", not left, at)
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
    """Why nothing may be written to this declaration now, if so."""
    if filing.state == State.COMING:
        raise Refused(f"La déclaration ouvre le {day(filing.campaign.opens_on)}.", status_code=409)
    if filing.state == State.CLOSED:
        raise Refused(CLOSED.format(day(filing.campaign.closes_on)), status_code=409)
    if filing.state not in OPEN:
        raise Refused(FILED, status_code=409)


async def _save(access: MemberAccess, year: int, step: str, value: Any, at: Moment) -> None:
    _keep(access, await _opened(access, year, at), step, value, at)


def _keep(access: MemberAccess, declaration: AnnualDeclaration, step: str, value: Any, at: Moment) -> None:
    if declaration.typed.get(step) != value or declaration.updated_by is None:
        declaration.typed = declaration.typed | {step: value}
    declaration.updated_at, declaration.updated_by = at.now, access.account.key
    declaration.version += 1


async def _opened(access: MemberAccess, year: int, at: Moment) -> AnnualDeclaration:
    """The declaration, begun if need be, which nobody else changes meanwhile."""
    declaration = await locked_declaration(access, year)
    refuse_if_closed(await filing_now(access, year, at))
    return declaration or await begin(access, year, at)


async def begin(access: MemberAccess, year: int, at: Moment) -> AnnualDeclaration:
    """Two who begin at once begin the same one."""
    new = AnnualDeclaration(company_id=access.company.key, year=year, started_at=at.now, updated_at=at.now)
    try:
        async with access.savepoint():
            access.add(new)
            await access.flush()
    except IntegrityError:
        found = await locked_declaration(access, year)
        if found is None:
            raise
        return found
    return new


async def filing_now(access: MemberAccess, year: int, at: Moment) -> Filing:
    filing = await filing_of(access, year, at.today)
    if filing is None:
        raise NotFound
    return filing
