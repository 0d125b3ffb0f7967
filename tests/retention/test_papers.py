"""Papers of money, of the post and of colleagues: kept to the last day of their period, gone on the next one.

Each line of the table is tried a day before its end, on it and after it; what is open is held; and what the
direction's preview counts is what the night does.
"""

from datetime import date, datetime, time, timedelta

import pytest

from app import clock
from app.access import VisitorAccess
from app.clock import PARIS
from app.follow_up.law import add_months
from app.retention.acts import apply_periods
from app.retention.lines import DEFAULTS, LINE
from app.retention.queries import DUE, effect_of
from app.retention.rules import PROOFS
from db.models import (
    AuditEvent,
    BankStatement,
    BatchState,
    BooksClosing,
    CareCentre,
    ClosingState,
    CompanyCorrection,
    ConvocationBatch,
    Debit,
    DebitReturn,
    DebitRun,
    DebitRunState,
    DebitState,
    DroppedPaper,
    DunningLetter,
    DunningRun,
    DunningStep,
    Invitation,
    Invoice,
    Journal,
    JournalEntry,
    JournalLine,
    LetterRun,
    LetterRunState,
    LineMatch,
    Mandate,
    MandateState,
    MemberImport,
    Membership,
    Payment,
    PaymentPlan,
    PlanInvoice,
    Reminder,
    RunState,
    Scheme,
    StatementLine,
    Taking,
)
from tests.reading import rows
from tests.retention.leavers import NIGHT

TODAY = NIGHT.astimezone(PARIS).date()
AGES = (-1, 0, 1)  # days after the last day that is kept: the first two stay


async def night(portal):
    return await apply_periods(portal, NIGHT, clock.now() + timedelta(hours=1))


def day_of_line(key, age):
    """The last day that is kept is still kept; `age` 1 is the day before it."""
    return add_months(TODAY, -DEFAULTS[key]) - timedelta(days=age)


def instant_of_line(key, age):
    """Just after midnight in Paris of that day: of the last day kept, its first instant."""
    return datetime.combine(day_of_line(key, age), time(0, 0, 1), PARIS)


async def add(portal, *found):
    async with portal.database.transaction(write=True) as session:
        session.add_all(found)
        await session.flush()
    return found


def a_statement(who, world, age, at, on):
    return BankStatement(
        fingerprint=f"f{age}", since=on, until=on, opening_cents=0, closing_cents=0, created_at=at, **who
    )


def a_dunning_run(who, world, age, at, on, state=RunState.DONE):
    return DunningRun(on_day=on, state=state, leaves_at=at, started_at=at, **who)


def a_letter_run(who, world, age, at, on, state=LetterRunState.DONE):
    return LetterRun(
        year=2020, kind="opening", audience="all", on_day=on, subject="s", text="t", signed_by="x",
        state=state, started_at=at, **who,
    )  # fmt: skip


def a_plan(who, world, age, at, on):
    return PaymentPlan(
        company_id=world.ours.key, agreed_on=on, cents=100, token=f"p{age}", created_at=at, **who
    )


def a_debit_run(who, world, age, at, on):
    return DebitRun(collect_on=on, state=DebitRunState.COLLECTED, created_at=at, **who)


def a_debit_return(who, world, age, at, on):
    return DebitReturn(fingerprint=f"r{age}", created_at=at, **who)


def a_mandate(who, world, age, at, on):
    return Mandate(
        company_id=world.ours.key, rum=f"00010-M{age}", scheme=Scheme.CORE, state=MandateState.REVOKED,
        holder="H", signer="S", iban_sealed=b"x", iban_last="0189", created_at=at, alive_on=on, **who,
    )  # fmt: skip


def a_member_import(who, world, age, at, on):
    return MemberImport(created_at=at, **who)


def a_correction(who, world, age, at, on):
    return CompanyCorrection(company_id=world.ours.key, sent_at=at, answered_at=at, **who)


def a_batch(who, world, age, at, on, state=BatchState.DONE):
    return ConvocationBatch(due_before=on, state=state, created_at=at, **who)


def an_access(who, world, age, at, on):
    companies = {-1: world.ours, 0: world.site, 1: world.theirs}
    return Membership(
        company_id=companies[age].key, account_id=world.clerk.key, roles=["lecture"], ends_on=on,
        created_at=at,
    )  # fmt: skip


def an_invitation(who, world, age, at, on):
    return Invitation(
        company_id=world.ours.key, email=f"{age}@ours.example", token_hash=f"i{age}",
        invited_by=who["account_id"], created_at=at, sent_at=at, expires_at=at,
    )  # fmt: skip


