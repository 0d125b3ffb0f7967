"""The night: who left long ago is nobody, what counts still counts, what is open waits, and it is proven."""

import asyncio
import sys
from datetime import date, timedelta

import pytest
from sqlmodel import col, select, update

from app import clock
from app.access import VisitorAccess
from app.portal import make_portal
from app.retention import acts
from app.retention.acts import apply_at_night, apply_periods
from app.retention.queries import effect_of
from app.retention.rules import NOBODY
from app.web.templating import ROOT
from db.models import (
    AccountSession,
    AnnualDeclaration,
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    CalendarFeed,
    Company,
    DeclarationCorrection,
    Document,
    DocumentKind,
    Employee,
    Inquiry,
    InquiryState,
    InquiryTheme,
    Invoice,
    InvoiceKind,
    OutboxMail,
    PublicInquiry,
    RequestState,
    Slot,
    SlotState,
    StaffNote,
    StaffRead,
    Visit,
    metadata,
)
from tests.conftest import SERVER
from tests.reading import rows
from tests.retention.leavers import LEFT, MARK, NAME, NIGHT, a_leaver, columns


async def night(portal, now=NIGHT):
    return await apply_periods(portal, now, clock.now() + timedelta(hours=1))


async def stored(portal):
    """Every column of every row, in words."""
    async with portal.database.transaction(write=False) as session:
        connection = await session.connection()
        return {
            table.name: repr((await connection.execute(table.select())).all())
            for table in metadata.sorted_tables
        }


async def changed(portal, model, row, **values):
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(model).where(col(model.id) == row.key).values(**values))


async def names_of(portal):
    return [each.birth_name for each in await rows(portal, Employee, Employee.exit_on.is_not(None))]


async def test_nothing_says_any_more_who_left_long_ago(portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    before = await stored(portal)
    named = {table for table, words in before.items() if NAME in words or MARK in words}
    assert len(named) >= 9, named
    await night(portal)
    after = await stored(portal)
    assert {table for table, words in after.items() if NAME in words or MARK in words} == set()
    assert not [table for table, words in after.items() if "1971" in words]
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    assert row.anonymised_at == NIGHT
    assert (row.birth_on, row.search_key, row.sort_key, row.person_key) == (date(1900, 1, 1), "", "", "")


@pytest.mark.skipif(bool(SERVER), reason="a file of SQLite")
async def test_their_name_is_not_in_the_file_either(portal, world):
    """Nor in what it has freed, nor in the index of the search: an archive would carry it on."""
    await a_leaver(portal, world.ours, world.alice)
    assert NAME.lower().encode() in await bytes_of_base(portal)
    await night(portal)
    content = await bytes_of_base(portal)
    for word in (NAME, NAME.lower(), MARK, MARK.lower(), "ermeline"):
        assert word.encode() not in content, word


async def bytes_of_base(portal):
    async with portal.database.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await connection.exec_driver_sql("BEGIN")
    return portal.settings.database_file.read_bytes()


async def test_what_counts_still_counts(portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    await night(portal)
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    kept = ("company_id", "entry_on", "exit_on", "contract", "monitoring", "part_time", "last_visit_on")
    assert [getattr(row, name) for name in kept] == [getattr(person, name) for name in kept]
    assert len(await rows(portal, Visit, Visit.employee_id == person.key)) == 1
    (slot,) = await rows(portal, Slot, Slot.employee_id == person.key)
    assert slot.state == SlotState.DONE
    (request,) = await rows(portal, AppointmentRequest, AppointmentRequest.employee_id == person.key)
    assert (request.state, request.motive) == (RequestState.DONE, "employeur")
    totals = [each.total_cents for each in await rows(portal, Invoice)]
    assert totals == [12_000, 12_000]


async def test_the_night_is_proven_without_naming_anybody(portal, world):
    await a_leaver(portal, world.ours, world.alice)
    await night(portal)
    proofs = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.RETENTION_APPLIED)
    assert "Salariés sortis : 1 personne rendue anonyme, 5 ans après le départ du salarié" in [
        each.about for each in proofs
    ]
    assert {(each.account_id, each.company_id) for each in proofs} == {(None, None)}
    number = len(proofs)
    assert await night(portal) == 0
    assert len(await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.RETENTION_APPLIED)) == number


