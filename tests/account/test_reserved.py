"""While an account may take its address back, nobody else takes it: the same screens, and the way back by
mail.
"""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from app import clock
from app.commands import create_staff
from app.errors import CommandRefused
from db.models import Account, AccountToken, Membership, SignInFlow, TokenKind
from tests.account.test_routes import ADDRESS, account_named
from tests.actors import Actor
from tests.faults.steps import ask_reset, entry, give, give_numbers
from tests.postbox import link_in, words_of
from tests.reading import rows
from tests.world import OTHER_NUMBER, PASSWORD

TAKEN, THIEF = "alice@ours.example", "thief@evil.example"
ACCOUNT = "/connexion/creer-mon-compte"
FLOWS = select(SignInFlow).where(col(SignInFlow.account_id).is_not(None))
UNDOS = select(AccountToken).where(AccountToken.kind == TokenKind.EMAIL_UNDO)


@pytest.fixture
async def stolen(app, alice, visitor, mailbox):
    """Alice's address was changed by a thief; what undoes it is in her mailbox."""
    await alice.fill(ADDRESS, email=THIEF, current_password=PASSWORD)
    await visitor.fill(link_in((await mailbox.delivered(app))[0], "confirmation"))
    return link_in((await mailbox.delivered(app))[0], "annulation")


async def undone(visitor, portal, link):
    assert "Votre adresse e-mail est rétablie" in (await visitor.fill(link)).text
    assert (await account_named(portal, "Alice")).email == TAKEN


async def told_by_mail(app, mailbox):
    """The one letter says that the address is kept, and carries the way back."""
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == TAKEN
    assert "personne d’autre ne peut prendre celle-ci" in words_of(letter)
    return link_in(letter, "annulation")


async def test_a_sign_up_gets_the_usual_screens_and_neither_account_nor_company(
    app, visitor, world, portal, mailbox, stolen
):
    await give_numbers(visitor, "00042", OTHER_NUMBER)
    before = await rows(portal, Account), await rows(portal, Membership)
    answer = await visitor.fill(ACCOUNT, **entry(TAKEN))
    assert answer.headers["location"] == "/connexion/compte-cree"
    assert TAKEN in (await visitor.follow(answer)).text
    assert (await rows(portal, Account), await rows(portal, Membership)) == before
    await undone(visitor, portal, await told_by_mail(app, mailbox))


async def test_sent_again_it_still_goes_to_nobody_else(
    app, visitor, world, portal, mailbox, stolen, time_machine_at
):
    await give_numbers(visitor, "00042", OTHER_NUMBER)
    await visitor.fill(ACCOUNT, **entry(TAKEN))
    await told_by_mail(app, mailbox)
    time_machine_at.shift(timedelta(minutes=2))
    assert "parti de nouveau" in (await visitor.fill("/connexion/compte-cree")).text
    again = await told_by_mail(app, mailbox)
    time_machine_at.shift(timedelta(minutes=2))
    await undone(visitor, portal, again)


async def test_a_sign_up_that_corrects_to_a_reserved_address_takes_back_what_it_gave(
    app, visitor, world, portal, mailbox, stolen
):
    await give_numbers(visitor, "00042", OTHER_NUMBER)
    await visitor.fill(ACCOUNT, **entry("new@theirs.example"))
    await visitor.fill(ACCOUNT, **entry(TAKEN))
    (new,) = await rows(portal, Account, Account.email == "new@theirs.example")
    assert not await rows(portal, Membership, Membership.account_id == new.key)
    await undone(visitor, portal, stolen)


async def test_an_account_renamed_meanwhile_is_written_to_at_no_address_that_was_not_typed(
    app, alice, visitor, world, portal, mailbox
):
    """The access asked for at Alice's address does not go, with its link, to whoever has her account now."""
    await give_numbers(visitor, "00042", OTHER_NUMBER)
    await visitor.fill(ACCOUNT, **entry(TAKEN))
    await alice.fill(ADDRESS, email=THIEF, current_password=PASSWORD)
    letters = {each["To"]: each for each in await mailbox.delivered(app)}
    async with Actor(app) as thief:
        await thief.fill(link_in(letters[THIEF], "confirmation"))
    await mailbox.delivered(app)
    async with portal.database.transaction(write=True) as session:
        flow = (await session.exec(FLOWS)).one()
        flow.mailed_at -= timedelta(minutes=2)
    await visitor.fill("/connexion/compte-cree")
    await told_by_mail(app, mailbox)


