"""Instants: aware and UTC on their way in, and again on their way out, whatever the database remembers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, bindparam, create_engine, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from db.types import Instant

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime(1900, 1, 2), datetime(2100, 12, 30)  # noqa: DTZ001
INSTANTS = st.datetimes(FIRST, LAST, timezones=ZONES)
TABLE = Table("moment", MetaData(), Column("at", Instant), Column("day", Instant))


@pytest.fixture(scope="module")
def lite():
    engine = create_engine("sqlite://")
    TABLE.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@given(INSTANTS)
def test_an_instant_of_any_zone_is_stored_and_read_as_utc(lite, at):
    lite.execute(TABLE.delete())
    lite.execute(insert(TABLE).values(at=at))
    (back,) = lite.execute(select(TABLE.c.at)).scalars()
    assert back == at
    assert back.utcoffset() == timedelta(0)


def test_no_instant_is_none_on_the_way_back(lite):
    lite.execute(TABLE.delete())
    lite.execute(insert(TABLE).values(at=None))
    assert lite.execute(select(TABLE.c.at)).scalars().all() == [None]


def test_an_instant_without_a_zone_is_a_fault_of_ours_and_never_stored(lite):
    with pytest.raises(StatementError, match="naive datetime"):
        lite.execute(insert(TABLE).values(at=FIRST))


@given(INSTANTS, INSTANTS)
def test_instants_of_different_zones_are_compared_by_their_instant(lite, one, other):
    lite.execute(TABLE.delete())
    lite.execute(insert(TABLE).values(at=one))
    earlier = select(TABLE.c.at).where(TABLE.c.at < bindparam("other", type_=Instant))
    assert bool(lite.execute(earlier, {"other": other}).all()) is (one < other)


@given(INSTANTS)
def test_what_another_database_gives_in_its_own_zone_is_utc_here(at):
    back = Instant().process_result_value(at, postgresql.dialect())
    assert (back, back.utcoffset()) == (at, timedelta(0))
    naive = at.astimezone(UTC).replace(tzinfo=None)
    assert Instant().process_result_value(naive, sqlite.dialect()) == at