@pytest.mark.parametrize(("now", "is_over"), [("2025-05-29", False), ("2025-05-30", True)])
async def test_a_person_is_kept_to_the_last_day(portal, world, now, is_over):
    await a_leaver(portal, world.ours, world.alice)
    day = NIGHT.replace(**dict(zip(("year", "month", "day"), map(int, now.split("-")), strict=True)))
    assert date(2020, 5, 29) == LEFT
    await night(portal, day)
    assert (await names_of(portal) != [NAME]) is is_over


async def test_the_file_goes_once_no_row_names_it(portal, world):
    await a_leaver(portal, world.ours, world.alice)
    assert len(await rows(portal, Document, Document.title.contains(NAME))) == 1
    await night(portal)
    assert not await rows(portal, Document, Document.employee_id.is_not(None))


# What is open waits.


@pytest.mark.parametrize(
    ("holding", "values"),
    [
        (AppointmentRequest, {"state": RequestState.SENT}),
        (AppointmentRequest, {"state": RequestState.PLANNED}),
        (Inquiry, {"state": InquiryState.SENT}),
        (Slot, {"state": SlotState.CONFIRMED}),
    ],
)
async def test_what_is_open_holds_the_person(portal, world, holding, values):
    person = await a_leaver(portal, world.ours, world.alice)
    (row,) = await rows(portal, holding, holding.employee_id == person.key)
    await changed(portal, holding, row, **values)
    await night(portal)
    assert await names_of(portal) == [NAME]
    async with portal.database.transaction(write=False) as session:
        effect = await effect_of(VisitorAccess(portal, session), "employees", 60, NIGHT)
    assert (effect.number, effect.waiting) == (0, 1)
    await changed(portal, holding, row, state=InquiryState.CLOSED if holding is Inquiry else "done")
    await night(portal)
    assert await names_of(portal) != [NAME]


