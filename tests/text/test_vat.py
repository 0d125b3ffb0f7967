"""Rates of the VAT, for people and for electronic invoices."""

from decimal import Decimal

import pytest

from app.text.vat import USUAL_POINTS, VAT_POINTS, percent, percent_digits


@pytest.mark.parametrize("points", sorted(VAT_POINTS))
def test_a_rate_is_the_same_for_people_and_for_programs(points):
    rate = Decimal(points) / 100
    assert Decimal(percent_digits(points)) == rate
    assert len(percent_digits(points).partition(".")[2]) == 2
    assert Decimal(percent(points).removesuffix(" %").replace(",", ".")) == rate


def test_rates_are_written_as_in_france():
    written = [percent(each) for each in sorted(VAT_POINTS)]
    assert written == ["0,9 %", "1,05 %", "1,75 %", "2,1 %", "5,5 %", "8,5 %", "10 %", "13 %", "20 %"]
    assert USUAL_POINTS in VAT_POINTS
