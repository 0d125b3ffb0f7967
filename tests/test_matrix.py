"""Every route × every kind of person × own, sibling, foreign and absent companies: nothing foreign is
shown.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import product

import pytest
from litestar.routes import HTTPRoute

from app.main import MEMBER, STAFF
from db.seeds.world import World
from tests.actors import Actor
from tests.test_access import everything
from tests.world import OURS, PASSWORD, THEIRS

CODES = {"own": "00010", "sibling": "00010-2", "foreign": "00042", "absent": "98765"}
IDS = ("1", "2", "5", "999999", str(2**31), str(2**63), "0")
# In a company that is not one's own, a number is not even looked for.
IDS_ELSEWHERE = ("1", "2", "5")
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
NAMES = (
    "anonymous", "administrator", "of one site only", "reader", "third party", "former third party",
    "stranger", "service",
)  # fmt: skip


@dataclass
class Person:
    """`reaches`: the codes that this person may open; `sees`: the markers that may be shown to them."""

    actor: Actor
    reaches: tuple[str, ...] = ()
    sees: tuple[str, ...] = field(default=())


async def people(stack, app, world, portal):
    """One of each kind; beside those of the world: a reader of the main site, an accountant, a former one."""
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        hashed = await portal.passwords.hashed(PASSWORD)
        reader = await seeds.an_account("reader@ours.example", "Rémi", "Lecture", password_hash=hashed)
        await seeds.acts_for(reader, world.ours, roles=("lecture",))
        third = await seeds.an_account("third@cabinet.example", "Tiphaine", "Tiers", password_hash=hashed)
        await seeds.acts_for(third, world.ours, roles=("declaration",), third_party=True)
        former = await seeds.an_account("former@cabinet.example", "Firmin", "Former", password_hash=hashed)
        await seeds.acts_for(former, world.ours, third_party=True, ends_on=date(2026, 1, 31))

    async def enter(account=None):
        actor = await stack.enter_async_context(Actor(app))
        return await actor.signed_in(account) if account else actor

    return {
        "anonymous": Person(await enter()),
        "administrator": Person(await enter(world.alice), ("own", "sibling"), (OURS,)),
        "of one site only": Person(await enter(world.bob), ("own",), (OURS,)),
        "reader": Person(await enter(reader), ("own",), (OURS,)),
        "third party": Person(await enter(third), ("own",), (OURS,)),
        "former third party": Person(await enter(former)),
        "stranger": Person(await enter(world.charlie), ("foreign",), (THEIRS,)),
        "service": Person(await enter(world.clerk)),
    }


class Values(dict):
    """What stands in an address: each `…_id` is the same number."""

    def __missing__(self, name):
        assert name.endswith("_id"), f"{name}: which value?"
        return self["number"]


def cases(app):
    """(method, path with its code and ids filled, which company, handler)"""
    for route in app.app.routes:
        if not isinstance(route, HTTPRoute) or "token" in route.path_format:
            continue
        kinds = CODES if "{code}" in route.path_format else {"none": ""}
        has_ids = "_id}" in route.path_format
        for handler, kind in product(route.route_handlers, kinds):
            ids = (IDS if kind in {"own", "none"} else IDS_ELSEWHERE) if has_ids else ("",)
            for number, method in product(ids, sorted(handler.http_methods - {"OPTIONS"})):
                yield method, _filled(route.path_format, handler.name, kinds[kind], number), kind, handler


def _filled(path_format, name, code, number):
    values = Values(
        code=code, number=number, step="verification", motive="reprise", slug="qui-compte-dans-l-effectif",
        at="1", year="2025", subject="request", line="employees", scheme="CORE", part="1", letter="relance",
        kind="csv" if (name or "").startswith("employees") else "modifies",
    )  # fmt: skip
    return path_format.format_map(values)


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
async def test_nothing_foreign_is_ever_shown(app, world, portal, name):
    asked = 0
    async with AsyncExitStack() as stack:
        persons = await people(stack, app, world, portal)
        assert tuple(persons) == NAMES
        person = persons[name]
        before = await everything(portal)
        ours, staff = ({handler.name for handler in handlers} for handlers in (MEMBER, STAFF))
        for method, path, kind, handler in cases(app):
            # Each address is asked for as a page by every other person, as a fragment by the rest.
            headers = PARTIAL if (asked + NAMES.index(name)) % 2 else {}
            answer = await person.actor.request(method, path, headers=headers)
            asked += 1
            where = f"{name}: {method} {path}"
            shown = answer.text + str(answer.headers)
            # In its own room the service sees every member.
            is_room = name == "service" and handler.name in staff
            for marker in set() if is_room else {OURS, THEIRS} - set(person.sees):
                assert marker not in shown, where
            assert answer.status_code < 500, where
            if handler.name in ours and name != "anonymous" and method == "GET":
                assert (answer.status_code == 404) >= (kind not in person.reaches), where
        after = await everything(portal)
    assert asked >= 600
    assert before == after


async def test_foreign_and_absent_are_the_same_bytes(app, world, portal):
    members = {handler.name for handler in MEMBER}
    async with AsyncExitStack() as stack:
        persons = await people(stack, app, world, portal)
        for person in [each for name, each in persons.items() if name != "anonymous"]:
            token = await person.actor.token("/deconnexion")
            absent = {}
            for method, path, kind, handler in cases(app):
                if handler.name not in members or kind in person.reaches:
                    continue
                fields = {"data": {"csrf": token}} if method == "POST" else {}
                answer = await person.actor.request(method, path, **fields)
                assert answer.status_code == 404, f"{method} {path}"
                first = absent.setdefault(method, answer.content)
                assert answer.content == first, f"{method} {path}"


async def test_the_services_room_is_an_absent_page_for_everybody_else(app, world, portal):
    staff = {handler.name for handler in STAFF}
    async with AsyncExitStack() as stack:
        persons = await people(stack, app, world, portal)
        for name in ("administrator", "reader", "third party", "stranger"):
            actor = persons[name].actor
            missing = (await actor.get("/nowhere")).content
            for method, path, _, handler in cases(app):
                if handler.name in staff and method == "GET":
                    assert (await actor.get(path)).content == missing, f"{name}: {path}"