async def test_an_invoice_of_an_absence_holds_the_person_until_it_is_paid(portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    (slot,) = await rows(portal, Slot, Slot.employee_id == person.key)
    await changed(portal, Slot, slot, state=SlotState.ABSENT)
    (invoice,) = await rows(portal, Invoice, Invoice.company_id == world.ours.key)
    await changed(portal, Invoice, invoice, kind=InvoiceKind.ABSENCE)
    await night(portal)
    assert await names_of(portal) == [NAME]
    await changed(portal, Invoice, invoice, total_cents=6_000)
    await night(portal)
    assert await names_of(portal) != [NAME]


@pytest.mark.parametrize("written", [NAME, NAME.upper(), "KERZONÇUF"])
async def test_nobody_who_works_somewhere_is_made_anonymous(portal, world, written):
    """Whatever their usual name there, and however the other employer writes the one of birth."""
    await a_leaver(portal, world.ours, world.alice)
    more = {"birth_name": written, "usual_name": "Autre", "exit_on": "", "entry_on": "2021-01-04"}
    async with portal.database.transaction(write=True) as session:
        here = Employee(company_id=world.theirs.key, created_at=NIGHT, updated_at=NIGHT, **columns(**more))
        session.add(here)
    await night(portal)
    assert await names_of(portal) == [NAME]
    await changed(portal, Employee, here, exit_on=NIGHT.date() - timedelta(days=1))
    await night(portal)
    assert sorted(await names_of(portal)) == sorted([NOBODY, written])


async def test_whoever_is_in_a_list_stays_but_for_an_employer_that_left(portal, world):
    person = await a_leaver(portal, world.site, world.alice, exit_on="")
    await night(portal)
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    assert row.birth_name == NAME
    await changed(portal, Company, world.site, closed_at=NIGHT - timedelta(days=6 * 366))
    await night(portal)
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    assert row.birth_name != NAME
    assert row.exit_on == (NIGHT - timedelta(days=6 * 366)).date()


# Portions, two processes, a fault in the middle.


async def test_portions_go_on_past_whoever_waits(portal, world, monkeypatch):
    monkeypatch.setattr(acts, "PORTION", 2)
    for number in range(5):
        await a_leaver(portal, world.ours, world.alice, birth_on=f"1971-07-1{number}")
    (first, *_) = await rows(
        portal, Slot, Slot.employee_id.in_(select(Employee.id).where(Employee.birth_name == NAME))
    )
    await changed(portal, Slot, first, state=SlotState.CONFIRMED)
    await night(portal)
    assert (await names_of(portal)).count(NAME) == 1
    proofs = await rows(portal, AuditEvent, AuditEvent.about.startswith("Salariés sortis"))
    assert [each.about.split(" : ")[1].split(",")[0] for each in proofs] == [
        "2 personnes rendues anonymes"
    ] * 2


async def test_a_fault_leaves_nothing_half_done_and_the_next_night_ends_it(portal, world, monkeypatch):
    await a_leaver(portal, world.ours, world.alice)
    before = (await stored(portal))["employeechange"], (await stored(portal))["document"]
    real = acts.VisitorAccess.record

    def dies(self, kind, *args, **more):
        if kind == AuditKind.RETENTION_APPLIED and "Salariés sortis" in more.get("about", ""):
            raise KeyboardInterrupt
        return real(self, kind, *args, **more)

    monkeypatch.setattr(acts.VisitorAccess, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        await night(portal)
    after = await stored(portal)
    assert (after["employeechange"], after["document"]) == before
    assert await names_of(portal) == [NAME]
    monkeypatch.setattr(acts.VisitorAccess, "record", real)
    await night(portal)
    assert NAME not in await names_of(portal)


async def test_killed_anywhere_it_leaves_each_person_whole_or_anonymous(portal, settings, world):
    for number in range(5):
        await a_leaver(portal, world.ours, world.alice, birth_on=f"1971-07-1{number}")
    command = [sys.executable, "-m", "tests.retention.killing", settings.model_dump_json(), f"{NIGHT}", "17"]
    pipe = asyncio.subprocess.PIPE
    killing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    told, trouble = await killing.communicate()
    assert killing.returncode == 0, trouble.decode()[-2000:]
    assert int(told) >= 5
    assert NAME not in await names_of(portal)


async def test_two_processes_do_it_once(portal, settings, world, monkeypatch):
    monkeypatch.setattr(acts, "PORTION", 1)
    for number in range(6):
        await a_leaver(portal, world.ours, world.alice, birth_on=f"1971-07-1{number}")
    other = make_portal(settings, bcrypt_cost=4)
    try:
        await asyncio.gather(night(portal), night(other))
        await night(portal)
    finally:
        await other.close()
    assert NAME not in await names_of(portal)
    proofs = await rows(portal, AuditEvent, AuditEvent.about.startswith("Salariés sortis"))
    assert len(proofs) == 6


async def test_time_given_ends_it_and_the_next_hour_goes_on(portal, world):
    await a_leaver(portal, world.ours, world.alice)
    await apply_periods(portal, NIGHT, clock.now())
    assert await names_of(portal) == [NAME]


@pytest.mark.parametrize(("hour", "works"), [(0, True), (3, True), (4, False), (9, False), (23, False)])
async def test_it_is_for_the_night(portal, world, hour, works):
    """Hours of UTC; in winter, Paris is one later."""
    await a_leaver(portal, world.ours, world.alice)
    await apply_at_night(portal, NIGHT.replace(hour=hour))
    assert (NAME not in await names_of(portal)) is works


# The other lines.


def at(months, days=0):
    """An instant that is that long before the night."""
    return NIGHT - timedelta(days=round(months * 30.44) + days)


async def test_each_other_line_goes_at_its_end_and_not_before(portal, world):
    mine = {"account_id": world.alice.key}
    ours = {"company_id": world.ours.key}
    for age in (-20, 20):
        days = f"{age}"
        async with portal.database.transaction(write=True) as session:
            session.add_all(
                [
                    AuditEvent(at=at(12, age), kind=AuditKind.SIGNED_IN, about=days, **mine),
                    AuditEvent(at=at(60, age), kind=AuditKind.ROLES_CHANGED, about=days, **mine, **ours),
                    AuditEvent(at=at(120, age), kind=AuditKind.RETENTION_CHANGED, about=days, **mine),
                    StaffRead(at=at(12, age), kind="company", subject_id=1, about=days, **mine),
                    AccountSession(token_hash=days, created_at=at(12, age), seen_at=at(12, age), **mine),
                    OutboxMail(message_id=days, template="x", recipient="x", created_at=at(12, age)),
                    PublicInquiry(
                        name=days, email="x", theme=InquiryTheme.OTHER, text="x", token=days, sent_at=at(40),
                        answered_at=at(12, age),
                    ),
                    StaffNote(subject="company", subject_id=1, text=days, at=at(24, age), **mine),
                    CalendarFeed(
                        seed="x", token_hash=days, created_at=at(40), revoked_at=at(12, age), **mine
                    ),
                    Document(
                        kind=DocumentKind.DUERP, title=days, file_name=days, media_type="x", size=1,
                        sha256=days,
                        series="duerp", version=age + 30, token=days, created_at=at(480, age), **ours,
                    ),
                ]
            )  # fmt: skip
    await night(portal)
    young = "-20"
    for model, column in (
        (StaffRead, "about"), (AccountSession, "token_hash"), (OutboxMail, "message_id"),
        (PublicInquiry, "name"), (StaffNote, "text"), (CalendarFeed, "token_hash"),
    ):  # fmt: skip
        assert [getattr(each, column) for each in await rows(portal, model)] == [young], model
    duerps = await rows(portal, Document, Document.kind == DocumentKind.DUERP)
    assert [each.title for each in duerps] == [young]
    kinds = {AuditKind.SIGNED_IN, AuditKind.ROLES_CHANGED, AuditKind.RETENTION_CHANGED}
    lines = [each for each in await rows(portal, AuditEvent) if each.kind in kinds]
    assert {(each.kind, each.about) for each in lines} == {(kind, young) for kind in kinds}


async def test_a_message_without_an_answer_and_a_mail_that_waits_stay(portal, world):
    async with portal.database.transaction(write=True) as session:
        session.add_all(
            [
                PublicInquiry(
                    name="x", email="x", theme=InquiryTheme.OTHER, text="x", token="x", sent_at=at(90)
                ),
                OutboxMail(message_id="x", template="x", recipient="x", created_at=at(90), due_at=at(-1)),
            ]
        )
    await night(portal)
    assert len(await rows(portal, PublicInquiry)) == len(await rows(portal, OutboxMail)) == 1


async def test_declared_totals_stay_and_who_declared_goes(portal, world):
    (filed,) = await rows(
        portal,
        AnnualDeclaration,
        AnnualDeclaration.company_id == world.ours.key,
        AnnualDeclaration.year == 2025,
    )
    (asked,) = await rows(portal, DeclarationCorrection, DeclarationCorrection.declaration_id == filed.key)
    await changed(portal, AnnualDeclaration, filed, updated_at=at(121))
    await night(portal)
    (row,) = await rows(portal, AnnualDeclaration, AnnualDeclaration.id == filed.key)
    assert row.typed, "a correction that waits holds it"
    await changed(portal, DeclarationCorrection, asked, state="accepted")
    await night(portal)
    (row,) = await rows(portal, AnnualDeclaration, AnnualDeclaration.id == filed.key)
    assert (row.typed, row.receipt["submitted_by"]) == ({}, "")
    assert (row.headcount, row.total_cents, row.number) == (1, 13_920, filed.number)
