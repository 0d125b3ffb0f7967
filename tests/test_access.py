"""Every route, swept: who is let in, who is told nothing, and what a POST without its token can do."""

import pytest
from litestar import Litestar
from litestar.di import NamedDependency
from litestar.exceptions import ImproperlyConfiguredException
from litestar.routes import HTTPRoute
from sqlmodel import select

from app.access import MemberAccess
from app.main import ACCOUNT, ANYBODY, FACTOR, FEED, FIRST_PASSWORD, MEMBER, STAFF, VISITOR, router_behind
from app.rights import OWN, rights_of
from app.web import doors
from app.web.signatures import get
from db.models import CompanyOwned, metadata
from db.seeds.world import World
from tests.actors import Actor
from tests.statements import watched
from tests.world import OURS, PASSWORD

VALUES = {
    "code": "00010",
    "session_id": "1",
    "centre_id": "1",
    "professional_id": "1",
    "batch_id": "1",
    "team_id": "1",
    "at": "1",
    "staff_id": "1",
    "line": "employees",
    "device_id": "1",
    "passkey_id": "1",
    "mail_id": "1",
    "membership_id": "1",
    "invitation_id": "1",
    "token": "abc",
    "employee_id": "1",
    "account_id": "1",
    "member_import_id": "1",
    "statement_id": "1",
    "run_id": "1",
    "part": "1",
    "letter": "relance",
    "plan_id": "1",
    "dispute_id": "1",
    "step_id": "1",
    "payment_id": "1",
    "closing_id": "1",
    "mandate_id": "1",
    "return_id": "1",
    "scheme": "CORE",
    "change_id": "1",
    "import_id": "1",
    "line_id": "1",
    "slot_id": "1",
    "feed_id": "1",
    "request_id": "1",
    "correction_id": "1",
    "inquiry_id": "1",
    "message_id": "1",
    "subject": "request",
    "row_id": "1",
    "answer_id": "1",
    "details_id": "1",
    "slug": "qui-compte-dans-l-effectif",
    "invoice_id": "1",
    "document_id": "1",
    "motive": "employeur",
    "step": "identite",
    "kind": "csv",
    "year": "2026",
}


def routes(app, *, method):
    """(path with values, handler) for every route that answers this method."""
    for route in app.app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            if method in handler.http_methods:
                yield route.path_format.format(**VALUES), handler


def names(handlers):
    return {handler.name for handler in handlers}


async def test_every_handler_is_listed_behind_exactly_one_door(app):
    found = [handler.name for method in ("GET", "POST") for _, handler in routes(app, method=method)]
    listed = [
        h.name for h in (*ANYBODY, *VISITOR, *FIRST_PASSWORD, *FACTOR, *ACCOUNT, *MEMBER, *STAFF, *FEED)
    ]
    assert sorted(found) == sorted(listed)
    assert len(set(listed)) == len(listed)


def test_a_member_handler_that_names_no_right_stops_the_start():
    @get("/espace/{code:str}/nulle-part")
    async def show(access: NamedDependency[MemberAccess]) -> None: ...

    with pytest.raises(TypeError, match="names no `right`"):
        router_behind(doors.member_access, [show])


def moved_to(module):
    async def same() -> None: ...

    same.__module__ = module
    return same


def test_two_functions_of_one_area_that_share_a_name_stop_the_start():
    here, there = moved_to("app.planning.routes"), moved_to("app.planning.answers")
    assert [get("/")(each).name for each in (here, there)] == ["planning.same", "planning.same"]
    with pytest.raises(ImproperlyConfiguredException, match=r"planning\.same is not unique"):
        Litestar([get("/ici")(here), get("/la")(there)])


@pytest.mark.parametrize("role", ["lecture", "salaries", "facturation"])
async def test_what_a_role_does_not_allow_is_refused_at_the_door(app, world, portal, role):
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        hashed = await portal.passwords.hashed(PASSWORD)
        account = await seeds.an_account("role@ours.example", "Rose", "Rolland", password_hash=hashed)
        await seeds.acts_for(account, world.ours, roles=(role,))
    held, asked = rights_of([role]), 0
    async with Actor(app) as actor:
        await actor.signed_in(account)
        token = await actor.token("/deconnexion")
        for method in ("GET", "POST"):
            fields = {"data": {"csrf": token}} if method == "POST" else {}
            for path, handler in routes(app, method=method):
                if handler.name in names(MEMBER) and handler.opt["right"] not in {OWN, *held}:
                    answer = await actor.request(method, path, **fields)
                    assert answer.status_code == 403, f"{method} {path}"
                    asked += 1
    assert asked >= 40


