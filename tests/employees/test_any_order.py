"""Acts on the people of one company, in any order, beside a model of them small enough to be read.

The model knows four things: what is declared of each person, which acts are in effect, what an act touched,
and that an act is undone only while nothing later stands on what it touched.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func
from sqlmodel import select

from app.clock import moment
from app.employees.acts import (
    change_of,
    correct_employee,
    employee_of,
    register_departure,
    register_employee,
    register_return,
    undo_change,
)
from app.employees.declared import LABELS, all_columns, declared_of
from db.models import AuditEvent, ChangeKind, Employee, EmployeeChange
from tests import doors
from tests.employees.people import ELISE, changes, columns
from tests.reading import rows

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WHOLE = dict.fromkeys(LABELS, "") | {"part_time": "non"} | ELISE
# Fields that a correction may touch, each with values that every person may have.
VALUES = {
    "job_title": ["Soudeur", "Caissière", "Vendeuse"],
    "phone": ["", "+33612345678"],
    "risks": ["", "NUIT", "AMIANTE"],
    "part_time": ["oui", "non"],
    "usual_name": ["", "ABGRALL", "RIOU"],
    "contract": ["cdi", "apprentissage", "interim"],
}


@dataclass
class Act:
    """One line of the history. `undoes`: the act that this one took back."""

    id: int
    kind: str
    before: dict[str, str]
    after: dict[str, str]
    at: datetime
    undoes: "Act | None" = None
    undone_by: "Act | None" = None

    @property
    def is_in_effect(self) -> bool:
        return self.undone_by is None or not self.undone_by.is_in_effect


@dataclass
class Person:
    id: int
    now: dict[str, str]
    version: int = 1
    acts: list[Act] = field(default_factory=list)

    def may_undo(self, act: Act, at: datetime) -> bool:
        later = self.acts[self.acts.index(act) + 1 :]
        # An act of before that was undone since: its undoing is what stands on the fields.
        heads = [each for each in later if each.undoes not in later]
        touched = {name for each in heads if each.is_in_effect for name in each.after}
        same = all(self.now[name] == value for name, value in act.after.items())
        is_free = not touched if act.kind == ChangeKind.DECLARED else not touched & set(act.after)
        return act.undone_by is None and at - act.at <= timedelta(days=30) and same and is_free


class Story:
    """The portal and the model, told the same things."""

    def __init__(self, portal, world, seed):
        self.portal, self.world, self.draw = portal, world, Random(seed)
        self.people: list[Person] = []
        self.gone: list[Act] = []  # of people whose declaration was taken back
        self.now = BEGINS
        self.done = self.refused = 0

    def door(self):
        return doors.member(self.portal, self.world.alice, self.world.site)

    async def act(self, do):
        """Whether it was done. A refused one leaves no trace: `check` counts them."""
        words = await doors.refusal(self.door(), do)
        self.done, self.refused = self.done + (not words), self.refused + bool(words)
        return not words

    async def last_change(self):
        return (await changes(self.portal, self.world.site))[-1]

    async def note(self, person, kind, before, after, undoes=None):
        row = await self.last_change()
        act = Act(row.id, kind, before, after, self.now, undoes)
        person.acts.append(act)
        person.now = person.now | after
        if undoes:
            undoes.undone_by = act

    async def declares(self):
        name = f"LE GALL {len(self.people) + len(self.gone):03}"
        values = WHOLE | {"birth_name": name, "risks": self.draw.choice(VALUES["risks"])}

        async def do(access):
            await register_employee(access, values, moment(self.now))

        assert await self.act(do)
        row = await self.last_change()
        self.people.append(person := Person(row.employee_id, {}))
        await self.note(person, ChangeKind.DECLARED, {}, values)

    async def corrects(self, person):
        names = self.draw.sample(sorted(VALUES), self.draw.randint(1, 3))
        after = {name: self.draw.choice(VALUES[name]) for name in names}
        stale = self.draw.random() < 0.15
        version = person.version - stale
        differing = {name: value for name, value in after.items() if value != person.now[name]}

        async def do(access):
            row = await employee_of(access, person.id)
            await correct_employee(access, row, person.now | after, version, moment(self.now), is_sure=False)

        done = await self.act(do)
        assert done is not (stale and bool(differing)), "an older page writes over nobody"
        if done and differing:
            before = {name: person.now[name] for name in differing}
            await self.note(person, ChangeKind.CORRECTED, before, differing)
            person.version += 1

    async def leaves(self, person):
        entry = date.fromisoformat(person.now["entry_on"])
        day = entry + timedelta(days=self.draw.choice([-1, 0, 30, 400]))
        gone = person.now["exit_on"]

        async def do(access):
            row = await employee_of(access, person.id)
            await register_departure(access, row, day, moment(self.now), is_sure=True)

        is_far = day > self.now.date() + timedelta(days=366)
        may = day.isoformat() == gone or not (gone or day < entry or is_far)
        assert await self.act(do) is may
        if may and day.isoformat() != gone:
            await self.note(person, ChangeKind.LEFT, {"exit_on": ""}, {"exit_on": day.isoformat()})
            person.version += 1

    async def returns(self, person):
        gone = person.now["exit_on"]
        last = date.fromisoformat(gone or person.now["entry_on"])
        entry = (last + timedelta(days=self.draw.choice([0, 1, 40]))).isoformat()
        values = person.now | {"exit_on": "", "entry_on": entry, "job_title": "Cariste"}

        async def do(access):
            row = await employee_of(access, person.id)
            await register_return(access, row, values, moment(self.now))

        twice = not gone and entry == person.now["entry_on"]
        is_far = date.fromisoformat(entry) > self.now.date() + timedelta(days=366)
        may = bool(gone) and entry > gone and not is_far
        assert await self.act(do) is (may or twice)
        if may:
            after = {name: value for name, value in values.items() if value != person.now[name]}
            before = {name: person.now[name] for name in after}
            await self.note(person, ChangeKind.CAME_BACK, before, after)
            person.version += 1

    async def undoes(self, person):
        act = self.draw.choice(person.acts)
        may = person.may_undo(act, self.now)

        async def do(access):
            await undo_change(access, await change_of(access, act.id), moment(self.now))

        assert await self.act(do) is may, (act.kind, [each.kind for each in person.acts])
        if may and act.kind == ChangeKind.DECLARED:
            self.people.remove(person)
            self.gone += person.acts
        elif may:
            before = {name: person.now[name] for name in act.before}
            await self.note(person, ChangeKind.UNDONE, before, act.before, act)
            person.version += 1

    async def goes_on(self):
        self.now += timedelta(days=self.draw.choice([0, 0, 0, 1, 9]), minutes=self.draw.randint(1, 50))
        if len(self.people) < 3:
            return await self.declares()
        acts = [self.corrects, self.leaves, self.returns, self.undoes, self.undoes]
        return await self.draw.choice(acts)(self.draw.choice(self.people))

    async def check(self):
        site = self.world.site
        found = {each.id: each for each in await rows(self.portal, Employee, Employee.company_id == site.id)}
        assert set(found) == {each.id for each in self.people}
        for person in self.people:
            row = found[person.id]
            assert declared_of(row) == person.now
            assert row.version == person.version
            derived = all_columns(person.now, [])
            assert {name: getattr(row, name) for name in derived} == derived, "as if declared so at once"
        await self.check_history(await changes(self.portal, site))

    async def check_history(self, told):
        expected = [*self.gone, *(act for person in self.people for act in person.acts)]
        assert [(each.id, each.kind) for each in told] == sorted((each.id, each.kind) for each in expected)
        by_id, replayed = {each.id: each for each in expected}, {}
        for each in told:
            act = by_id[each.id]
            assert (each.before, each.after, each.at) == (act.before, act.after, act.at)
            assert each.undoes_id == (act.undoes.id if act.undoes else None)
            if each.employee_id is not None:
                assert (each.undone_at is not None) == (act.undone_by is not None)
                replayed[each.employee_id] = replayed.get(each.employee_id, {}) | each.after
        assert replayed == {person.id: person.now for person in self.people}, "the history tells all of it"


async def theirs(portal, world):
    """Everything that the other company has in these tables."""
    other = world.theirs.id
    return [
        [columns(each) for each in await rows(portal, model, model.company_id == other)]
        for model in (Employee, EmployeeChange, AuditEvent)
    ]


@pytest.mark.parametrize("seed", [1, 22, 2026])
async def test_any_order_of_acts_ends_as_its_history_says(portal, world, seed):
    before, story = await theirs(portal, world), Story(portal, world, seed)
    for _ in range(70):
        await story.goes_on()
        if story.draw.random() < 0.2:
            await story.check()
    await story.check()
    assert story.done > 25, "the drawing still reaches what it is about"
    assert story.refused > 5
    assert await theirs(portal, world) == before
    async with portal.database.transaction(write=False) as session:
        mine = select(func.count()).select_from(AuditEvent).where(AuditEvent.company_id == world.site.id)
        written = len(await changes(portal, world.site))
        taken_back = sum(act.kind == ChangeKind.DECLARED for act in story.gone)
        assert (await session.exec(mine)).one() == written + taken_back, "one line of history an act"


async def test_all_of_it_undone_from_the_last_to_the_first_gives_back_the_first_declaration(portal, world):
    story = Story(portal, world, 7)
    await story.declares()
    (person,) = story.people
    declared = person.now
    for _ in range(12):
        story.now += timedelta(hours=1)
        await story.draw.choice([story.corrects, story.leaves, story.returns])(person)
    for act in reversed(person.acts[1:]):

        async def do(access, act=act):
            await undo_change(access, await change_of(access, act.id), moment(story.now))

        assert await doors.refusal(story.door(), do) == ""
    (row,) = await rows(portal, Employee, Employee.id == person.id)
    assert declared_of(row) == declared
    derived = all_columns(declared, [])
    assert {name: getattr(row, name) for name in derived} == derived
