"""Turns at the database under any order of arrivals, departures and people who give up."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.shortage import Busy
from db.turns import (
    READER_SECONDS,
    SECONDS,
    Patience,
    Turn,
    Turns,
    is_hurried,
    one_request,
    patience,
    unhurried,
)

ACTS = st.lists(
    st.tuples(st.sampled_from(["come", "leave", "give up"]), st.booleans(), st.integers(0, 9)), max_size=40
)
WRITERS, READERS, BESIDE = 1, 3, 2


class Hall:
    """A model of who is inside and who waits, beside the real one."""

    def __init__(self):
        self.turns = Turns(writers=WRITERS, readers=READERS, beside_a_writer=BESIDE)
        self.inside = {True: 0, False: 0}
        self.waiting = {True: [], False: []}

    async def come(self, *, write):
        self.waiting[write].append(asyncio.create_task(self.turns.acquire(write=write)))
        await self.settle()

    async def leave(self, *, write):
        if self.inside[write]:
            self.inside[write] -= 1
            self.turns.release(write=write)
            await self.settle()

    async def give_up(self, *, write, place):
        if queue := self.waiting[write]:
            queue.pop(place % len(queue)).cancel()
            await self.settle()

    async def settle(self):
        for _ in range(4):
            await asyncio.sleep(0)
        for write, queue in self.waiting.items():
            has_one = [each.done() for each in queue]
            assert has_one == sorted(has_one, reverse=True), "who came first is served first"
            self.inside[write] += sum(has_one)
            self.waiting[write] = [each for each in queue if not each.done()]

    def check(self):
        assert self.inside[True] <= WRITERS
        assert self.inside[False] <= READERS
        is_written = bool(self.inside[True] or self.waiting[True])
        assert not self.waiting[True] or self.inside[True] == WRITERS, "a writer never waits for a free place"
        most = BESIDE if is_written else READERS
        assert not self.waiting[False] or self.inside[False] >= most, "nor does a reader"


@settings(max_examples=60)
@given(ACTS)
def test_no_place_is_lost_nor_given_twice_whoever_comes_leaves_or_gives_up(acts):
    async def story():
        hall = Hall()
        for act, write, place in acts:
            if act == "come":
                await hall.come(write=write)
            elif act == "leave":
                await hall.leave(write=write)
            else:
                await hall.give_up(write=write, place=place)
            hall.check()
        while any(hall.inside.values()):
            for write in (True, False):
                await hall.leave(write=write)
        assert hall.waiting == {True: [], False: []}, "once all have left, nobody waits"

    asyncio.run(story())


async def test_who_has_no_patience_left_is_told_to_come_back_and_holds_nothing():
    turns = Turns(writers=1, readers=1, beside_a_writer=1)
    await turns.acquire(write=True)
    with one_request(0.0), pytest.raises(Busy):
        await turns.acquire(write=True)
    turns.release(write=True)
    await turns.acquire(write=True)


async def test_a_turn_given_to_somebody_who_gives_up_at_that_moment_is_not_lost():
    turns = Turns(writers=1, readers=1, beside_a_writer=1)
    await turns.acquire(write=True)
    leaving, next_one = (asyncio.create_task(turns.acquire(write=True)) for _ in range(2))
    await asyncio.sleep(0)
    turns.release(write=True)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await asyncio.sleep(0)
    assert next_one.done()


async def test_a_turn_is_given_back_once_however_often_it_is_released():
    turns = Turns(writers=1, readers=1, beside_a_writer=1)
    with Turn(turns, write=True) as _:
        pass
    first, second = Turn(turns, write=True), Turn(turns, write=True)
    await first.acquire()
    assert first.is_held
    first.release()
    first.release()
    assert not first.is_held
    await second.acquire()
    with one_request(0.0), pytest.raises(Busy):
        await Turn(turns, write=True).acquire()


async def test_a_readers_turn_keeps_no_writer_waiting_for_it():
    turn = Turn(Turns(writers=1, readers=1, beside_a_writer=1), write=False)
    await turn.acquire()
    assert not turn.is_held


def test_patience_is_of_one_request_and_ends_with_it():
    assert patience() is not patience()
    assert (patience().left, patience().reader) == (SECONDS, READER_SECONDS)
    with one_request(5.0, 1.0):
        mine = patience()
        assert mine is patience()
        assert (mine.left, mine.reader) == (5.0, 1.0)
        with one_request(3.0):
            assert patience().left == 3.0
        assert patience() is mine
    assert mine.is_over
    assert patience() is not mine


def test_what_is_done_beside_requests_is_in_no_hurry():
    assert not is_hurried()
    with one_request():
        assert is_hurried()
        with unhurried():
            assert not is_hurried()
        assert is_hurried()
    assert not is_hurried()


async def test_work_that_outlives_its_request_has_a_patience_of_its_own():
    went_on = asyncio.Event()

    async def later():
        await went_on.wait()
        return patience(), is_hurried()

    with one_request(1.0):
        before, task = patience(), asyncio.create_task(later())
    went_on.set()
    after, hurried = await task
    assert after is not before
    assert after.left == SECONDS
    assert not hurried


def test_patience_never_goes_below_nothing():
    mine = Patience(0.0)
    with mine.spent():
        pass
    assert mine.left == 0.0


def test_a_fault_inside_is_time_spent_too():
    mine = Patience(random.uniform(0.0, 1.0) * 1e-9)
    with pytest.raises(KeyError), mine.spent():
        raise KeyError
    assert mine.left <= 1e-9