async def test_nothing_private_answers_without_a_session(app, visitor, world):
    private = names((*FIRST_PASSWORD, *FACTOR, *ACCOUNT, *MEMBER, *STAFF))
    for method in ("GET", "POST"):
        for path, handler in routes(app, method=method):
            if handler.name in private:
                answer = await visitor.request(method, path)
                assert answer.status_code == 303, f"{method} {path}"
                assert answer.headers["location"].startswith("/connexion"), path


async def test_a_stranger_gets_the_same_404_for_what_is_foreign_and_what_is_absent(app, charlie):
    for path, handler in routes(app, method="GET"):
        if handler.name in names(MEMBER):
            foreign = await charlie.get(path)
            absent = await charlie.get(path.replace("00010", "98765"))
            assert foreign.status_code == 404, path
            assert foreign.content == absent.content, path
            assert OURS not in foreign.text


async def test_only_staff_enter_the_service(app, alice):
    missing = await alice.get("/nowhere")
    for path, handler in routes(app, method="GET"):
        if handler.name in names(STAFF):
            assert (await alice.get(path)).content == missing.content, path


async def test_every_address_that_takes_a_post_also_answers_get(app):
    answering = {path for path, _ in routes(app, method="GET")}
    assert {path for path, _ in routes(app, method="POST")} <= answering


@pytest.mark.parametrize("token", [None, "", "x", "é", "A" * 43, "x" * 5_000])
async def test_a_post_without_its_token_changes_no_row(app, alice, portal, token):
    before = await everything(portal)
    for path, handler in routes(app, method="POST"):
        if handler.name in names((*ACCOUNT, *MEMBER)):
            fields = {
                "last_name": "x",
                "first_name": "x",
                "job_title": "x",
                **({"csrf": token} if token else {}),
            }
            answer = await alice.post(path, data=fields)
            assert answer.status_code in {403, 404, 422}, f"{path} {answer.status_code}"
    assert await everything(portal) == before


async def everything(portal):
    async with portal.database.transaction(write=False) as session:
        connection = await session.connection()
        return {
            table.name: sorted(map(repr, (await connection.execute(select(table))).all()))
            for table in metadata.sorted_tables
        }


async def test_no_get_writes_or_sets_a_cookie(app, alice, portal):
    before = await everything(portal)
    for path, _ in routes(app, method="GET"):
        answer = await alice.get(path)
        # The one exception: a session that ended is taken off the browser.
        assert "set-cookie" not in answer.headers, path
    assert await everything(portal) == before


async def test_no_query_on_a_companys_rows_forgets_the_company(app, alice, portal):
    owned = {sub.__tablename__ for sub in CompanyOwned.__subclasses__()}
    forgetful = []

    def watch(_connection, _cursor, statement, *_):
        reads_owned = any(f"FROM {table} " in f"{statement} " for table in owned)
        if reads_owned and "company_id" not in statement.partition("WHERE")[2]:
            forgetful.append(statement)

    with watched(portal, watch):
        for path, _ in routes(app, method="GET"):
            await alice.get(path)
    assert owned
    assert not forgetful


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_only_get_and_post_exist(app, alice, method):
    posted = {path for path, _ in routes(app, method="POST")}
    for path, _ in routes(app, method="GET"):
        answer = await alice.request(method, path)
        assert answer.status_code == 405, path
        allowed = {"GET", "HEAD", "OPTIONS"} | ({"POST"} if path in posted else set())
        assert set(answer.headers["allow"].split(", ")) == allowed, path
        assert answer.headers["content-type"].startswith("text/html")


async def test_head_answers_like_get_without_a_body(app, alice):
    for path, _ in routes(app, method="GET"):
        got, head = await alice.get(path), await alice.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
