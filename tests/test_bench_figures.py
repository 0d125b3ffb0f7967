"""The figures of two builds, read as the benches read them."""

import pytest

from tests.bench.figures import Figures, at


def test_waits_are_read_from_the_ordered_times():
    times = [number / 100 for number in range(100, 0, -1)]
    assert at(0.95, times) == pytest.approx(0.96)
    assert at(0.99, times) == at(1.0, times) == pytest.approx(1.0)
    assert at(0.5, [0.2]) == 0.2
    assert at(0.99, []) == 0.0


def test_turns_of_a_side_are_added_up_before_anything_is_told():
    """A quick turn and a slow one: the rate is of both together, not the mean of two rates."""
    found = Figures()
    turn = {"read": [0.1], "written": [0.2, 0.3], "seconds": 1.0, "refused": 1, "failed": {}}
    found.add(turn, portal=0.3, postgres=0.0)
    found.add(turn | {"written": [], "seconds": 3.0, "failed": {"read /: 500": 2}}, portal=0.1, postgres=0.0)
    assert found.a_second == pytest.approx(1.0)
    assert found.cost == "100.0 ms"
    assert found.trouble == "2 told to come back, 2 times read /: 500"
    found.add(turn | {"read": [], "written": []}, portal=0.0, postgres=0.2)
    assert found.cost == "100.0 ms + 50.0"
