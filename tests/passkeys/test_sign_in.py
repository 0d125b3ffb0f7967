"""A member signs in by a passkey, and nobody else does."""

import re
from datetime import timedelta

import pytest
from sqlmodel import update

from app.security.throttle import FREE_FAILURES
from db.models import Account, AuditEvent, AuditKind, Passkey, SignInFlow
from tests.actors import Actor
from tests.pages import check
from tests.passkeys.key import PRESENT, SITE, SYNCABLE, SoftKey, options_on
from tests.passkeys.steps import ADDING, LIST, SIGN_IN, answers, asks, key_added
from tests.reading import rows
from tests.world import PASSWORD


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"base_url": SITE})


@pytest.fixture
async def key(alice):
    return await key_added(alice)


async def test_a_key_opens_the_space_that_was_asked_for(app, visitor, alice, key, portal):
    page = await asks(visitor, suite="/espace/00010/salaries")
    check(page)
    options = options_on(page)
    assert options["rpId"] == "localhost"
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    entered = await answers(visitor, key.signed(options))
    assert entered.headers["location"] == "/espace/00010/salaries"
    assert (await visitor.get("/espace/00010")).status_code == 200
    (row,) = await rows(portal, Passkey)
    assert row.sign_count == 1
    assert row.used_at is not None
    signed = [each.about for each in await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.SIGNED_IN)]
    assert [each for each in signed if "clé d’accès Ma clé" in each]
    assert not await rows(portal, SignInFlow), "the challenge is over"


async def test_a_key_that_does_not_count_opens_again_and_again(app, alice):
    key = await key_added(alice, SoftKey(synced=True))
    assert "copiée sur vos autres appareils" in (await alice.get(LIST)).text
    for _ in range(2):
        async with Actor(app) as actor:
            page = await asks(actor)
            assert (await answers(actor, key.signed(options_on(page)))).status_code == 303


async def refused(actor, answer):
    page = await answers(actor, answer)
    check(page)
    assert page.status_code == 422
    assert "n’ouvre aucun compte ici" in page.text
    assert (await actor.get("/mon-compte")).status_code == 303
    return page


async def test_an_answer_is_good_once_and_in_its_own_browser(app, visitor, key):
    answer = key.signed(options_on(await asks(visitor)))
    async with Actor(app) as thief:
        await asks(thief)
        await refused(thief, answer)
    assert (await answers(visitor, answer)).status_code == 303
    async with Actor(app) as thief:
        await asks(thief)
        await refused(thief, answer)
        thief.cookies = visitor.cookies
        thief.cookies.delete("session")
        assert (await answers_unseen(thief, answer)).headers["location"].startswith("/connexion")


async def answers_unseen(actor, answer):
    """From a page left open: its step is over."""
    token = await actor.token("/connexion")
    return await actor.post(SIGN_IN, data={"csrf": token, "credential": answer})


async def test_a_key_that_does_not_count_is_not_replayed_either(app, visitor, alice):
    key = await key_added(alice, SoftKey(synced=True))
    answer = key.signed(options_on(await asks(visitor)))
    flow = visitor.cookies["flow"]
    assert (await answers(visitor, answer)).status_code == 303
    async with Actor(app) as thief:
        thief.cookies.set("flow", flow, domain="127.0.0.1")
        again = await answers_unseen(thief, answer)
        assert again.headers["location"] == SIGN_IN, "another challenge"
        await refused(thief, answer)


async def test_a_challenge_lasts_a_quarter_of_an_hour(time_machine_at, visitor, key):
    page = await asks(visitor)
    answer = key.signed(options_on(page))
    time_machine_at.shift(timedelta(minutes=15))
    late = await answers_unseen(visitor, answer)
    assert late.headers["location"] == SIGN_IN
    fresh = await visitor.follow(late)
    assert options_on(fresh)["challenge"] != options_on(page)["challenge"]
    await refused(visitor, answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://portail.evil.example"},
        {"origin": "http://localhost:8001"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0x04},
        {"flags": PRESENT | 0x04 | SYNCABLE},
        {"number": b"\x00" * 32},
    ],
    ids=["origin", "port", "site", "nobody recognised", "nobody present", "another kind", "another number"],
)
async def test_what_a_key_signs_elsewhere_or_otherwise_opens_nothing(visitor, key, wrong):
    vars(key).update(wrong)
    await refused(visitor, key.signed(options_on(await asks(visitor))))


async def test_another_key_under_its_number_opens_nothing(visitor, key):
    forged = SoftKey()
    forged.number, forged.site, forged.handle = key.number, key.site, key.handle
    await refused(visitor, forged.signed(options_on(await asks(visitor))))


