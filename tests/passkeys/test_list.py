"""« Mes clés d’accès »: added after a proof, listed, removed."""

import asyncio
import threading

import pytest

from app.passkeys import acts
from db.models import AccountSession, AuditEvent, AuditKind, OutboxMail, Passkey
from tests.account.test_routes import NEW
from tests.actors import Actor
from tests.pages import check
from tests.passkeys.key import PRESENT, SITE, SoftKey, options_on
from tests.passkeys.steps import ADDING, LIST, asks, key_added
from tests.postbox import words_of
from tests.reading import rows
from tests.world import PASSWORD


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"base_url": SITE})


async def test_a_key_is_added_listed_and_removed_and_its_owner_is_told(app, alice, portal, mailbox):
    check(await alice.get(LIST))
    await alice.fill(ADDING, current_password=PASSWORD)
    page = await alice.get(ADDING)
    check(page)
    options = options_on(page)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    key = SoftKey()
    done = await alice.fill(ADDING, name="  Mon   téléphone ", credential=key.made(options))
    listed = await alice.follow(done)
    check(listed)
    assert "La clé d’accès est ajoutée" in listed.text
    assert "Mon téléphone" in listed.text
    assert "jamais" in listed.text
    (row,) = await rows(portal, Passkey)
    check(await alice.get(f"{LIST}/{row.id}"))
    removed = await alice.follow(await alice.fill(f"{LIST}/{row.id}"))
    assert "La clé d’accès est retirée" in removed.text
    assert not await rows(portal, Passkey)
    kinds = {AuditKind.PASSKEY_ADDED, AuditKind.PASSKEY_REMOVED}
    told = [each for each in await rows(portal, AuditEvent) if each.kind in kinds]
    assert [each.about for each in told] == ["Mon téléphone"] * 2
    letters = [words_of(each) for each in await mailbox.delivered(app)]
    assert [("ajoutée" in each, "retirée de votre" in each) for each in letters] == [
        (True, False),
        (False, True),
    ]
    assert all("Changez tout de suite votre mot de passe" in each for each in letters)


async def test_a_session_left_open_is_not_enough(alice, portal):
    check(await alice.get(ADDING))
    wrong = await alice.fill(ADDING, current_password="wrong")
    check(wrong)
    assert wrong.status_code == 422
    forged = SoftKey().made(await options_of_nobody(alice))
    late = await alice.fill(ADDING, credential=forged, name="À moi")
    assert "Mot de passe actuel" in (await alice.follow(late)).text, "the proof comes first"
    assert not await rows(portal, Passkey)


async def options_of_nobody(actor):
    """A challenge of the sign-in, with the names of an addition."""
    options = options_on(await asks(actor, first="/mon-compte", suite=""))
    return options | {"rp": {"id": "localhost"}, "user": {"id": "AAAA"}}


async def test_a_step_of_the_sign_in_proves_nothing(alice):
    await asks(alice, first="/mon-compte")
    assert "Mot de passe actuel" in (await alice.get(ADDING)).text


async def test_a_proof_is_of_one_account(alice, charlie, portal):
    await alice.fill(ADDING, current_password=PASSWORD)
    charlie.cookies.set("flow", alice.cookies["flow"], domain="127.0.0.1")
    assert "Mot de passe actuel" in (await charlie.get(ADDING)).text


async def added(actor, key, options=None, **more):
    options = options or options_on(await actor.get(ADDING))
    return await actor.fill(ADDING, name="Clé", credential=key.made(options), **more)


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://evil.example"}, {"flags": PRESENT}, {"flags": 0x04}, {"number": b""}],
    ids=["origin", "nobody recognised", "nobody present", "no number"],
)  # fmt: skip
async def test_a_key_made_elsewhere_or_otherwise_is_not_kept(alice, portal, wrong):
    key = SoftKey()
    vars(key).update(wrong)
    await alice.fill(ADDING, current_password=PASSWORD)
    refused = await added(alice, key)
    check(refused)
    assert refused.status_code == 422
    assert "n’a pas pu être enregistrée" in refused.text
    assert not await rows(portal, Passkey)
    assert (await added(alice, SoftKey())).status_code == 303, "the proof still holds, for another challenge"


