"""The second factor of the service's people, in production: installed, asked for, lost."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import clock
from app.factors.rules import STEP
from app.security.throttle import FREE_FAILURES
from db.models import AccountSession, AuditEvent, AuditKind, OutboxMail, RecoveryCode, SecondFactor
from tests.actors import Actor
from tests.factors.steps import SETUP, STEP_PAGE, code_at, codes_on, installed, secret_on, signs_in
from tests.reading import rows
from tests.test_pages import check

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
async def claude(app, world):
    """In by password alone."""
    async with Actor(app) as actor:
        await signs_in(actor, "clerk@service.example")
        yield actor


async def test_the_password_alone_opens_nothing_but_the_step(claude):
    for path in ("/service/a-traiter", "/mon-compte", "/espace", "/espace/00010"):
        answer = await claude.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith(STEP_PAGE), path
    assert (await claude.follow(await claude.get("/service/vacations"))).status_code == 303


async def test_one_may_leave_without_it(claude):
    check(await claude.get("/deconnexion"))
    assert (await claude.fill("/deconnexion")).headers["location"].startswith("/connexion?fait=deconnecte")
    assert (await claude.get(STEP_PAGE)).headers["location"].startswith("/connexion?")


async def test_it_is_installed_at_the_first_sign_in_and_leads_where_one_wanted(
    claude, portal, world, mailbox
):
    page = await claude.get(f"{SETUP}?suite=/service/vacations")
    check(page)
    assert "<svg" in page.text
    done = await claude.fill(
        f"{SETUP}?suite=/service/vacations", to=SETUP, suite="/service/vacations", code=code_at(page)
    )
    check(done)
    assert len(codes_on(done)) == 10
    assert 'href="/service/vacations"' in done.text
    assert (await claude.get("/service/vacations")).status_code == 200
    assert (await claude.get(SETUP)).status_code == 404
    (factor,) = await rows(portal, SecondFactor)
    assert secret_on(page) not in factor.seed
    assert [
        each.kind for each in await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.FACTOR_INSTALLED)
    ]
    assert [each.template for each in await rows(portal, OutboxMail)] == ["factor_changed"]


async def test_the_next_sign_in_asks_for_a_code_each_good_once(app, claude, world):
    secret, _ = await installed(claude)
    async with Actor(app) as again, Actor(app) as thief:
        await signs_in(again, "clerk@service.example")
        check(await again.get(STEP_PAGE))
        used = await again.fill(STEP_PAGE, code=code_at(secret))
        assert "a déjà servi" in used.text
        assert used.status_code == 422
        later = code_at(secret, clock.now() + timedelta(seconds=STEP))
        entered = await again.fill(STEP_PAGE, code=f"{later[:3]} {later[3:]}")
        assert entered.headers["location"] == "/service"
        await signs_in(thief, "clerk@service.example")
        assert "a déjà servi" in (await thief.fill(STEP_PAGE, code=later)).text


async def test_a_code_on_paper_opens_once(app, claude, portal, world):
    _, codes = await installed(claude)
    async with Actor(app) as again, Actor(app) as third:
        await signs_in(again, "clerk@service.example")
        entered = await again.fill(STEP_PAGE, code=codes[0].upper().replace("-", " "))
        assert entered.status_code == 303
        await signs_in(third, "clerk@service.example")
        assert "Ce code de secours a déjà servi" in (await third.fill(STEP_PAGE, code=codes[0])).text
        assert (await third.fill(STEP_PAGE, code=codes[1])).status_code == 303
    hashes = {each.code_hash for each in await rows(portal, RecoveryCode)}
    assert not hashes & set(codes)
    assert "il en reste 8" in {each.about for each in await rows(portal, AuditEvent)}


async def test_guesses_are_counted_and_a_right_one_comes_too_late(app, claude, world):
    secret, codes = await installed(claude)
    async with Actor(app) as again:
        await signs_in(again, "clerk@service.example")
        for _ in range(FREE_FAILURES):
            assert (await again.fill(STEP_PAGE, code="000000")).status_code == 422
        for code in (code_at(secret, clock.now() + timedelta(seconds=STEP)), codes[0]):
            refused = await again.fill(STEP_PAGE, code=code)
            assert refused.status_code == 429
            assert "Trop d’essais" in refused.text


async def test_an_application_is_replaced_by_a_code_of_each(app, claude, portal, world):
    old, _ = await installed(claude)
    path = "/mon-compte/second-facteur/application"
    page = await claude.get(path)
    check(page)
    new = secret_on(page)
    assert new != old
    later = clock.now() + timedelta(seconds=STEP)
    wrong = await claude.fill(path, old="123456", code=code_at(new))
    assert wrong.status_code == 422
    assert 'href="#old"' in wrong.text
    done = await claude.fill(path, old=code_at(old, later), code=code_at(new))
    assert len(codes_on(done)) == 10
    assert len(await rows(portal, RecoveryCode)) == 10
    async with Actor(app) as again:
        await signs_in(again, "clerk@service.example")
        assert (await again.fill(STEP_PAGE, code=code_at(old, later))).status_code == 422
        assert (await again.fill(STEP_PAGE, code=code_at(new, later))).status_code == 303


async def test_other_codes_on_paper_make_the_first_ones_void(app, claude, world):
    secret, codes = await installed(claude)
    check(await claude.get("/mon-compte/second-facteur"))
    later = clock.now() + timedelta(seconds=STEP)
    done = await claude.fill("/mon-compte/second-facteur", code=code_at(secret, later))
    fresh = codes_on(done)
    async with Actor(app) as again:
        await signs_in(again, "clerk@service.example")
        assert (await again.fill(STEP_PAGE, code=codes[0])).status_code == 422
        assert (await again.fill(STEP_PAGE, code=fresh[0])).status_code == 303


async def test_installing_ends_the_other_sessions_of_the_account(app, claude, portal, world):
    async with Actor(app) as elsewhere:
        await elsewhere.signed_in(world.clerk)
        await installed(claude)
        assert (await elsewhere.get("/service/a-traiter")).headers["location"].startswith("/connexion")


async def test_a_page_left_open_cannot_install_a_second_time(claude, world):
    page = await claude.get(SETUP)
    await installed(claude)
    token = await claude.token("/mon-compte")
    assert (await claude.post(SETUP, data={"csrf": token, "code": code_at(page)})).status_code == 404


async def test_members_have_no_second_factor(alice):
    for path in (STEP_PAGE, SETUP, "/mon-compte/second-facteur", "/mon-compte/second-facteur/application"):
        assert (await alice.get(path)).status_code == 404
    assert "Second facteur" not in (await alice.get("/mon-compte")).text


async def test_members_sign_in_as_before(app, world, portal):
    async with Actor(app) as actor:
        await signs_in(actor, "alice@ours.example")
        assert (await actor.get("/espace/00010")).status_code == 200
    async with portal.database.transaction(write=False) as session:
        assert not any((await session.exec(select(AccountSession.needs_factor))).all())
