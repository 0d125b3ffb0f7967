"""A passkey in place of a code, for the service's people, in production."""

import pytest

from app import clock
from app.access import VisitorAccess
from app.factors.acts import give_back_by_hand
from app.security.throttle import FREE_FAILURES
from db.models import Account, Passkey, SecondFactor
from tests.actors import Actor
from tests.factors.steps import STEP_PAGE, installed, signs_in
from tests.pages import check
from tests.passkeys.key import SITE, SoftKey, options_on
from tests.passkeys.steps import ADDING, LIST, STEP, answers, asks, key_added
from tests.postbox import words_of
from tests.reading import rows
from tests.world import PASSWORD

EMAIL = "clerk@service.example"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"base_url": SITE})


@pytest.fixture
async def codes(app, world):
    """The codes on paper of somebody who also has an application and a key."""
    async with Actor(app) as actor:
        await signs_in(actor, EMAIL)
        _, codes = await installed(actor)
        actor.key = await key_added(actor, code=codes[0])
        yield codes, actor


@pytest.fixture
async def key(codes):
    return codes[1].key


@pytest.fixture
async def again(app, key):
    """In by password alone, at the page of the challenge."""
    async with Actor(app) as actor:
        await signs_in(actor, EMAIL)
        yield actor


async def test_it_stands_for_the_code_and_leads_where_one_wanted(again, key):
    first = await again.get(STEP_PAGE)
    check(first)
    assert "data-key=" in first.text
    page = await asks(again, STEP, STEP_PAGE, suite="/service/vacations")
    check(page)
    options = options_on(page)
    assert len(options["allowCredentials"]) == 1
    entered = await answers(again, key.signed(options), STEP)
    assert entered.headers["location"] == "/service/vacations"
    assert (await again.get("/service/vacations")).status_code == 200


async def test_the_code_still_opens(again, codes):
    assert (await again.fill(STEP_PAGE, code=codes[0][1])).headers["location"] == "/service"


async def test_alone_it_opens_nothing_of_the_service(visitor, key, portal):
    page = await asks(visitor)
    refused = await answers(visitor, key.signed(options_on(page)))
    assert refused.status_code == 422
    assert "vient après le mot de passe" in refused.text
    (row,) = await rows(portal, Passkey)
    assert row.sign_count == 0


async def refused(actor, answer):
    page = await answers(actor, answer, STEP)
    check(page)
    assert page.status_code == 422
    assert (await actor.get("/service")).status_code == 303
    return page


async def test_wrong_answers_open_nothing(app, again, key, charlie):
    other = await key_added(charlie, name="À Charlie")
    options = options_on(await asks(again, STEP, STEP_PAGE))
    for wrong in (other, SoftKey()):
        wrong.site = key.site
        page = await refused(again, wrong.signed(options))
        options = options_on(page)
    for name, value in (("origin", "https://evil.example"), ("flags", 0x01), ("site", "evil.example")):
        before = vars(key)[name]
        vars(key)[name] = value
        options = options_on(await refused(again, key.signed(options)))
        vars(key)[name] = before


async def test_an_answer_is_of_one_session_and_good_once(app, again, key):
    answer = key.signed(options_on(await asks(again, STEP, STEP_PAGE)))
    async with Actor(app) as thief:
        await signs_in(thief, EMAIL)
        thief.cookies.set("flow", again.cookies["flow"], domain="127.0.0.1")
        await refused(thief, answer)
    await asks(again, STEP, STEP_PAGE)
    await refused(again, answer)


async def test_a_removed_key_opens_nothing_and_is_no_longer_offered(app, again, codes, key):
    page = await asks(again, STEP, STEP_PAGE)
    token = await again.token(STEP)
    await codes[1].fill(f"{LIST}/1")
    sent = {"csrf": token, "credential": key.signed(options_on(page))}
    assert (await again.post(STEP, data=sent)).status_code == 422
    assert "data-key=" not in (await again.get(STEP_PAGE)).text
    assert (await again.get(STEP)).headers["location"] == STEP_PAGE


async def test_guesses_are_those_of_the_codes(again, key):
    page = await asks(again, STEP, STEP_PAGE)
    for _ in range(FREE_FAILURES):
        page = await refused(again, SoftKey().signed(options_on(page)))
    assert (await answers(again, key.signed(options_on(page)), STEP)).status_code == 429
    assert (await again.fill(STEP_PAGE, code="000000")).status_code == 429


async def test_a_password_is_no_proof_where_it_is_one_factor_of_two(codes, portal):
    actor = codes[1]
    page = await actor.get(ADDING)
    assert "current_password" not in page.text
    assert (await actor.fill(ADDING, current_password=PASSWORD)).status_code == 422
    assert (await actor.fill(ADDING, code="000000")).status_code == 422
    assert len(await rows(portal, Passkey)) == 1


async def test_its_owner_is_told_to_warn_the_direction(app, codes, mailbox):
    letters = [words_of(each) for each in await mailbox.delivered(app)]
    (added,) = [each for each in letters if "clé d’accès vient d’être ajoutée" in each]
    assert "Prévenez tout de suite la direction" in added


async def test_whoever_reads_the_mail_of_a_colleague_takes_no_factor_away(app, codes, portal):
    """A new password by mail leaves the key, as it leaves the application."""
    await codes[1].fill("/mon-compte/connexions")
    assert len(await rows(portal, Passkey)) == 1


async def test_a_lost_factor_takes_the_keys_along(app, codes, portal):
    async with portal.database.transaction(write=True) as session:
        (found,) = await rows(portal, Account, Account.email == EMAIL)
        await give_back_by_hand(VisitorAccess(portal, session), found, clock.now())
    assert not await rows(portal, Passkey)


async def test_the_last_factor_is_not_removed(codes, portal):
    """Nobody of the service is without application; were it so, the key would stay."""
    async with portal.database.transaction(write=True) as session:
        (factor,) = (await session.exec(SecondFactor.__table__.select())).all()
        await session.delete(await session.get(SecondFactor, factor.id))
    refused = await codes[1].fill(f"{LIST}/1")
    check(refused)
    assert "seul second facteur" in refused.text
    assert len(await rows(portal, Passkey)) == 1


async def test_members_have_no_such_step(alice):
    assert (await alice.get(STEP)).status_code == 404
