"""Waits after guesses, against a count of a few lines."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.throttle import (
    DAILY_FAILURES,
    DAY,
    FREE_FAILURES,
    LIMITS,
    LONGEST_WAIT,
    MINUTE,
    WINDOWS,
    counter_kind,
    seconds_to_wait,
    wider,
)

AT = 1_800_000_000.0
WHOLE = st.integers(0, int(2 * DAY)).map(float)  # seconds ago
GUESSES = st.lists(WHOLE, max_size=60).map(lambda ago: sorted(AT - each for each in ago))
KINDS = st.sampled_from(sorted(WINDOWS))


@given(KINDS, GUESSES)
def test_a_counter_has_room_exactly_when_each_of_its_windows_has(kind, guesses):
    has_room = all(
        sum(g > AT - window for g in guesses if g > AT - DAY) < most for window, most in WINDOWS[kind]
    )
    assert (seconds_to_wait(f"{kind}:x", guesses, AT) <= 0) is has_room


@given(KINDS, GUESSES)
def test_who_waits_as_long_as_was_said_is_let_in_and_no_sooner(kind, guesses):
    wait = seconds_to_wait(f"{kind}:x", guesses, AT)
    assert 0 <= wait <= DAY
    assert seconds_to_wait(f"{kind}:x", guesses, AT + wait) <= 0
    if wait > 1:
        assert seconds_to_wait(f"{kind}:x", guesses, AT + wait - 1) > 0


@pytest.mark.parametrize("kind", sorted(WINDOWS))
def test_a_window_ends_on_its_last_second(kind):
    window, most = min(WINDOWS[kind])
    full = [AT] * most
    assert seconds_to_wait(f"{kind}:x", full, AT) >= window
    assert seconds_to_wait(f"{kind}:x", full, AT + window - 1) >= 1
    assert seconds_to_wait(f"{kind}:x", full[1:], AT) == 0 or len(WINDOWS[kind]) > 1
    longest, _ = max(WINDOWS[kind])
    assert seconds_to_wait(f"{kind}:x", full, AT + longest) == 0


@pytest.mark.parametrize("kind", ["account", "device"])
@given(guesses=GUESSES)
def test_an_account_waits_one_two_four_up_to_fifteen_minutes_and_no_more_than_a_day(kind, guesses):
    wait = seconds_to_wait(f"{kind}:x", guesses, AT)
    recent = [g for g in guesses if g > AT - DAY]
    if len(recent) < FREE_FAILURES:
        assert wait == 0
    elif len(recent) < DAILY_FAILURES:
        minutes = [1, 2, 4, 8][len(recent) - FREE_FAILURES] if len(recent) < FREE_FAILURES + 4 else 15
        assert wait == max(0, recent[-1] + minutes * MINUTE - AT)
    else:
        assert max(0, recent[-1] + LONGEST_WAIT - AT) <= wait <= DAY
        assert wait >= recent[-DAILY_FAILURES] + DAY - AT
    assert seconds_to_wait(f"{kind}:x", guesses, AT + wait) <= 0


@given(KINDS, GUESSES, st.integers(1, 5))
def test_several_at_once_wait_no_less_than_one(kind, guesses, times):
    assert seconds_to_wait(f"{kind}:x", guesses, AT, times) >= seconds_to_wait(f"{kind}:x", guesses, AT)


@given(st.ip_addresses(v=4), st.ip_addresses(v=6))
def test_a_network_is_within_the_wider_one_and_its_neighbours_share_it(four, six):
    small, large = (
        ip_network(f"{six}/64", strict=False),
        ip_network(wider(str(ip_network(f"{six}/64", strict=False)))),
    )
    assert small.subnet_of(large)
    assert large.prefixlen == 48
    around = ip_network(wider(str(four)))
    assert (four in around, around.prefixlen) == (True, 24)
    assert wider(str(around.network_address + 200)) == str(around)


@pytest.mark.parametrize("odd", ["", "unix:", "localhost", "1.2.3", "١.٢.٣.٤"])
def test_a_network_that_is_no_address_is_its_own(odd):
    assert wider(odd) == odd


@pytest.mark.parametrize("kind", sorted(LIMITS))
def test_a_day_allows_as_much_as_an_hour_at_least(kind):
    for per, windows in LIMITS[kind].of().items():
        assert WINDOWS[counter_kind(kind, per)] == windows
        ordered = sorted(windows)
        assert [most for _, most in ordered] == sorted(most for _, most in ordered)
        assert all(most > 0 and 0 < window <= DAY for window, most in ordered)


def test_kinds_whose_difference_must_not_show_share_their_counters():
    for shared in (
        ("account_created", "company_linked"),
        ("password_reset", "no_account"),
        ("email_confirm", "email_taken"),
    ):
        assert {counter_kind(kind, "recipient") for kind in shared} == {counter_kind(shared[0], "recipient")}
        assert len({LIMITS[kind].recipient for kind in shared}) == 1
    assert timedelta(seconds=LONGEST_WAIT) == timedelta(minutes=15)