def a_taking(who, world, age, at, on):
    return Taking(subject="request", subject_id=100 + age, taken_at=at, **who)


LINES = [
    ("statements", BankStatement, a_statement), ("reminders", DunningRun, a_dunning_run),
    ("letters", LetterRun, a_letter_run), ("plans", PaymentPlan, a_plan),
    ("debits", DebitRun, a_debit_run), ("debits", DebitReturn, a_debit_return),
    ("mandates", Mandate, a_mandate), ("member_imports", MemberImport, a_member_import),
    ("corrections", CompanyCorrection, a_correction), ("batches", ConvocationBatch, a_batch),
    ("accesses", Membership, an_access), ("accesses", Invitation, an_invitation),
    ("notes", Taking, a_taking),
]  # fmt: skip


def made(world, key, make, age, **more):
    who = {"account_id": world.alice.key}
    return make(who, world, age, instant_of_line(key, age), day_of_line(key, age), **more)


async def test_each_paper_is_kept_to_the_last_day_of_its_line_and_no_longer(portal, world):
    """And the preview of the direction says how many, before and after."""
    before = {model: {each.id for each in await rows(portal, model)} for _, model, _ in LINES}
    added = {}
    for key, model, make in LINES:
        found = await add(portal, *(made(world, key, make, age) for age in AGES))
        added[model] = {age: each.id for age, each in zip(AGES, found, strict=True)}
    expected = await effects(portal)
    for key in {key for key, *_ in LINES}:
        assert expected[key] >= sum(each == key for each, *_ in LINES), key
    done = await night(portal)
    assert done == sum(expected.values()), "what was counted is what was done"
    for key, model, _ in LINES:
        left = {each.id for each in await rows(portal, model)} - before[model]
        assert left == {added[model][-1], added[model][0]}, key
    assert not any((await effects(portal)).values())
    assert await night(portal) == 0, "twice is once"
    proofs = await rows(portal, AuditEvent, AuditEvent.kind.in_(sorted(PROOFS)))
    told = " ".join(each.about for each in proofs)
    for key in expected:
        if expected[key]:
            assert any(word in told for word in LINE[key].nouns), (key, told)


async def effects(portal):
    async with portal.database.transaction(write=False) as session:
        access = VisitorAccess(portal, session)
        found = {key: await effect_of(access, key, DEFAULTS[key], NIGHT) for key in DUE}
    assert all(each.waiting == 0 for each in found.values()), found
    return {key: each.number for key, each in found.items()}


HELD = [
    ("reminders", DunningRun, a_dunning_run, [RunState.RUNNING, RunState.UNDOING]),
    ("letters", LetterRun, a_letter_run, [LetterRunState.WRITING, LetterRunState.DRAWING]),
    ("batches", ConvocationBatch, a_batch, [BatchState.RUNNING, BatchState.UNDOING]),
]


async def test_a_job_that_never_ended_is_held_and_counted(portal, world):
    for key, model, make, states in HELD:
        await add(portal, *(made(world, key, make, 1, state=state) for state in states))
        assert len(await rows(portal, model)) == len(states), key
    await night(portal)
    async with portal.database.transaction(write=False) as session:
        access = VisitorAccess(portal, session)
        for key, model, _, states in HELD:
            assert len(await rows(portal, model)) == len(states), key
            effect = await effect_of(access, key, DEFAULTS[key], NIGHT)
            assert (effect.number, effect.waiting) == (0, len(states))


async def test_what_hangs_on_a_paper_goes_with_it_and_what_it_is_of_stays(portal, world):
    """Lines, letters, reminders, debits: none is left alone, no invoice and no mandate is touched."""
    (invoice,) = await rows(portal, Invoice, Invoice.company_id == world.ours.key)
    kinds = (
        ("statements", a_statement), ("reminders", a_dunning_run), ("plans", a_plan), ("debits", a_debit_run)
    )  # fmt: skip
    statement, run, plan, debits = (made(world, key, make, 1) for key, make in kinds)
    step = DunningStep(days=8, kind="mail", subject="s", text="t", signed_by="x")
    mandate = a_mandate({"account_id": world.alice.key}, world, 9, NIGHT, TODAY)
    await add(portal, statement, run, plan, debits, step, mandate)
    ours = {"company_id": world.ours.key}
    letter = DunningLetter(run_id=run.id, subject="s", text="t", signed_by="x", made_at=NIGHT, **ours)
    await add(portal, letter)
    await add(
        portal,
        StatementLine(
            statement_id=statement.id, booked_on=TODAY, cents=1, reference="x", match=LineMatch.UNKNOWN
        ),
        Reminder(
            letter_id=letter.id, invoice_id=invoice.id, step_id=step.id, on_day=TODAY, left_cents=1, **ours
        ),
        PlanInvoice(plan_id=plan.id, invoice_id=invoice.id, cents=1, ended_at=NIGHT, **ours),
        Debit(
            run_id=debits.id, invoice_id=invoice.id, mandate_id=mandate.id, scheme=Scheme.CORE, rum="M",
            iban_last="0189", cents=1, reference="R", state=DebitState.COLLECTED, **ours,
        ),
    )  # fmt: skip
    async with portal.database.transaction(write=True) as session:
        (await session.get(Invoice, invoice.id)).due_on = TODAY
        session.add(
            Payment(
                invoice_id=invoice.id, paid_on=TODAY, cents=6_000, method="chèque", reference="9",
                created_at=NIGHT, **ours,
            )
        )  # fmt: skip
    await night(portal)
    gone = (BankStatement, StatementLine, DunningRun, DunningLetter, Reminder, PaymentPlan, PlanInvoice)
    for model in (*gone, DebitRun, Debit):
        assert not await rows(portal, model), model
    assert await rows(portal, Invoice, Invoice.id == invoice.id)
    assert [each.rum for each in await rows(portal, Mandate)] == ["00010-M9"]
    assert await rows(portal, DunningStep), "a step serves the reminders to come"


