"""Functions that each database says its own way."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import bindparam, column, create_engine, select
from sqlalchemy.dialects import postgresql

from db.functions import days_between

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.fixture(scope="module")
def lite():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@given(DAYS, DAYS)
@example(date(2000, 3, 1), date(2000, 2, 28))
@example(date(1900, 3, 1), date(1900, 2, 28))
def test_days_are_counted_across_leap_years_and_centuries(lite, last, first):
    counted = select(days_between(bindparam("last"), bindparam("first")))
    asked = {"last": last.isoformat(), "first": first.isoformat()}
    assert lite.execute(counted, asked).scalar() == (last - first).days


def test_postgresql_subtracts_days_by_itself():
    words = str(select(days_between(column("a"), column("b"))).compile(dialect=postgresql.dialect()))
    assert "(a - b)" in words
