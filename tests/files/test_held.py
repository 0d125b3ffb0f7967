"""Files held for everybody: when there are too many, the owner of the most gives up the oldest."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import held
from app.files.held import MOST_BYTES

least_missed = held._least_missed
MEGA = 1024 * 1024
FILES = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 100 * MEGA)), max_size=14)


def numbered(files):
    return [(number, owner, size) for number, (owner, size) in enumerate(files, 1)]


@given(FILES)
def test_what_stays_fits_and_nothing_goes_while_there_is_room(files):
    there = numbered(files)
    gone = least_missed(there)
    left = [each for each in there if each[0] not in gone]
    assert sum(size for *_, size in left) <= MOST_BYTES
    if sum(size for *_, size in there) <= MOST_BYTES:
        assert gone == []
    elif gone:
        last = next(each for each in there if each[0] == gone[-1])
        assert sum(size for *_, size in [*left, last]) > MOST_BYTES, "none went without need"


@given(FILES)
def test_each_file_that_goes_is_the_oldest_of_who_holds_the_most(files):
    there = numbered(files)
    for number in least_missed(there):
        sizes = Counter()
        for _, owner, size in there:
            sizes[owner] += size
        owner = next(each[1] for each in there if each[0] == number)
        assert sizes[owner] == max(sizes.values())
        assert number == min(each[0] for each in there if each[1] == owner)
        there = [each for each in there if each[0] != number]


@given(st.integers(1, 9), st.integers(1, 60))
def test_nobodys_only_small_file_is_pushed_out_by_somebody_elses_many(mine, theirs):
    files = [(1, 1, mine * MEGA), *((number, 2, 10 * MEGA) for number in range(2, 2 + theirs))]
    assert 1 not in least_missed(files)


@pytest.mark.parametrize("files", [[], [(1, 1, MOST_BYTES)]])
def test_as_much_as_may_be_held_is_held(files):
    assert least_missed(files) == []


def test_one_byte_more_is_one_file_less():
    assert least_missed([(1, 1, MOST_BYTES), (2, 2, 1)]) == [1]