async def test_another_change_of_address_is_told_by_mail_only(
    app, charlie, visitor, world, portal, mailbox, stolen
):
    answer = await charlie.fill(ADDRESS, email=TAKEN, current_password=PASSWORD)
    assert "Un courriel de confirmation est parti" in (await charlie.follow(answer)).text
    await told_by_mail(app, mailbox)
    assert not await rows(
        portal, AccountToken, AccountToken.kind == TokenKind.EMAIL_CHANGE, AccountToken.email == TAKEN
    )
    await undone(visitor, portal, stolen)


async def test_a_change_asked_before_and_confirmed_after_is_refused(
    app, alice, charlie, visitor, world, portal, mailbox
):
    """Charlie asks for an address that is free, which an account then has, and leaves behind."""
    free = "free@ours.example"
    await charlie.fill(ADDRESS, email=free, current_password=PASSWORD)
    confirmation = link_in((await mailbox.delivered(app))[0], "confirmation")
    async with portal.database.transaction(write=True) as session:
        session.add(
            AccountToken(
                token_hash="undo", account_id=world.alice.key, kind=TokenKind.EMAIL_UNDO, email=free,
                created_at=clock.now(), expires_at=clock.now() + timedelta(days=7),
            )
        )  # fmt: skip
    refused = await visitor.fill(confirmation)
    assert "maintenant celle d’un autre compte" in refused.text
    assert (await account_named(portal, "Charlie")).email == "charlie@theirs.example"


async def test_its_own_account_may_take_it_back_the_usual_way(app, visitor, portal, mailbox, stolen):
    async with Actor(app) as actor:
        await actor.signed_in(await account_named(portal, "Alice"))
        await actor.fill(ADDRESS, email=TAKEN, current_password=PASSWORD)
    (letter,) = await mailbox.delivered(app)
    await visitor.fill(link_in(letter, "confirmation"))
    assert (await account_named(portal, "Alice")).email == TAKEN


async def test_an_invitation_to_it_asks_for_the_password_of_an_account(
    app, charlie, visitor, portal, mailbox, stolen
):
    await charlie.fill("/espace/00042/utilisateurs/invitation", email=TAKEN, role_lecture="oui")
    link = link_in((await mailbox.delivered(app))[0], "invitation")
    page = (await visitor.get(link)).text
    assert 'name="new_password"' not in page
    assert 'name="password"' in page
    assert (await visitor.fill(link, password=PASSWORD)).status_code == 422
    person = {"last_name": "Pirate", "first_name": "Pia", "job_title": "Autre"}
    answer = await visitor.fill(link, **person, new_password="cheval agrafe pile exacte")
    assert answer.status_code == 422
    assert not await rows(portal, Account, Account.email == TAKEN)


async def test_nobody_of_the_service_is_made_there(settings, portal, world, stolen):
    with pytest.raises(CommandRefused, match="gardée jusqu’au"):
        await create_staff(settings, TAKEN, "Ada", "Chef", clock.now())
    assert not await rows(portal, Account, Account.email == TAKEN)


async def test_who_lost_the_password_of_it_gets_the_way_back(app, visitor, portal, mailbox, stolen):
    answer = await ask_reset(visitor, TAKEN)
    assert answer.headers["location"] == "/connexion/mot-de-passe-oublie/envoye"
    await undone(visitor, portal, await told_by_mail(app, mailbox))


async def test_after_seven_days_the_address_is_free(app, visitor, world, portal, mailbox, stolen):
    async with portal.database.transaction(write=True) as session:
        for undo in (await session.exec(UNDOS)).all():
            undo.expires_at = clock.now() - timedelta(seconds=1)
    await give_numbers(visitor, "00042", OTHER_NUMBER)
    await visitor.fill(ACCOUNT, **entry(TAKEN))
    (new,) = await rows(portal, Account, Account.email == TAKEN)
    assert new.first_name == "Nolwenn"
    assert (await give(visitor, TAKEN)).status_code == 422
