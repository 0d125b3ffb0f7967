"""Rows as plain tuples: the quick way of SQLite gives what the usual way gives."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import (
    Float,
    Integer,
    LargeBinary,
    String,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.exc import OperationalError, StatementError
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from db.models import Company, Membership
from tests.conftest import SERVER

only_sqlite = pytest.mark.skipif(bool(SERVER), reason="a thread for each connection is SQLite's")
OF_CODE = select(
    col(Company.name), col(Company.created_at), col(Company.closed_at), col(Membership.roles)
).where(col(Company.code) == bindparam("code"), col(Membership.company_id) == Company.id)
MOST = select(col(Company.code)).order_by(col(Company.code)).limit(2)
AMONG = select(col(Company.code)).where(col(Company.code).in_(bindparam("codes", expanding=True)))
ENDING = select(col(Membership.ends_on)).where(col(Membership.ends_on) >= bindparam("day"))
BACKWARDS = select(col(Company.code)).order_by(col(Company.code).desc())
TOLD = select(
    bindparam("words", type_=String).label("words_told"),
    bindparam("number", type_=Integer).label("number_told"),
    literal_column("NULL").label("none_told"),
)
CONSTANTS = (
    select(col(Company.code), literal("l’eau d'«:x»\"? 100 %"))
    .where(col(Company.code).in_(["00010", "x'y", "00010-2"]), col(Company.name) != "d'eau ?")
    .where(col(Company.code) != bindparam("not_this"))
    .order_by(col(Company.code).desc())
    .limit(2)
)
NOT_JSON = (select(literal(b"\xff", LargeBinary)), select(literal(0.1, Float)))
SLOW = select(func.count(literal_column("x"))).select_from(
    text("(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000000) SELECT x FROM n)")
)


async def test_the_quick_way_reads_as_the_usual_one(portal, world):
    values = {"code": "00010"}
    async with portal.database.transaction(write=False) as session:
        quick = await portal.database.table(session, OF_CODE, values)
    async with portal.database.transaction(write=True) as session:
        usual = await portal.database.table(session, OF_CODE, values)
    assert quick == usual
    assert [type(row) for row in [*quick, *usual]] == [tuple] * 4
    name, created_at, closed_at, roles = quick[0]
    assert (name, closed_at, roles) == (world.ours.name, None, ["administrateur"])
    assert created_at.utcoffset() == datetime.now(UTC).utcoffset()


async def test_the_quick_way_takes_days_limits_and_lists(portal, world):
    async with portal.database.transaction(write=True) as session:
        mine = select(Membership).where(col(Membership.account_id) == world.bob.key)
        (await session.exec(mine)).scalars().one().ends_on = date(2026, 5, 1)
    async with portal.database.transaction(write=False) as session:
        table = portal.database.table
        assert await table(session, MOST, {}) == [("00010",), ("00010-2",)]
        assert {*await table(session, AMONG, {"codes": ["00042", "00010"]})} == {("00042",), ("00010",)}
        assert await table(session, ENDING, {"day": date(2026, 5, 1)}) == [(date(2026, 5, 1),)]
        assert await table(session, ENDING, {"day": date(2026, 5, 2)}) == []
        assert await table(session, text("SELECT 1"), {}) == [(1,)]


@only_sqlite
async def test_a_fault_of_the_quick_way_is_one_of_the_database(portal):
    async with portal.database.transaction(write=False) as session:
        with pytest.raises(OperationalError, match="no such table"):
            await portal.database.table(
                session, select(literal_column("1").label("one")).select_from(text("nowhere")), {}
            )


@only_sqlite
async def test_many_readers_at_once_share_a_few_connections(portal, world):
    async def read():
        async with portal.database.transaction(write=False) as session:
            return await portal.database.table(session, MOST, {})

    assert await asyncio.gather(*(read() for _ in range(100))) == [[("00010",), ("00010-2",)]] * 100


async def test_an_order_without_a_limit_is_kept(portal, world):
    async with portal.database.transaction(write=False) as session:
        found = [code for (code,) in await portal.database.table(session, BACKWARDS, {})]
    assert found == sorted(found, reverse=True)
    assert len(found) > 2


@pytest.mark.parametrize(
    "words", ["", 'd’Été "x" \\ </a>', "a\tb\r\n\x01\x7f", "日本 🙂", "null", "[1]", "7"]
)
@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**53 + 1])
@only_sqlite
async def test_words_and_numbers_come_back_as_they_were(portal, words, number):
    async with portal.database.transaction(write=False) as session:
        values = {"words": words, "number": number}
        assert await portal.database.table(session, TOLD, values) == [(words, number, None)]


@pytest.mark.parametrize("statement", NOT_JSON)
async def test_what_json_cannot_hold_goes_the_usual_way(portal, statement):
    async with portal.database.transaction(write=False) as session:
        ((value,),) = await portal.database.table(session, statement, {})
    assert value in {b"\xff", 0.1}


@pytest.mark.parametrize("code", ["00010", "00010-2", "x' OR ''='"])
async def test_constants_are_those_of_the_statement_and_values_those_of_the_request(portal, world, code):
    values = {"not_this": code}
    async with portal.database.transaction(write=False) as session:
        quick = await portal.database.table(session, CONSTANTS, values)
    async with portal.database.transaction(write=True) as session:
        assert quick == await portal.database.table(session, CONSTANTS, values)
    assert [row[0] for row in quick] == [each for each in ("00010-2", "00010") if each != code]


@only_sqlite
async def test_nobody_waits_behind_a_long_statement(portal, world):
    answered = []

    async def read(statement):
        async with portal.database.transaction(write=False) as session:
            rows = await portal.database.table(session, statement, {})
            answered.append(statement)
            return rows

    await read(MOST)
    long = asyncio.create_task(read(SLOW))
    await asyncio.sleep(0.05)
    for _ in range(5):
        await read(MOST)
    ((counted,),) = await long
    assert counted == 3_000_000
    assert answered == [MOST] * 6 + [SLOW]


async def test_a_statement_made_for_each_request_has_its_own_values(portal, world):
    """Those of one form share a plan: the values of the first are not those of the next."""

    def made(codes, name, day):
        here = select(col(Company.code)).where(col(Company.code).in_(codes), col(Company.name).like(name))
        return here.where(col(Company.created_at) > bindparam("day")).params(day=day)

    long_ago, later = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    async with portal.database.transaction(write=False) as session:

        async def codes(*given):
            return sorted(code for (code,) in await portal.database.table(session, made(*given), None))

        assert await codes(["00010", "00042"], "%", long_ago) == ["00010", "00042"]
        assert await codes(["00010", "00010-2"], "%", long_ago) == ["00010", "00010-2"]
        assert await codes(["00010-2"], "%", long_ago) == ["00010-2"]
        assert await codes([], "%", long_ago) == []
        assert await codes(["00010", "00042"], "xyz", long_ago) == []
        assert await codes(["00010", "00042"], "%", later) == []


async def test_a_list_given_to_a_statement_made_once_may_have_any_length(portal, world):
    async with portal.database.transaction(write=False) as session:
        for codes in (["00010"], ["00010", "00042"], [], ["00042"]):
            found = await portal.database.table(session, AMONG, {"codes": codes})
            assert sorted(code for (code,) in found) == codes


async def test_a_model_that_is_only_read_looks_like_one(portal, world):
    whole = sqlmodel_select(Company, col(Membership.id)).outerjoin(
        Membership, (col(Membership.company_id) == Company.id) & (col(Membership.account_id) == world.bob.key)
    )
    statement = whole.where(col(Company.code) == bindparam("code"))
    async with portal.database.transaction(write=False) as session:
        ((company, _),) = await portal.database.rows(session, statement, {"code": "00010"})
        assert isinstance(company, Company)
        assert not isinstance(company, Membership)
        assert (company.label, company.key) == (world.ours.label, world.ours.key)
        assert company.created_at == world.ours.created_at
        with pytest.raises((KeyError, StatementError)):
            await portal.database.rows(session, statement, {})


@only_sqlite
async def test_a_long_statement_leaves_the_others_their_turn(portal, world):
    """It begins where the request is, and goes on in a thread: the loop is not held meanwhile."""
    async with portal.database.transaction(write=False) as session:
        reading = asyncio.create_task(portal.database.table(session, SLOW, {}))
        turns = 0
        while not reading.done():
            await asyncio.sleep(0)
            turns += 1
        assert (await reading) == [(3_000_000,)]
        assert turns > 2
