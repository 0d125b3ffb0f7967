"""The same thing asked many times at once is done once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

from app.security.passwords import PLACES_OF_ONE
from db.models import Account, AccountSession, AccountToken, AuditEvent, AuditKind, Membership, OutboxMail
from tests.actors import Actor
from tests.faults.steps import NEW, actor_at, ask_reset, entry, give, give_numbers, open_account
from tests.postbox import link_in, password_in
from tests.reading import rows
from tests.world import PASSWORD

FORM, PASSWORD_STEP = "/connexion/creer-mon-compte", "/connexion/mot-de-passe"
CHANGED = "trois mots sans rapport 47"
# One account has eight places for its password: with twenty at once the others are told to come back.
ONE_OR_LATER = {303, 422, 429, 503}


async def posted(actor, path, count, fields):
    """The same form sent many times at once from one browser."""
    return await asyncio.gather(*(actor.post(path, data=fields) for _ in range(count)))


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


async def recorded(portal, kind):
    return len(await rows(portal, AuditEvent, AuditEvent.kind == kind))


async def test_fifty_identical_account_forms_make_one_account(app, visitor, lone, portal, mailbox):
    await give_numbers(visitor)
    fields = {"csrf": await visitor.token(FORM), **entry()}
    answers = await posted(visitor, FORM, 50, fields)
    assert {answer.headers.get("location") for answer in answers} == {"/connexion/compte-cree"}
    assert [account.email for account in await rows(portal, Account)] == [NEW]
    assert len(await rows(portal, Membership)) == 1
    assert len(await rows(portal, OutboxMail)) == 1
    assert await recorded(portal, AuditKind.ACCOUNT_CREATED) == 1
    assert [letter["To"] for letter in await mailbox.delivered(app)] == [NEW]


async def test_one_flow_that_sends_two_addresses_at_once_makes_one_account(visitor, lone, portal):
    await give_numbers(visitor)
    token = await visitor.token(FORM)
    typed = [{"csrf": token, **entry(f"n{n}@ours.example")} for n in (1, 2) * 5]
    answers = await asyncio.gather(*(visitor.post(FORM, data=fields) for fields in typed))
    assert set(statuses(answers)) <= ONE_OR_LATER
    assert len(await rows(portal, Account)) == 1
    assert len(await rows(portal, Membership)) == 1


async def test_twenty_flows_with_the_same_new_address_make_one_account(app, lone, portal, mailbox):
    async with AsyncExitStack() as stack:
        ready = []
        for n in range(20):
            actor = await stack.enter_async_context(actor_at(app, f"198.51.100.{n}"))
            await give_numbers(actor)
            ready.append((actor, {"csrf": await actor.token(FORM), **entry()}))
        answers = await asyncio.gather(*(actor.post(FORM, data=fields) for actor, fields in ready))
        assert set(statuses(answers)) <= {303, 409, 429}
        assert 303 in statuses(answers)
        assert [account.email for account in await rows(portal, Account)] == [NEW]
        assert len(await rows(portal, Membership)) == 1
        refused = [pair for pair, answer in zip(ready, answers, strict=True) if answer.status_code == 409]
        for actor, fields in refused:
            # The same screen as the first, or the word that this mailbox had enough letters for an hour.
            assert (await actor.post(FORM, data=fields)).status_code in {303, 429}
    assert {letter["To"] for letter in await mailbox.delivered(app)} == {NEW}


async def test_two_companies_opened_at_once_with_one_address_are_both_linked(app, world, lone, portal):
    async with Actor(app) as one, Actor(app) as two:
        await give_numbers(one)
        await give_numbers(two, "00042", "2022000422")
        for_one = {"csrf": await one.token(FORM), **entry()}
        for_two = {"csrf": await two.token(FORM), **entry()}
        answers = await asyncio.gather(one.post(FORM, data=for_one), two.post(FORM, data=for_two))
        assert set(statuses(answers)) <= {303, 409}
        for actor, fields, answer in zip((one, two), (for_one, for_two), answers, strict=True):
            if answer.status_code == 409:
                assert (await actor.post(FORM, data=fields)).status_code == 303
    (account,) = await rows(portal, Account, Account.email == NEW)
    linked = await rows(portal, Membership, Membership.account_id == account.id)
    assert {each.company_id for each in linked} == {lone.id, world.theirs.id}


async def test_twenty_sign_ins_with_the_mailed_password_open_one_session(app, visitor, lone, portal, mailbox):
    await open_account(visitor)
    password = password_in((await mailbox.delivered(app))[0])
    async with AsyncExitStack() as stack:
        ready = []
        for n in range(20):
            actor = await stack.enter_async_context(actor_at(app, f"198.51.100.{n}"))
            await actor.fill("/connexion", email=NEW)
            fields = {"csrf": await actor.token(PASSWORD_STEP), "email": NEW, "password": password}
            ready.append(actor.post(PASSWORD_STEP, data=fields))
        found = statuses(await asyncio.gather(*ready))
    assert found[303] == 1
    assert set(found) <= ONE_OR_LATER
    assert len(await rows(portal, AccountSession)) == 1


async def test_the_mailed_password_posted_twenty_times_from_one_step_opens_one_session(
    app, visitor, lone, portal, mailbox
):
    await open_account(visitor)
    password = password_in((await mailbox.delivered(app))[0])
    await visitor.fill("/connexion", email=NEW)
    fields = {"csrf": await visitor.token(PASSWORD_STEP), "email": NEW, "password": password}
    found = statuses(await posted(visitor, PASSWORD_STEP, 20, fields))
    assert set(found) <= ONE_OR_LATER
    assert len(await rows(portal, AccountSession)) == 1


async def test_a_reset_link_used_by_twenty_at_once_serves_one(app, visitor, world, portal, mailbox):
    await ask_reset(visitor)
    (letter,) = await mailbox.delivered(app)
    link = link_in(letter, "nouveau-mot-de-passe")
    async with AsyncExitStack() as stack:
        ready = []
        for n in range(20):
            actor = await stack.enter_async_context(Actor(app))
            token = await actor.token(link)
            ready.append(actor.post(link, data={"csrf": token, "new_password": f"{CHANGED} et {n}"}))
        answers = await asyncio.gather(*ready)
        # One account has eight places for its password: the others are told to come back.
        found = statuses(answers)
        assert (found[303], found[404] + found[503]) == (1, 19)
    (winner,) = (n for n, answer in enumerate(answers) if answer.status_code == 303)
    assert len(await rows(portal, AccountSession)) == 1
    assert await recorded(portal, AuditKind.PASSWORD_CHANGED) == 1
    assert (await visitor.get(link)).status_code == 404
    assert (await give(visitor, password=f"{CHANGED} et {winner}")).status_code == 303


async def test_twenty_requests_for_a_reset_write_one_letter(app, visitor, world, portal, mailbox):
    fields = {"csrf": await visitor.token("/connexion/mot-de-passe-oublie"), "email": "alice@ours.example"}
    found = statuses(await posted(visitor, "/connexion/mot-de-passe-oublie", 20, fields))
    assert found == {303: 20}
    assert len(await mailbox.delivered(app)) == 1


async def test_the_letter_asked_for_twenty_times_at_once_leaves_once_more(
    app, visitor, lone, portal, mailbox, time_machine_at
):
    await open_account(visitor)
    time_machine_at.shift(timedelta(seconds=61))
    fields = {"csrf": await visitor.token("/connexion/compte-cree")}
    found = statuses(await posted(visitor, "/connexion/compte-cree", 20, fields))
    assert found == {200: 1, 422: 19}
    assert len(await rows(portal, OutboxMail)) == 2


async def change_asked(actor, app, mailbox, email):
    """The link that confirms this new address."""
    await actor.fill("/mon-compte/adresse-e-mail", email=email, current_password=PASSWORD)
    return [link_in(letter, "confirmation") for letter in await mailbox.delivered(app)][-1]


async def test_a_change_of_address_confirmed_twice_is_done_once(app, alice, visitor, world, portal, mailbox):
    link = await change_asked(alice, app, mailbox, NEW)
    fields = {"csrf": await visitor.token(link)}
    assert statuses(await posted(visitor, link, 10, fields)) == {303: 1, 404: 9}
    assert (await visitor.get(link)).status_code == 404
    (account,) = await rows(portal, Account, Account.id == world.alice.id)
    assert account.email == NEW
    assert await recorded(portal, AuditKind.EMAIL_CHANGED) == 1
    assert [letter["To"] for letter in await mailbox.delivered(app)] == ["alice@ours.example"]


async def test_two_accounts_racing_for_one_address_one_gets_it_and_the_other_is_told(
    app, alice, visitor, world, portal, mailbox
):
    async with await Actor(app).signed_in(world.bob) as bob:
        links = [await change_asked(actor, app, mailbox, NEW) for actor in (alice, bob)]
    ready = [visitor.post(link, data={"csrf": await visitor.token(link)}) for link in links]
    first, second = sorted(await asyncio.gather(*ready), key=lambda answer: answer.status_code)
    assert first.status_code == 303
    assert second.status_code in {409, 422}
    assert 'role="alert"' in second.text
    emails = [account.email for account in await rows(portal, Account)]
    assert emails.count(NEW) == 1
    assert len({"alice@ours.example", "bob@ours.example"} & set(emails)) == 1
    loser = links[0] if "alice@ours.example" in emails else links[1]
    again = await visitor.fill(loser)
    assert again.status_code in {409, 422}
    assert "maintenant celle d’un autre compte" in again.text


async def test_an_address_wanted_by_a_new_account_and_a_change_at_once_goes_to_one(
    app, alice, visitor, world, lone, portal, mailbox
):
    link = await change_asked(alice, app, mailbox, NEW)
    await give_numbers(visitor)
    opening = {"csrf": await visitor.token(FORM), **entry()}
    confirming = {"csrf": await visitor.token(link)}
    answers = await asyncio.gather(visitor.post(FORM, data=opening), visitor.post(link, data=confirming))
    assert set(statuses(answers)) <= {303, 409, 422}
    assert len(await rows(portal, Account, Account.email == NEW)) == 1


async def test_one_password_change_sent_many_times_at_once_is_made_once(app, alice, world, portal, mailbox):
    """As many as one account has places for its password: one more may be told to come back, with 503."""
    path = "/mon-compte/mot-de-passe"
    fields = {"csrf": await alice.token(path), "current_password": PASSWORD, "new_password": CHANGED}
    answers = await posted(alice, path, PLACES_OF_ONE, fields)
    assert max(statuses(answers)) < 500
    assert await recorded(portal, AuditKind.PASSWORD_CHANGED) == 1
    assert len(await mailbox.delivered(app)) == 1


async def test_one_first_password_sent_ten_times_at_once_is_chosen_once(app, visitor, lone, portal, mailbox):
    path = "/connexion/premier-mot-de-passe"
    await open_account(visitor)
    await give(visitor, NEW, password_in((await mailbox.delivered(app))[0]))
    fields = {"csrf": await visitor.token(path), "new_password": CHANGED}
    answers = await posted(visitor, path, 10, fields)
    # One account has eight places for its password: the others are told to come back.
    assert set(statuses(answers)) <= {303, 404, 409, 503}
    assert await recorded(portal, AuditKind.PASSWORD_CHANGED) == 1
    still_open = await rows(portal, AccountSession, AccountSession.ended_at.is_(None))
    assert len(still_open) == 1


async def test_an_undo_used_ten_times_at_once_sends_one_reset(app, alice, visitor, world, portal, mailbox):
    await visitor.fill(await change_asked(alice, app, mailbox, NEW))
    undo = link_in((await mailbox.delivered(app))[0], "annulation")
    found = statuses(await posted(visitor, undo, 10, {"csrf": await visitor.token(undo)}))
    assert found == {200: 1, 404: 9}
    assert len(await mailbox.delivered(app)) == 1
    assert not await rows(portal, AccountToken, AccountToken.email == NEW, AccountToken.used_at.is_(None))


async def test_an_old_address_is_nobody_elses_while_it_may_be_taken_back(
    app, alice, visitor, world, lone, portal, mailbox
):
    await visitor.fill(await change_asked(alice, app, mailbox, NEW))
    undo = link_in((await mailbox.delivered(app))[0], "annulation")
    await open_account(visitor, "alice@ours.example")
    answer = await visitor.fill(undo)
    assert answer.status_code == 200
    (account,) = await rows(portal, Account, Account.email == "alice@ours.example")
    assert account.id == world.alice.id
