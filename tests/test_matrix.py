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


def cases(app):
    """(method, path with its code and ids filled, which company, handler)"""
    for route in app.app.routes:
        if not isinstance(route, HTTPRoute) or "token" in route.path_format:
            continue
        kinds = CODES if "{code}" in route.path_format else {"none": ""}
        ids = IDS if "_id}" in route.path_format else ("",)
        for handler, (kind, code), number in product(route.route_handlers, kinds.items(), ids):
            values = {"code": code, "session_id": number, "device_id": number, "mail_id": number}
            values |= {"membership_id": number, "invitation_id": number, "employee_id": number}
            values |= {"change_id": number, "import_id": number, "line_id": number, "step": "verification"}
            values |= {"slot_id": number, "feed_id": number, "request_id": number, "motive": "reprise"}
            values |= {"inquiry_id": number, "message_id": number, "slug": "qui-compte-dans-l-effectif"}
            values |= {"invoice_id": number, "document_id": number, "correction_id": number}
            values |= {"centre_id": number, "professional_id": number, "batch_id": number, "at": "1"}
            values |= {"account_id": number, "team_id": number, "year": "2025"}
            values |= {"subject": "request", "row_id": number, "answer_id": number, "details_id": number}
            values |= {
                "member_import_id": number,
                "statement_id": number,
                "payment_id": number,
                "closing_id": number,
            }
            values |= {"staff_id": number, "line": "employees", "passkey_id": number}
            values["kind"] = "csv" if (handler.name or "").startswith("employees") else "modifies"
            for method in handler.http_methods - {"OPTIONS"}:
                yield method, route.path_format.format(**values), kind, handler


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
async def test_nothing_foreign_is_ever_shown(app, world, portal, name):
    asked = 0
    async with AsyncExitStack() as stack:
        persons = await people(stack, app, world, portal)
        assert tuple(persons) == NAMES
        person = persons[name]
        before = await everything(portal)
        for (method, path, kind, handler), headers in product(cases(app), ({}, PARTIAL)):
            answer = await person.actor.request(method, path, headers=headers)
            asked += 1
            where = f"{name}: {method} {path}"
            shown = answer.text + str(answer.headers)
            # In its own room the service sees every member.
            is_room = name == "service" and handler.name in {h.name for h in STAFF}
            for marker in set() if is_room else {OURS, THEIRS} - set(person.sees):
                assert marker not in shown, where
            assert answer.status_code < 500, where
            if handler.name in {h.name for h in MEMBER} and name != "anonymous" and method == "GET":
                assert (answer.status_code == 404) >= (kind not in person.reaches), where
        after = await everything(portal)
    assert asked >= 600
    assert before == after


async def test_foreign_and_absent_are_the_same_bytes(app, world, portal):
    async with AsyncExitStack() as stack:
        persons = await people(stack, app, world, portal)
        for name, person in persons.items():
            token = "" if name == "anonymous" else await person.actor.token("/deconnexion")
            absent = {}
            for method, path, kind, handler in cases(app):
                if (
                    handler.name not in {h.name for h in MEMBER}
                    or name == "anonymous"
                    or kind in person.reaches
                ):
                    continue
                fields = {"data": {"csrf": token}} if method == "POST" else {}
                answer = await person.actor.request(method, path, **fields)
                assert answer.status_code == 404, f"{name}: {method} {path}"
                first = absent.setdefault(method, answer.content)
                assert answer.content == first, f"{name}: {method} {path}"


async def test_the_services_room_is_an_absent_page_for_everybody_else(app, world, portal):
    async with AsyncExitStack() as stack:
        persons = await people(stack, app, world, portal)
        for name in ("administrator", "reader", "third party", "stranger"):
            actor = persons[name].actor
            missing = (await actor.get("/nowhere")).content
            for method, path, _, handler in cases(app):
                if handler.name in {h.name for h in STAFF} and method == "GET":
                    assert (await actor.get(path)).content == missing, f"{name}: {path}"
