"""Whatever is sent, the answer is a page in HTML, made with few statements, that leads nowhere else."""

import gc

import pytest
from litestar.routes import HTTPRoute

from db.models import Account, StaffMember
from tests.actors import Actor
from tests.faults.fuzzer import Fuzzer
from tests.faults.nasty import HEADERS, PARTS, STRANGERS
from tests.faults.spoiling import Asked, in_parts, quoted
from tests.reading import rows

SEED = 2026
# The library forgets to close the files of a body whose other parts it cannot read; the collector does.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning")


@pytest.fixture(autouse=True)
def _collected():
    yield
    gc.collect()


@pytest.mark.sweep
@pytest.mark.parametrize("role", ["visitor", "alice", "clerk"])
async def test_every_route_answers_nonsense_with_a_page(role, app, world, portal):
    fuzzer = Fuzzer(app, world, role, SEED)
    routes = sorted((r for r in app.app.routes if isinstance(r, HTTPRoute)), key=lambda r: r.path_format)
    for number, route in enumerate(routes):
        await fuzzer.meet(route, number)
    async with Actor(app) as actor:
        for path in STRANGERS:
            await fuzzer.send(actor, Asked("GET", path.encode()))
            await fuzzer.send(actor, Asked("POST", path.encode(), fields=[(b"a", b"b")]))
    assert fuzzer.count >= 700, "2 000 in all"
    assert not fuzzer.faults, fuzzer.report()
    assert not await rows(portal, StaffMember, StaffMember.account_id == world.alice.id)
    assert len(await rows(portal, Account, Account.id == world.alice.id)) == 1


async def test_no_header_stops_a_page(app, world, portal):
    fuzzer = Fuzzer(app, world, "visitor", SEED)
    form = [(b"csrf", portal.keys.form_token("").encode()), (b"email", b"a@b.fr")]
    async with Actor(app) as actor:
        for name, values in HEADERS.items():
            for value in (*values, b"\xff\xfe", b"9" * 5000, b""):
                headers = [(name, value)]
                for path in (b"/", b"/espace/00010", b"/connexion?suite=/espace"):
                    await fuzzer.send(actor, Asked("GET", path, headers=list(headers)))
                await fuzzer.send(actor, Asked("POST", b"/connexion", fields=form, headers=list(headers)))
    assert not fuzzer.faults, fuzzer.report()


async def test_no_part_stops_a_form(app, world, portal):
    """Browsers send parts for files; these forms take none, and text that is none is refused with words."""
    fuzzer = Fuzzer(app, world, "visitor", SEED)
    form = [(b"csrf", portal.keys.form_token("").encode()), (b"email", b"a@b.fr")]
    async with Actor(app) as actor:
        for part in PARTS:
            asked = Asked("POST", b"/connexion", fields=form)
            in_parts(asked, None, lambda _value, part=part: part)
            await fuzzer.send(actor, asked)
    assert not fuzzer.faults, fuzzer.report()


async def test_nothing_of_a_wrong_address_comes_back_unescaped(visitor, world):
    marked = quoted(b"<script>marque</script>").decode()
    for path in (f"/{marked}", f"/espace/{marked}", f"/connexion?suite={marked}&raison={marked}"):
        assert "<script>marque" not in (await visitor.get(path)).text
