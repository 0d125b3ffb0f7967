"""The demo's history is one that people could have made: at work, in order, by who had access then."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from app.access import VisitorAccess
from app.clock import PARIS, day_of
from app.invoices.absences import missed_words
from app.planning.rules import is_working_day
from app.portal import make_portal
from app.starting import fill_demo
from db.models import (
    Account,
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    CareCentre,
    Company,
    Employee,
    EmployeeChange,
    Inquiry,
    InquiryMessage,
    Invoice,
    InvoiceKind,
    Membership,
    Payment,
    RequestMessage,
    Slot,
    SlotState,
    StaffMember,
    Visit,
    VisitNotice,
)
from tests.demo.test_base import settings_of

# A Wednesday at noon, a Sunday night, the first hour of a year, the day after Easter Monday, a leap day.
FILLED = [
    datetime(2026, 11, 25, 11, 0, tzinfo=UTC), datetime(2026, 8, 16, 22, 30, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 30, tzinfo=UTC), datetime(2026, 4, 7, 6, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 9, 0, tzinfo=UTC),
]  # fmt: skip


class Story:
    """Every row of the demo, by table."""

    def __init__(self, tables):
        self.tables = tables

    def __getitem__(self, model):
        return self.tables[model]

    def by_id(self, model):
        return {each.id: each for each in self[model]}


MODELS = (
    Account, AppointmentRequest, AuditEvent, CareCentre, Company, Employee, EmployeeChange, Inquiry,
    InquiryMessage, Invoice, Membership, Payment, RequestMessage, Slot, StaffMember, Visit, VisitNotice,
)  # fmt: skip


@pytest.fixture(scope="module", params=FILLED, ids=str)
def now(request):
    return request.param


@pytest.fixture
async def story(now, database_url, tmp_path, time_machine):
    time_machine.move_to(now, tick=False)
    settings = settings_of(database_url, tmp_path, demo=True)
    await fill_demo(settings)
    portal = make_portal(settings, bcrypt_cost=4)
    try:
        async with portal.database.transaction(write=False) as session:
            access = VisitorAccess(portal, session)
            yield Story({model: list(await access.all(select(model))) for model in MODELS})
    finally:
        await portal.close()


async def test_the_history_is_one_that_people_could_have_made(story, now):
    at_work(story, now)
    spread_over_two_years(story, now)
    by_who_had_access(story)
    appointments_in_order(story, now)
    threads_in_order(story)
    money_in_order(story)


def at_work(story, now):
    """Office hours of working days in Paris, and nothing yet to come."""
    acts = (AuditEvent, EmployeeChange, InquiryMessage, RequestMessage)
    instants = [each.at for model in acts for each in story[model]]
    instants += [each.sent_at for each in story[VisitNotice]]
    instants += [each.created_at for model in (Account, Membership, Employee) for each in story[model]]
    for at in instants:
        here = at.astimezone(PARIS)
        assert is_working_day(here.date()), here
        assert 8 <= here.hour < 19, here
        assert at <= now, here
    days = [each.done_on for each in story[Visit]]
    days += [day_of(each.starts_at) for each in story[Slot]]
    assert all(map(is_working_day, days))


def spread_over_two_years(story, now):
    (brieuc,) = (each for each in story[Company] if each.code == "00010")
    own = [each.at for each in story[AuditEvent] if each.company_id == brieuc.id]
    since = now - timedelta(days=730)
    seasons = Counter((at - since) // timedelta(days=92) for at in own if at > since)
    assert all(seasons[each] >= 3 for each in range(8)), seasons
    assert max(Counter(day_of(at) for at in own).values()) <= 25


def by_who_had_access(story):
    accounts = story.by_id(Account)
    staff = {each.account_id: each.created_at for each in story[StaffMember]}
    access = {(each.account_id, each.company_id): each.created_at for each in story[Membership]}
    for each in story[AuditEvent]:
        since = staff.get(each.account_id) or access[each.account_id, each.company_id]
        assert max(since, accounts[each.account_id].created_at) <= each.at, each
    for each in story[EmployeeChange]:
        assert access[each.account_id, each.company_id] <= each.at, each


def appointments_in_order(story, now):
    people = story.by_id(Employee)
    for each in story[Slot]:
        assert each.created_at < each.starts_at
        if each.confirmed_at:
            assert each.created_at < each.confirmed_at < each.starts_at
        if each.state in (SlotState.DONE, SlotState.ABSENT):
            assert each.starts_at < each.updated_at <= now
            assert people[each.employee_id].created_at < each.confirmed_at
    for each in story[VisitNotice]:
        assert each.sent_at < story.by_id(Slot)[each.slot_id].starts_at
    for each in story[AppointmentRequest]:
        later = (each.taken_at, each.planned_at, each.done_at, each.refused_at, each.cancelled_at)
        assert all(each.sent_at < at for at in later if at)


def threads_in_order(story):
    """An answer after its question, by somebody else."""
    for inquiry in story[Inquiry]:
        said = sorted((m for m in story[InquiryMessage] if m.inquiry_id == inquiry.id), key=lambda m: m.id)
        assert [m.at for m in said] == sorted({m.at for m in said})
        assert not said[0].from_service
        assert inquiry.closed_at is None or inquiry.closed_at > said[-1].at
    requests = story.by_id(AppointmentRequest)
    for message in story[RequestMessage]:
        assert message.at > requests[message.request_id].sent_at


def money_in_order(story):
    invoices = story.by_id(Invoice)
    absences = [each for each in story[Slot] if each.state == SlotState.ABSENT]
    names = {each.id: each.name for each in story[CareCentre]}
    missed = {(each.company_id, missed_words(each.starts_at, names[each.centre_id])) for each in absences}
    for each in story[Payment]:
        assert each.paid_on >= invoices[each.invoice_id].issued_on
        assert each.created_at > invoices[each.invoice_id].created_at
    for each in story[Invoice]:
        if each.kind == InvoiceKind.ABSENCE:
            assert {(each.company_id, line["label"]) for line in each.lines} <= missed
        if each.settles_id:
            assert each.created_at > invoices[each.settles_id].created_at
        assert each.issued_on == day_of(each.created_at)
    told = [each for each in story[AuditEvent] if each.kind == AuditKind.INVOICE_ISSUED]
    assert len(told) == len([each for each in story[Invoice] if each.kind != InvoiceKind.CREDIT_NOTE])
