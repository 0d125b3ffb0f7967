"""Bank holidays, against a library that knows those of every country."""

from datetime import date, timedelta

import holidays

from app.planning.rules import is_bank_holiday


def test_the_bank_holidays_are_those_of_france():
    """Since 2008: the Monday of Pentecost was worked for three years before."""
    known = holidays.country_holidays("FR", years=range(2008, 2101))
    days = (date(2008, 1, 1) + timedelta(days=at) for at in range((date(2101, 1, 1) - date(2008, 1, 1)).days))
    assert {day for day in days if is_bank_holiday(day)} == set(known)
