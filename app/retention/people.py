"""The end of somebody: an employee who left long ago, an account that nobody uses.

Their names stand in other rows too, in words that were written once: in the history, in what the service
opened, in the changes. Those of the rows that are about them go by their numbers, the others by the name
itself, looked for whole in the lines of the same company, unless somebody else there has that name too.
Revisit with a base whose history has a million lines of one company.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select

from app.access import VisitorAccess
from app.clock import day_of
from app.employees.declared import employee_name
from app.history.targets import DOCUMENT, EMPLOYEE, INQUIRY, REQUEST, SLOT, TARGETS, Target
from app.retention.rules import ERASED, NOBODY
from app.text.names import person_name
from app.text.search import words_of
from db.models import (
    NEVER,
    Account,
    AccountSession,
    AccountToken,
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    BatchLine,
    CalendarFeed,
    Company,
    Document,
    Draft,
    DroppedPaper,
    Employee,
    EmployeeChange,
    EmployeeDraft,
    ImportLine,
    Inquiry,
    InquiryMessage,
    Invitation,
    KnownDevice,
    Membership,
    Passkey,
    RecoveryCode,
    RequestMessage,
    SecondFactor,
    Slot,
    StaffNote,
    StaffRead,
    Subject,
    VisitNotice,
    WaitingPerson,
)

Names = Mapping[int, set[str]]  # by number of a company


def names_by_company(pairs: Iterable[tuple[int, str]]) -> Names:
    found: dict[int, set[str]] = defaultdict(set)
    for company, name in pairs:
        if name and name != NOBODY:
            found[company].add(name)
    return found


def names_of_nobody_else(names: Names, others: Iterable[tuple[int, str]]) -> Names:
    """The same without those that one of `others` (company, name) has too, written with or without
    accents and capitals: a line that holds such a name may be theirs.
    """
    taken = {(company, *words_of(name)) for company, name in others}
    return {
        company: {name for name in those if (company, *words_of(name)) not in taken}
        for company, those in names.items()
    }


def whole_names(names: Collection[str]) -> re.Pattern[str]:
    """One of these names, not as a part of another: an elision may come before it.

    >>> [bool(whole_names(["ARMAND Anne"]).search(each)) for each in (
    ...     "départ d’ARMAND Anne, le 3 mai", "ARMAND Anne-Marie", "ARMAND Annette", "D’ARMAND Anne")]
    [True, False, False, False]
    """
    any_of = "|".join(map(re.escape, sorted(names)))
    return re.compile(rf"(?:(?<=\b[dl]['’])|(?<![\w'’‐‑.@+-]))(?:{any_of})(?![\w'’‐‑-])")


BORN = date(1900, 1, 1)  # in place of a birth date
TEXTLESS = "Texte effacé au terme de sa conservation."
EMPTY = {
    "birth_name": NOBODY, "usual_name": "", "first_names": "", "sex": "", "birth_on": BORN, "email": "",
    "phone": "", "staff_number": "", "job_title": "", "pcs": "", "risks": "", "post_reason": "",
    "driving_until": None, "electrical_until": None, "driving_told": None, "electrical_told": None,
    "sort_key": "", "search_key": "", "person_key": "", "due_on": NEVER, "due_kind": "",
}  # fmt: skip
OF_PEOPLE = (EMPLOYEE, SLOT, REQUEST, INQUIRY, DOCUMENT)
READ_AS = {str(each.model.__tablename__): each for each in OF_PEOPLE}
FEW = 500  # numbers in one statement
Numbers = Sequence[int]


async def make_anonymous(access: VisitorAccess, ids: Numbers, now: datetime) -> None:
    """Employees: entry, exit, contract and kind of follow-up stay, for headcounts; their visits too."""
    people = await access.all(select(Employee).where(col(Employee.id).in_(ids)))
    changes = await access.rows(
        select(EmployeeChange.company_id, EmployeeChange.about).where(
            col(EmployeeChange.employee_id).in_(ids)
        )
    )
    names = names_by_company([*((each.company_id, employee_name(each)) for each in people), *changes])
    slots, requests = await _of(access, Slot, ids), await _of(access, AppointmentRequest, ids)
    inquiries, documents = await _of(access, Inquiry, ids), await _of(access, Document, ids)
    mine: dict[Target, Numbers] = {
        EMPLOYEE: ids, SLOT: slots, REQUEST: requests, INQUIRY: inquiries, DOCUMENT: documents,
    }  # fmt: skip
    hires = await _of(access, EmployeeChange, ids)
    for subject, numbers in (
        (Subject.REQUEST, requests), (Subject.INQUIRY, inquiries), (Subject.DOCUMENT, documents),
        (Subject.SLOT, slots), (Subject.HIRE, hires),
    ):  # fmt: skip
        on_it = (col(StaffNote.subject) == subject, col(StaffNote.subject_id).in_(numbers))
        await access.change(delete(StaffNote).where(*on_it))
    await _empty_what_names_them(access, ids, slots, requests, inquiries)
    await _forget_words(access, mine, names)
    for each in people:
        # The employer left without saying so: nobody is in the list of a membership that is over.
        each.exit_on = each.exit_on or await _end_of_membership(access, each.company_id)
    await access.flush()
    version = col(Employee.version) + 1
    values = {**EMPTY, "version": version, "updated_at": now, "anonymised_at": now}
    await access.change(update(Employee).where(col(Employee.id).in_(ids)).values(**values))


async def _end_of_membership(access: VisitorAccess, company_id: int) -> date | None:
    company = await access.first(select(Company).where(col(Company.id) == company_id))
    return day_of(company.closed_at) if company and company.closed_at else None


async def _of(access: VisitorAccess, model: Any, ids: Numbers) -> Numbers:
    return await access.all(select(col(model.id)).where(col(model.employee_id).in_(ids)))


async def _empty_what_names_them(
    access: VisitorAccess, ids: Numbers, slots: Numbers, requests: Numbers, inquiries: Numbers
) -> None:
    values: Iterable[tuple[Any, Any, Numbers, dict[str, Any]]] = (
        (VisitNotice, VisitNotice.employee_id, ids, {"recipient": "", "bounce": ""}),
        (EmployeeChange, EmployeeChange.employee_id, ids, {"before": {}, "after": {}, "about": NOBODY}),
        (BatchLine, BatchLine.employee_id, ids, {"note": "", "reason": ""}),
        (
            AppointmentRequest, AppointmentRequest.id, requests,
            {"reason": "", "refusal": "", "interpreter": "", "cause": "", "half_days": "", "stop_from": None,
             "back_on": None, "needs_access": False},
        ),
        (Inquiry, Inquiry.id, inquiries, {"subject": NOBODY, "employee_id": None}),
        (
            InquiryMessage, InquiryMessage.inquiry_id, inquiries,
            {"text": TEXTLESS, "file_name": "", "media_type": "", "size": 0, "sha256": ""},
        ),
    )  # fmt: skip
    for model, column, numbers, new in values:
        await access.change(update(model).where(col(column).in_(numbers)).values(**new))
    for model, column, numbers in (
        (RequestMessage, RequestMessage.request_id, requests), (Document, Document.employee_id, ids),
        (DroppedPaper, DroppedPaper.slot_id, slots), (WaitingPerson, WaitingPerson.employee_id, ids),
        (ImportLine, ImportLine.employee_id, ids),
    ):  # fmt: skip
        await access.change(delete(model).where(col(column).in_(numbers)))


async def _forget_words(access: VisitorAccess, mine: Mapping[Target, Numbers], names: Names) -> None:
    """The words of the lines about them, in the history and in what the service opened."""
    for target, numbers in mine.items():
        kinds = [kind for kind, leads_to in TARGETS.items() if leads_to == target]
        about_it = (col(AuditEvent.kind).in_(kinds), col(AuditEvent.about_id).in_(numbers))
        await access.change(update(AuditEvent).where(*about_it).values(about=""))
        kind = target.model.__tablename__
        opened = (col(StaffRead.kind) == kind, col(StaffRead.subject_id).in_(numbers))
        await access.change(update(StaffRead).where(*opened).values(about=""))
    others = await _named_elsewhere(access, names, mine[EMPLOYEE])
    await forget_names(access, names_of_nobody_else(names, others), mine[EMPLOYEE])


async def _named_elsewhere(
    access: VisitorAccess, companies: Collection[int], ids: Numbers
) -> list[tuple[int, str]]:
    """Employees of these companies whom the portal still names, those of `ids` left out: company and name."""
    there = (col(Employee.company_id).in_(companies), col(Employee.anonymised_at).is_(None))
    columns: Any = (
        Employee.company_id, Employee.birth_name, Employee.usual_name, Employee.first_names, Employee.sex,
    )  # fmt: skip
    named: Iterable[Any] = await access.rows(select(*columns).where(*there, col(Employee.id).not_in(ids)))
    return [(company, person_name(*words)) for company, *words in named]


async def forget_names(access: VisitorAccess, names: Names, ids: Numbers | None = None) -> None:
    """Empty the words of every line of these companies that holds one of their names. `ids`: employees that
    they are of; a line that is about another one by its number keeps its words.
    """
    patterns = {company: whole_names(those) for company, those in names.items() if those}
    for model, number, targets in (
        (AuditEvent, AuditEvent.about_id, TARGETS), (StaffRead, StaffRead.subject_id, READ_AS),
    ):  # fmt: skip
        columns: Any = (col(model.id), model.company_id, model.about, model.kind, number)
        here = (col(model.company_id).in_(patterns), col(model.about) != "")
        lines: Iterable[Any] = await access.rows(select(*columns).where(*here))
        holding = {
            key: (targets.get(kind), subject)
            for key, company, about, kind, subject in lines
            if patterns[company].search(about)
        }
        spared = set() if ids is None else await _of_others(access, set(holding.values()), ids)
        wanted = [key for key, subject in holding.items() if subject not in spared]
        for few in _by_few(wanted):
            await access.change(update(model).where(col(model.id).in_(few)).values(about=""))


async def _of_others(access: VisitorAccess, subjects: Collection[Any], ids: Numbers) -> set[Any]:
    """Those of these targets and numbers that are of an employee who is still named, and none of `ids`."""
    named = select(col(Employee.id)).where(
        col(Employee.anonymised_at).is_(None), col(Employee.id).not_in(ids)
    )
    found = set()
    for target in OF_PEOPLE:
        whose = col(target.model.id if target is EMPLOYEE else target.model.employee_id)
        for few in _by_few([number for each, number in subjects if each is target]):
            rows = select(col(target.model.id)).where(col(target.model.id).in_(few), whose.in_(named))
            found |= {(target, number) for number in await access.all(rows)}
    return found


def _by_few(numbers: Numbers) -> Iterator[Numbers]:
    for start in range(0, len(numbers), FEW):
        yield numbers[start : start + FEW]


# Accounts.


async def erase_accounts(access: VisitorAccess, ids: Numbers, now: datetime) -> None:
    """Accounts of nobody: the rows that they wrote name them still, and they say no more than that. Every way
    in goes with its row.
    """
    for account in await access.all(select(Account).where(col(Account.id).in_(ids))):
        mine = col(Membership.account_id) == account.key
        companies = await access.all(select(Membership.company_id).where(mine))
        for company in companies:
            access.record(AuditKind.ACCOUNT_ERASED, now, None, company)
        names, others = {account.full_name, account.email}, await _with_access(access, companies, account.key)
        account.email, account.mobile = f"{ERASED}{account.key}@invalid", ""
        account.first_name, account.last_name, account.job_title = "Compte", "effacé", ""
        account.password_hash = account.temporary_hash = account.temporary_until = None
        account.erased_at, account.warned_at = now, None
        await access.flush()
        theirs = names_by_company([(company, name) for company in companies for name in names])
        await forget_names(access, names_of_nobody_else(theirs, others))
        await _drop_what_was_theirs(access, account.key, names)


async def _with_access(access: VisitorAccess, companies: Collection[int], key: int) -> list[tuple[int, str]]:
    """The others who act for these companies: company and name."""
    theirs = select(Membership.company_id, Account.first_name, Account.last_name)
    theirs = theirs.join(Account, col(Account.id) == Membership.account_id)
    there = (col(Membership.company_id).in_(companies), col(Account.id) != key)
    return [(company, f"{first} {last}") for company, first, last in await access.rows(theirs.where(*there))]


async def _drop_what_was_theirs(access: VisitorAccess, key: int, names: Collection[str]) -> None:
    """Sessions before the devices that they name."""
    for model in (
        AccountSession, AccountToken, CalendarFeed, Draft, EmployeeDraft, KnownDevice, Membership,
        Passkey, RecoveryCode, SecondFactor,
    ):  # fmt: skip
        await access.change(delete(model).where(col(model.account_id) == key))
    sent = (col(Invitation.invited_by) == key) & col(Invitation.accepted_at).is_(None)
    await access.change(delete(Invitation).where(sent | col(Invitation.email).in_(names)))
    theirs = (col(StaffRead.kind) == Account.__tablename__, col(StaffRead.subject_id) == key)
    await access.change(update(StaffRead).where(*theirs).values(about=""))
    # What they did to their own account names addresses, and stands in no company's history.
    alone = (col(AuditEvent.account_id) == key, col(AuditEvent.company_id).is_(None))
    await access.change(update(AuditEvent).where(*alone).values(about=""))