async def test_a_plan_and_a_mandate_that_still_serve_are_held(portal, world):
    (invoice,) = await rows(portal, Invoice, Invoice.company_id == world.ours.key)
    plan, mandate = made(world, "plans", a_plan, 1), made(world, "mandates", a_mandate, 1)
    run = a_debit_run({"account_id": world.alice.key}, world, 0, NIGHT, TODAY)
    await add(portal, plan, mandate, run)
    ours = {"company_id": world.ours.key, "invoice_id": invoice.id}
    await add(
        portal, PlanInvoice(plan_id=plan.id, cents=1, **ours),
        Debit(
            run_id=run.id, mandate_id=mandate.id, scheme=Scheme.CORE, rum="M", iban_last="0189", cents=1,
            reference="R", state=DebitState.FILED, **ours,
        ),
    )  # fmt: skip
    await night(portal)
    assert await rows(portal, PaymentPlan)
    assert await rows(portal, Mandate)


async def test_entries_of_the_books_are_kept_ten_years_after_the_year_and_take_their_lines(portal, world):
    """Code de commerce, article L123-22: ten years from the end of the financial year, so eleven of a day."""
    assert DEFAULTS["entries"] == 132
    assert LINE["entries"].months.least == 120
    closing = BooksClosing(
        since=date(2014, 1, 1), until=date(2014, 12, 31), account_id=world.clerk.key, expected=1,
        state=ClosingState.DONE, started_at=NIGHT,
    )  # fmt: skip
    await add(portal, closing)
    for place, age in enumerate(AGES, 1):
        on = day_of_line("entries", age)
        entry = JournalEntry(
            closing_id=closing.id, journal=Journal.SALES, exercise=on.year, number=place, booked_on=on,
            valid_on=on, piece="F", piece_on=on, label=f"{age}",
        )  # fmt: skip
        await add(portal, entry)
        line = {"entry_id": entry.id, "account": "411000", "account_name": "A", "aux": "", "aux_name": ""}
        await add(portal, JournalLine(debit_cents=1, credit_cents=0, **line))
    await night(portal)
    assert [each.label for each in await rows(portal, JournalEntry)] == ["-1", "0"]
    left = {each.id for each in await rows(portal, JournalEntry)}
    assert {each.entry_id for each in await rows(portal, JournalLine)} == left


async def test_a_paper_dropped_on_a_sheet_goes_after_its_year_whatever_became_of_the_visit(portal, world):
    (centre,) = await rows(portal, CareCentre)
    for age in AGES:
        at = instant_of_line("papers", age)
        await add(
            portal,
            DroppedPaper(
                centre_id=centre.id, day=at.date(), account_id=world.clerk.key, file_name=f"{age}",
                media_type="application/pdf", size=1, sha256=f"{age}", dropped_at=at,
            ),
        )  # fmt: skip
    await night(portal)
    assert [each.file_name for each in await rows(portal, DroppedPaper)] == ["-1", "0"]


@pytest.mark.parametrize("key", sorted(DEFAULTS))
def test_every_line_says_its_period_its_source_and_what_is_counted(key):
    line = LINE[key]
    assert line.words(DEFAULTS[key]).partition(" ")[0].isdigit()
    assert line.counted(1).startswith("1 ")
    assert line.counted(2_431).startswith("2")
    assert line.fate_words(2) != "" != line.title
    assert len(line.source) > 10, "a law, the CNIL, or the service decides"
