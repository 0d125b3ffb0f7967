"""Portions of jobs, limited in time."""

from hypothesis import given
from hypothesis import strategies as st

from app.portions import HOLD, fitting, limited, next_share
from db.models import ContributionCall

SHARES = st.floats(0.001, 1)


@given(SHARES, st.floats(HOLD, 3_600))
def test_after_a_long_portion_the_next_one_fits(share, seconds):
    assert next_share(share, seconds) * seconds / share <= HOLD * 1.001


@given(SHARES, st.floats(0, HOLD))
def test_after_a_short_one_it_grows_to_twice_as_much_and_never_beyond_all(share, seconds):
    assert share <= next_share(share, seconds) <= min(1.0, 2 * share)


async def test_the_share_of_a_job_is_its_own_and_at_least_one_row(portal):
    assert fitting(portal, ContributionCall, 10) == 10
    portal.shares[ContributionCall] = 0.25
    assert fitting(portal, ContributionCall, 10) == 2
    portal.shares[ContributionCall] = 0.001
    assert fitting(portal, ContributionCall, 10) == 1
    assert fitting(portal, object, 10) == 10
    async with limited(portal, ContributionCall):
        pass
    assert portal.shares[ContributionCall] == 0.002
