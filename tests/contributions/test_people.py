"""The list counted by the database, beside the same people asked one by one: nobody differs in the group."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from app.contributions.counting import CountedPerson, Group, Standing, Window, counts_until, tally, who_counts
from app.contributions.filings import Filing
from app.contributions.people import MOST_JOBS, doubtful_page, doubtful_people, jobs_of, moves_of, tally_of
from app.contributions.states import Campaign, State
from app.contributions.tariff import rules_of
from app.employees.declared import all_columns, employee_name
from app.follow_up.law import add_months, follow_up, is_minor
from app.web.paging import PAGE
from db.kinds import Contract
from db.models import AnnualDeclaration, DeclarationAnswer
from db.seeds.world import World
from tests import doors
from tests.employees.people import ELISE

REFERENCE = date(2027, 1, 1)
NOW = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CONTRACTS = [*Contract, Contract.CDI, Contract.CDI, Contract.CDD, Contract.CDD, Contract.SEASONAL]
# Days where something turns: around the reference date, a short contract before it, years before it.
TURNS = [-3000, -400, -366, -365, -364, -60, -31, -30, -29, -2, -1, 0, 1, 2, 18, 19, 20, 45]


def somebody(draw):
    """What is declared of one more person, mostly in the list for years, sometimes at the edge of a rule."""
    entry = REFERENCE + draw.choice(TURNS) * DAY
    contract = draw.choice(CONTRACTS)
    ends = (
        {}
        if draw.random() < 0.6
        else {"contract_ends_on": (entry + draw.choice([5, 29, 400]) * DAY).isoformat()}
    )
    exit_on = max(entry, REFERENCE + draw.choice(TURNS) * DAY)
    left = {} if draw.random() < 0.6 else {"exit_on": exit_on.isoformat()}
    born = draw.choice([date(1980, 5, 4), add_months(REFERENCE, -216), add_months(REFERENCE, -216) + DAY])
    return ELISE | ends | left | {
        "birth_name": f"N{draw.randrange(10**9)}", "birth_on": born.isoformat(),
        "entry_on": entry.isoformat(), "contract": contract.value, "job_title": f"Poste {draw.randrange(20)}",
        "risks": draw.choice(["", "", "NUIT", "AMIANTE", "AMIANTE NUIT"]),
    }  # fmt: skip


async def some_people(portal, company, draw, number):
    """Rows, and the answers that were given about some of them."""
    async with portal.database.transaction(write=True) as session:
        world = World(session, NOW)
        begun = {"started_at": NOW, "updated_at": NOW}
        await world.keep(declaration := AnnualDeclaration(company_id=company.id, year=2027, **begun))
        people = [world.employee_of(company, all_columns(somebody(draw), [])) for _ in range(number)]
        await world.keep(*people)
        answers = {each.id: draw.choice([True, False, None]) for each in people}
        mine = {"company_id": company.id, "declaration_id": declaration.id}
        given = {number: counts for number, counts in answers.items() if counts is not None}
        await world.keep(
            *(
                DeclarationAnswer(employee_id=number, counts=counts, **mine)
                for number, counts in given.items()
            )
        )
    return declaration, people, answers


def filing(declaration, rules, since, after):
    campaign = Campaign(date(2027, 1, 4), date(2027, 2, 15))
    return Filing(2027, rules, campaign, declaration, State.BEGUN, None, since, Window(after))


def alone(person, answer):
    """One person as a group of one; the follow-up is that of the reference date."""
    followed = follow_up(person.risks.split(), person.birth_on, REFERENCE).monitoring
    facts = (person.contract, person.entry_on, person.exit_on, person.contract_ends_on)
    return Group(*facts, followed, answer, 1)


@pytest.mark.parametrize("hires", ["full", "prorata", "none"])
@pytest.mark.parametrize("since", [-365, -366, -31, -1, 0], ids=lambda days: f"last{days}")
async def test_the_list_is_counted_as_if_each_person_were_asked(portal, world, hires, since):
    draw = Random(f"{hires} {since}")
    declaration, people, answers = await some_people(portal, world.site, draw, 120)
    grid = {"kind": "flat", "cents": 11_600}
    for least in (0, 30, 183):
        written = {"reference_on": "2027-01-01", "grid": grid, "hires": hires, "least_days": least}
        rules, on = rules_of(2027, written), NOW.date() + draw.choice([0, 30]) * DAY
        last = REFERENCE + since * DAY
        made = filing(declaration, rules, last, last + draw.choice([0, 20]) * DAY)
        one_by_one = [alone(each, answers[each.id]) for each in people]
        expected = tally(one_by_one, rules, made.since, made.arrivals, on)
        async with doors.member(portal, world.alice, world.site, write=False) as access:
            found = await tally_of(access, made, on)
            doubts = await doubtful_people(access, made, on)
            jobs, exposed = await jobs_of(access, made, on)
            moves = await moves_of(access, made, on)
            pages = [await in_pages(access, made, on, only_left=each) for each in (False, True)]
        assert found == expected
        assert pages == [doubts, [each for each in doubts if each.answer is None]]
        in_doubt = {each.id for each in people if verdict_of(each, rules, on).counts == Standing.DOUBT}
        assert {each.id for each in doubts} == in_doubt, "each doubt that is counted can be answered"
        assert found.doubts == len(doubts)
        assert found.unanswered == sum(each.answer is None for each in doubts)
        counted = [each for each in people if alone(each, answers[each.id]).is_counted(rules, on)]
        assert len(counted) == found.headcount
        assert exposed == Counter(code for each in counted for code in each.risks.split())
        ours = Counter(each.job_title for each in counted)
        assert dict(jobs) == dict(
            sorted(ours.items(), key=lambda each: (-each[1], each[0].lower()))[:MOST_JOBS]
        )
        check_moves(moves, people, answers, made, rules, on, found)


async def in_pages(access, made, on, *, only_left):
    """All the doubts, a page after another."""
    found, after = [], None
    while len(page := await doubtful_page(access, made, on, after, only_left=only_left)) > PAGE:
        found += page[:PAGE]
        after = found[-1].sort_key, found[-1].id
    return found + page


def verdict_of(person, rules, on):
    facts = (person.contract, person.entry_on, person.exit_on, person.contract_ends_on)
    return who_counts(CountedPerson(*facts), rules, on)


def check_moves(moves, people, answers, made, rules, on, found):
    last = counts_until(rules, on)
    came = {
        each.id for each in people
        if made.arrivals.after < each.entry_on <= last and alone(each, answers[each.id]).is_counted(rules, on)
    }  # fmt: skip
    shown = {each.id for each in moves.came}
    assert shown <= came
    assert len(shown) == min(25, len(came), found.new)
    names = {each.id: employee_name(each) for each in people}
    assert all(names[each.id] == each.name for each in (*moves.came, *moves.left))
    days = [each.on for each in moves.left]
    assert days == sorted(days, reverse=True)
    assert len(days) == min(25, found.left)


async def test_a_birthday_on_the_reference_date_ends_the_follow_up_of_the_minors(portal, world):
    """R4624-18: under 18 that day, the follow-up is adapted; of age that very day, it is simple."""
    majority = add_months(REFERENCE, -216)
    for born in (majority - DAY, majority, majority + DAY):
        assert is_minor(born, REFERENCE) is (born > majority)
        async with portal.database.transaction(write=True) as session:
            columns = all_columns(ELISE | {"birth_on": born.isoformat(), "risks": ""}, [])
            await World(session, NOW).an_employee(world.site, columns)
    rules = rules_of(2027, {"reference_on": "2027-01-01", "grid": {"kind": "flat", "cents": 1}})
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        found = await tally_of(access, filing(None, rules, date(2026, 1, 1), date(2026, 1, 1)), NOW.date())
    assert found.by_monitoring == {"SI": 2, "SIA": 1, "SIR": 0}


async def test_another_companys_people_are_counted_in_no_list(portal, world):
    rules = rules_of(2027, {"reference_on": "2027-01-01", "grid": {"kind": "flat", "cents": 1}})
    made = filing(None, rules, date(2026, 1, 1), date(2026, 1, 1))
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        assert (await tally_of(access, made, NOW.date())).headcount == 0
    async with doors.member(portal, world.charlie, world.theirs, write=False) as access:
        assert (await tally_of(access, made, NOW.date())).headcount == 1