async def test_a_challenge_makes_one_key_in_one_session(app, alice, portal, world):
    await alice.fill(ADDING, current_password=PASSWORD)
    options = options_on(await alice.get(ADDING))
    async with Actor(app) as elsewhere:
        await elsewhere.signed_in(world.alice)
        elsewhere.cookies.set("flow", alice.cookies["flow"], domain="127.0.0.1")
        assert (await added(elsewhere, SoftKey(), options)).status_code == 422
    await alice.fill(ADDING, current_password=PASSWORD)
    refused = await added(alice, SoftKey(), options)
    assert refused.status_code == 422
    assert not await rows(portal, Passkey)


async def test_one_key_is_of_one_account(alice, charlie, portal):
    key = await key_added(alice)
    await charlie.fill(ADDING, current_password=PASSWORD)
    again = await added(charlie, key)
    assert again.status_code == 409
    (row,) = await rows(portal, Passkey)
    options = options_on(await charlie.get(ADDING))
    assert options["excludeCredentials"] == []
    await alice.fill(ADDING, current_password=PASSWORD)
    known = options_on(await alice.get(ADDING))["excludeCredentials"]
    assert [each["id"] for each in known] == [row.credential_id]


async def test_another_account_neither_sees_nor_removes_it(alice, charlie, portal):
    await key_added(alice)
    assert "Ma clé" not in (await charlie.get(LIST)).text
    token = await charlie.token("/mon-compte")
    assert (await charlie.get(f"{LIST}/1")).status_code == 404
    assert (await charlie.post(f"{LIST}/1", data={"csrf": token})).status_code == 404
    assert await rows(portal, Passkey)


async def test_a_name_is_asked_for_and_ten_keys_are_enough(alice, portal):
    await alice.fill(ADDING, current_password=PASSWORD)
    nameless = await alice.fill(ADDING, name=" ", credential="")
    assert "Donnez un nom à cette clé" in nameless.text
    early = await alice.fill(ADDING, name="Clé", credential="")
    assert "Appuyez de nouveau sur « Créer la clé d’accès »" in early.text
    for _ in range(10):
        await key_added(alice)
    assert "Vous en avez 10, le plus qui soit possible" in (await alice.get(LIST)).text
    await alice.fill(ADDING, current_password=PASSWORD)
    full = await added(alice, SoftKey())
    assert "retirez-en une d’abord" in full.text
    assert len(await rows(portal, Passkey)) == 10


async def test_a_key_is_not_added_to_an_account_that_was_voided_meanwhile(
    app, alice, portal, world, monkeypatch
):
    """A thief's addition under way when the password is changed elsewhere leaves no key behind."""
    await alice.fill(ADDING, current_password=PASSWORD)
    options, read = options_on(await alice.get(ADDING)), acts.read_new_key

    def slow(*given):
        made = read(*given)
        voided.set()
        assert gone.wait(20)
        return made

    voided, gone = threading.Event(), threading.Event()
    monkeypatch.setattr(acts, "read_new_key", slow)
    token = await alice.token(ADDING)
    fields = {"csrf": token, "name": "Clé", "credential": SoftKey().made(options)}
    adding = asyncio.create_task(alice.post(ADDING, data=fields))
    await asyncio.to_thread(voided.wait, 20)
    async with Actor(app) as owner:
        await owner.signed_in(world.alice)
        done = await owner.fill("/mon-compte/mot-de-passe", current_password=PASSWORD, new_password=NEW)
        assert done.status_code == 303
    gone.set()
    assert (await adding).status_code == 409
    assert not await rows(portal, Passkey)


async def test_keys_end_with_the_password_and_the_page_says_it(alice, portal):
    await key_added(alice)
    assert "vos clés d’accès retirées" in (await alice.get("/mon-compte/mot-de-passe")).text
    await alice.fill("/mon-compte/mot-de-passe", current_password=PASSWORD, new_password=NEW)
    assert not await rows(portal, Passkey)
    assert "toutes" in [each.about for each in await rows(portal, AuditEvent)]
    assert "passkey_changed" in [each.template for each in await rows(portal, OutboxMail)]
    assert await rows(portal, AccountSession)
