"""Acts on the papers of a day: added beside a visit, and shared with the company."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import col, select

from app.access import StaffAccess
from app.clinic.queries import day_rows, papers_of
from app.clinic.rules import Seen
from app.documents.staff import SharedDocument, share_document
from app.errors import Refused
from app.kept_files import Kept
from app.planning.queries import SlotRow
from app.planning.staff import give_attestation
from app.text.search import words_of
from db.kinds import VisitKind
from db.models import CareCentre, DocumentKind, DroppedPaper, Employee, SlotState, Visit

ASIDE = "ecarter"  # the choice that throws a file away
EXAMINATIONS = {VisitKind.EXAM, VisitKind.EXAM_HIRING}
TITLES = {DocumentKind.APTITUDE: "Avis d’aptitude", DocumentKind.ATTESTATION: "Attestation de suivi"}


async def seen_people(access: StaffAccess, centre_id: int, day: date) -> list[Seen]:
    """People whose visit took place on that day, as names of files may tell them."""
    rows = await _done(access, centre_id, day)
    numbers = select(Employee).where(col(Employee.id).in_([each.employee_id for each in rows]))
    staff = {each.key: each.staff_number for each in await access.all(numbers)} if rows else {}
    return [
        Seen(
            slot_id=each.id,
            last=frozenset(words_of(each.usual_name or each.birth_name or "")),
            first=next(iter(words_of(each.first_names or "")), ""),
            numbers=frozenset(words_of(staff.get(each.employee_id or 0, ""))[:1]) | {str(each.id)},
        )
        for each in rows
    ]


async def _done(access: StaffAccess, centre_id: int, day: date) -> list[SlotRow]:
    return [each for each in await day_rows(access, centre_id, day) if each.state == SlotState.DONE]


async def add_papers(
    access: StaffAccess, centre_id: int, day: date, papers: Sequence[tuple[Kept, int | None]], now: datetime
) -> None:
    """Each file with the appointment that its name tells, if any. The same file twice is once."""
    await access.get(CareCentre, centre_id)
    there = {each.sha256 for each in await papers_of(access, centre_id, day)}
    for file, slot_id in papers:
        if file.sha256 in there:
            continue
        there.add(file.sha256)
        access.add(
            DroppedPaper(
                centre_id=centre_id, day=day, slot_id=slot_id, account_id=access.account.key, dropped_at=now,
                **file.columns,
            )
        )  # fmt: skip


async def share_papers(
    access: StaffAccess, centre_id: int, day: date, chosen: Mapping[int, str], now: datetime
) -> int:
    """Share each paper for which a visit was chosen, and throw away those set aside. How many were shared."""
    seen = {str(each.id): each for each in await _done(access, centre_id, day)}
    shared = 0
    for paper in await papers_of(access, centre_id, day):
        word = chosen.get(paper.key, "")
        if word == ASIDE:
            await access.delete(paper)
        elif row := seen.get(word):
            await _share(access, paper, row, now)
            shared += 1
        elif word:
            raise Refused("Choisissez une visite de la journée.", f"paper_{paper.key}")
    return shared


async def _share(access: StaffAccess, paper: DroppedPaper, row: SlotRow, now: datetime) -> None:
    kind = DocumentKind.APTITUDE if row.kind in EXAMINATIONS else DocumentKind.ATTESTATION
    file = Kept(paper.file_name, paper.media_type, paper.size, paper.sha256)
    await share_document(
        access, row.company_id, SharedDocument(kind, TITLES[kind], row.employee_id), file, now
    )
    theirs = select(Visit).where(
        col(Visit.company_id) == row.company_id, col(Visit.employee_id) == row.employee_id,
        col(Visit.done_on) == row.starts.date(), col(Visit.kind) == row.kind,
    )  # fmt: skip
    if visit := await access.first(theirs):
        await give_attestation(access, visit.key, TITLES[kind])
    await access.delete(paper)