async def test_a_key_says_whose_it_is(visitor, charlie, key):
    other = await key_added(charlie, name="À Charlie")
    options = options_on(await asks(visitor))
    for handle in (other.handle, b"", b"x" * 32):
        page = await refused(visitor, key.signed(options, handle=handle))
        options = options_on(page)
    assert other.handle != key.handle


async def test_a_copied_key_is_seen_by_its_count(visitor, key):
    options = options_on(await asks(visitor))
    assert (await answers(visitor, key.signed(options, count=7))).status_code == 303
    visitor.cookies.clear()
    await refused(visitor, key.signed(options_on(await asks(visitor)), count=7))
    options = options_on(await asks(visitor))
    assert (await answers(visitor, key.signed(options, count=2**32 - 1))).status_code == 303


async def test_a_removed_key_opens_nothing(visitor, alice, key):
    await alice.fill(f"{LIST}/1")
    await refused(visitor, key.signed(options_on(await asks(visitor))))


async def test_an_answer_to_another_question_opens_nothing(visitor, alice, key, app):
    """The challenge of an addition, of the same flow even, is not that of a sign-in."""
    await alice.fill(ADDING, current_password=PASSWORD)
    options = options_on(await alice.get(ADDING)) | {"rpId": "localhost"}
    async with Actor(app) as thief:
        thief.cookies.set("flow", alice.cookies["flow"], domain="127.0.0.1")
        await thief.get(SIGN_IN)
        await refused(thief, key.signed(options))


@pytest.mark.parametrize(
    "answer",
    [
        "{}", "[]", "null", "x", '{"id": "\\u0000"}', '{"id": 3}', "[" * 10_000, '{"id": "AAAA"}',
        '{"id": "AAAA", "rawId": "AAAA", "response": {}, "type": "public-key"}', "é" * 5_000,
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_refused_and_the_next_is_heard(visitor, key, answer):
    await asks(visitor)
    page = await refused(visitor, answer)
    assert (await answers(visitor, key.signed(options_on(page)))).status_code == 303


async def test_an_endless_answer_is_not_read(visitor, key):
    await asks(visitor)
    page = await answers(visitor, "x" * 20_000)
    assert page.status_code == 422
    assert "n’est pas comprise" in page.text
    assert len(page.text) < 12_000


async def test_guesses_are_counted_as_passwords_are(visitor, key):
    page = await asks(visitor)
    for _ in range(FREE_FAILURES):
        answer = key.signed(options_on(page)).replace('"signature": "', '"signature": "AA')
        page = await refused(visitor, answer)
    slowed = await answers(visitor, key.signed(options_on(page)))
    assert slowed.status_code == 429
    assert "Trop d’essais" in slowed.text


async def test_wrong_passwords_do_not_shut_a_key_out(app, visitor, key):
    async with Actor(app) as guesser:
        await guesser.fill("/connexion", email="alice@ours.example")
        for number in range(FREE_FAILURES + 1):
            last = await guesser.fill(
                "/connexion/mot-de-passe", email="alice@ours.example", password=f"wrong {number}"
            )
        assert last.status_code == 429
    options = options_on(await asks(visitor))
    assert (await answers(visitor, key.signed(options))).status_code == 303


async def test_the_first_step_offers_it_by_a_script_alone(visitor, world):
    page = await visitor.get("/connexion")
    assert "data-key=" in page.text
    assert "clé d’accès" not in re.sub(r'<[^>"]*("[^"]*"[^>"]*)*>', "", page.text), (
        "as before, without script"
    )
    assert "passkeys." not in page.text, "its script waits for its page"
    for path in (SIGN_IN, f"{SIGN_IN}?suite=/espace"):
        assert (await visitor.get(path)).headers["location"] == "/connexion"


async def test_an_account_that_waits_for_a_password_waits(visitor, key, portal, world):
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(Account).where(Account.id == world.alice.key).values(password_hash=None))
    await refused(visitor, key.signed(options_on(await asks(visitor))))


def test_a_bare_number_takes_no_keys_and_a_name_is_as_browsers_write_it(settings):
    number = settings.model_copy(update={"base_url": "http://127.0.0.1:8000"})
    assert not number.takes_passkeys
    assert settings.takes_passkeys
    assert number.model_copy(update={"base_url": "https://[::1]:8000"}).takes_passkeys is False
    wide = number.model_copy(update={"base_url": "https://Santé.Example:443"})
    assert (wide.site_name, wide.origin) == ("xn--sant-epa.example", "https://xn--sant-epa.example")
