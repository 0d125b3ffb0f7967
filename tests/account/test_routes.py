"""/mon-compte: one's own details, password and address."""

from datetime import timedelta

from sqlmodel import select

from db.models import Account, AuditEvent, AuditKind
from tests.actors import Actor
from tests.postbox import link_in, words_of
from tests.sign_in.test_routes import give
from tests.world import PASSWORD

NEW = "girafe tambour violet lundi"
ADDRESS = "/mon-compte/adresse-e-mail"


async def account_named(portal, first_name):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(Account).where(Account.first_name == first_name))).one()


async def test_details_are_shown_corrected_and_traced(alice, portal):
    page = await alice.get("/mon-compte")
    assert 'value="Martin"' in page.text
    fields = {
        "last_name": " Martin  Le Goff ",
        "first_name": "Alice",
        "job_title": "Gérante",
        "mobile": "0612345678",
    }
    done = await alice.follow(await alice.fill("/mon-compte", **fields))
    assert "Vos coordonnées sont enregistrées." in done.text
    account = await account_named(portal, "Alice")
    assert (account.last_name, account.mobile) == ("Martin Le Goff", "+33612345678")
    async with portal.database.transaction(write=False) as session:
        events = (await session.exec(select(AuditEvent))).all()
    assert [e.kind for e in events] == [AuditKind.PROFILE_CHANGED]


async def test_a_field_that_the_form_does_not_have_is_refused(alice, portal):
    fields = {"last_name": "Martin", "first_name": "Alice", "job_title": "x", "email": "evil@else.example"}
    answer = await alice.fill("/mon-compte", **fields)
    assert answer.status_code == 422
    assert (await account_named(portal, "Alice")).email == "alice@ours.example"


async def test_the_password_is_changed_with_the_current_one_and_ends_the_other_sessions(
    app, alice, world, mailbox
):
    async with Actor(app) as elsewhere:
        await elsewhere.signed_in(world.alice)
        answer = await alice.fill("/mon-compte/mot-de-passe", current_password=PASSWORD, new_password=NEW)
        assert "Votre mot de passe est modifié." in (await alice.follow(answer)).text
        assert (await elsewhere.get("/mon-compte")).status_code == 303
    (letter,) = await mailbox.delivered(app)
    assert "vient d’être modifié" in words_of(letter)


async def test_a_wrong_current_password_is_refused_and_counted(alice):
    seen = []
    for _ in range(6):
        answer = await alice.fill("/mon-compte/mot-de-passe", current_password="wrong", new_password=NEW)
        seen.append(answer.status_code)
    assert seen == [422] * 5 + [429]


async def test_the_address_changes_once_the_new_one_is_confirmed(app, alice, visitor, portal, mailbox):
    answer = await alice.fill(ADDRESS, email="alice@new.example", current_password=PASSWORD)
    assert "Un courriel de confirmation est parti" in (await alice.follow(answer)).text
    assert (await account_named(portal, "Alice")).email == "alice@ours.example"
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "alice@new.example"
    link = link_in(letter, "confirmation")
    assert (await visitor.get(link)).status_code == 200  # a mail scanner changes nothing
    assert (await account_named(portal, "Alice")).email == "alice@ours.example"
    await visitor.fill(link)
    assert (await account_named(portal, "Alice")).email == "alice@new.example"
    assert (await alice.get("/mon-compte")).status_code == 303
    (notice,) = await mailbox.delivered(app)
    assert notice["To"] == "alice@ours.example"
    assert "alice@new.example" in words_of(notice)


async def test_the_old_address_can_undo_the_change_for_seven_days(
    app, alice, visitor, portal, mailbox, time_machine_at
):
    await alice.signed_in(await account_named(portal, "Alice"))
    await alice.fill(ADDRESS, email="thief@evil.example", current_password=PASSWORD)
    await visitor.fill(link_in((await mailbox.delivered(app))[0], "confirmation"))
    undo = link_in((await mailbox.delivered(app))[0], "annulation")
    time_machine_at.shift(timedelta(days=6))
    done = await visitor.fill(undo)
    assert "Votre adresse e-mail est rétablie" in done.text
    account = await account_named(portal, "Alice")
    assert (account.email, account.password_hash) == ("alice@ours.example", None)
    (reset,) = await mailbox.delivered(app)
    assert "nouveau-mot-de-passe" in words_of(reset)
    assert (await give(visitor)).status_code == 422
    assert (await visitor.get(undo)).status_code == 404


async def test_an_address_that_has_an_account_is_not_revealed(app, alice, world, mailbox):
    screens = []
    for email in ("bob@ours.example", "free@ours.example"):
        answer = await alice.fill(ADDRESS, email=email, current_password=PASSWORD)
        screens.append((answer.status_code, answer.headers["location"]))
    assert screens[0] == screens[1]
    letters = {letter["To"]: words_of(letter) for letter in await mailbox.delivered(app)}
    assert "Elle a déjà le sien" in letters["bob@ours.example"]


async def test_what_was_typed_when_the_session_ended_is_given_back(
    app, alice, world, portal, time_machine_at
):
    await alice.signed_in(world.alice)
    token = await alice.token("/mon-compte")
    time_machine_at.shift(timedelta(minutes=31))
    fields = {
        "csrf": token,
        "last_name": "Nouveau Nom",
        "first_name": "Alice",
        "job_title": "Gérante",
        "mobile": "",
    }
    answer = await alice.post("/mon-compte", data=fields)
    page = await alice.follow(answer)
    assert "Ce que vous étiez en train de saisir est conservé" in page.text
    await alice.fill(str(answer.headers["location"]), to="/connexion", email="alice@ours.example")
    answer = await alice.fill("/connexion/mot-de-passe", email="alice@ours.example", password=PASSWORD)
    assert answer.headers["location"] == "/mon-compte/reprise"
    kept = await alice.get("/mon-compte/reprise")
    assert "<li>Nouveau Nom</li>" in kept.text
    fields["csrf"] = await alice.token("/mon-compte/reprise")
    assert 'action="/mon-compte?reprise=1"' in kept.text
    await alice.post("/mon-compte?reprise=1", data=fields)
    assert (await account_named(portal, "Alice")).last_name == "Nouveau Nom"
    assert (await alice.get("/mon-compte/reprise")).status_code == 303, "it waits no longer"


async def test_passwords_are_never_kept_in_a_draft(alice, world, time_machine_at, visitor):
    await alice.signed_in(world.alice)
    token = await alice.token("/mon-compte/mot-de-passe")
    time_machine_at.shift(timedelta(minutes=31))
    fields = {"csrf": token, "current_password": PASSWORD, "new_password": NEW}
    answer = await alice.post("/mon-compte/mot-de-passe", data=fields)
    assert "fait=fin" in answer.headers["location"]


async def test_a_page_left_open_too_long_writes_nothing(alice, portal):
    answer = await alice.post("/mon-compte", data={"csrf": "x" * 43, "last_name": "Pirate"})
    assert answer.status_code == 422
    assert 'value="Pirate"' in answer.text
    assert (await account_named(portal, "Alice")).last_name == "Martin"
