"""What can be held without a clock: bytes sent, statements run, and reading that leaves no trace."""

import aiosqlite
import pytest
from litestar.routes import HTTPRoute
from sqlmodel import SQLModel, select

from db.models import Account
from db.turns import one_request
from tests.bench.table import KB
from tests.bench.weight import (
    ASSET,
    BUDGETS,
    CSS,
    ENCODINGS,
    FRAGMENT,
    budget_of,
    fragment_weights,
    weights,
)
from tests.conftest import SERVER
from tests.statements import statements_of

only_sqlite = pytest.mark.skipif(bool(SERVER), reason="a thread for each connection is SQLite's")
PUBLIC = (
    "/",
    "/aide/premiere-connexion",
    "/aide/tiers-declarant",
    "/accessibilite",
    "/mentions-legales",
    "/faq",
    "/faq?q=facture",
    "/faq/si-sia-sir",
)
SAMPLES = {"code": "00010", "session_id": "1", "mail_id": "1"}


@pytest.fixture
def settings(settings):
    """Under a name, where the sign-in also offers passkeys."""
    return settings.model_copy(update={"base_url": "http://localhost:8000"})


async def every_row(portal):
    async with portal.database.transaction(write=False) as session:
        connection = await session.connection()
        return {
            table.name: sorted(map(repr, await connection.execute(select(table))))
            for table in SQLModel.metadata.sorted_tables
        }


def addresses_to_read(edge):
    """One address for every GET of the portal, its parameters filled so that most lead somewhere."""
    found = []
    for route in edge.app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods:
            path = route.path_format
            for name in route.path_parameters:
                path = path.replace(f"{{{name}}}", SAMPLES.get(name, "1"))
            found.append(path)
    return sorted(found)


def over_budget(sizes, encoding):
    budgets = {name: budget_of(name, encoding) for name in sizes}
    return {name: size for name, size in sizes.items() if budgets[name] and size > budgets[name] * KB}


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_the_sign_in_page_and_home_weigh_little(visitor, encoding):
    assert not over_budget(await weights(visitor, encoding), encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_the_first_page_of_a_member_asks_for_one_sheet_more_and_it_weighs_little(alice, encoding):
    """It is fetched once: what follows finds it where the browser keeps it."""
    page = (await alice.get("/espace/00010")).text
    sheets = [path for path in ASSET.findall(page) if path.endswith(".css")]
    everybodys, members = [await alice.get(path, headers={"Accept-Encoding": encoding}) for path in sheets]
    assert everybodys.num_bytes_downloaded <= BUDGETS[CSS] * KB
    assert members.num_bytes_downloaded <= 2.5 * KB
    assert "immutable" in members.headers["cache-control"]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_every_fragment_of_the_sign_in_weighs_little(visitor, world, encoding):
    sizes = await fragment_weights(visitor, encoding)
    assert all(name.startswith(FRAGMENT) for name in sizes)
    assert not over_budget(sizes, encoding)


@pytest.mark.parametrize("path", [*PUBLIC, "/connexion"])
async def test_a_page_for_everybody_asks_nothing_of_the_database(visitor, portal, path):
    with statements_of(portal) as statements:
        assert (await visitor.get(path)).status_code == 200
    assert not statements


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/espace/00010", 11),
        ("/espace/00010/planning", 3),
        # the session, the list with its count, where the visits stand, the jobs
        ("/espace/00010/salaries", 4),
        ("/mon-compte", 2),
        ("/mon-compte/connexions", 5),
    ],
)
async def test_a_page_of_ones_own_asks_little_of_the_database(alice, portal, path, most):
    with statements_of(portal) as statements:
        assert (await alice.get(path)).status_code == 200
    assert len(statements) <= most, statements


@pytest.fixture
def trips(monkeypatch):
    """What is asked of the threads of SQLite's connections, one name a trip."""
    seen = []
    through = aiosqlite.Connection._execute

    async def noted(connection, work, *given, **more):
        seen.append(getattr(work, "__name__", str(work)))
        return await through(connection, work, *given, **more)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", noted)
    return seen


@only_sqlite
async def test_a_write_of_a_request_takes_no_trip_and_a_jobs_only_those_of_its_writing(portal, world, trips):
    async def write():
        async with portal.database.transaction(write=True) as session:
            (await session.get_one(Account, world.alice.key)).job_title = "Gérante"

    await write()
    trips.clear()
    with one_request(), statements_of(portal) as statements:
        await write()
    assert (len(statements), trips) == (1, []), "the same title: nothing to write"
    async with portal.database.transaction(write=True) as session:
        (await session.get_one(Account, world.alice.key)).job_title = ""
    trips.clear()
    with one_request(), statements_of(portal) as statements:
        await write()
    assert (len(statements), trips) == (2, [])
    async with portal.database.transaction(write=True) as session:
        (await session.get_one(Account, world.alice.key)).job_title = ""
    trips.clear()
    await write()
    assert trips == ["counted", "commit"]


@pytest.mark.parametrize("who", ["visitor", "alice", "clerk"])
async def test_reading_writes_nothing_and_sets_no_cookie(app, visitor, alice, clerk, portal, who):
    reader = {"visitor": visitor, "alice": alice, "clerk": clerk}[who]
    before = await every_row(portal)
    with statements_of(portal) as statements:
        # /readyz asks whether a write is possible by making one, which it takes back.
        answers = [await reader.get(path) for path in addresses_to_read(app) if path != "/readyz"]
    assert [answer.url.path for answer in answers if "set-cookie" in answer.headers] == []
    assert [words for words in statements if not words.startswith(("SELECT", "WITH "))] == []
    assert await every_row(portal) == before
