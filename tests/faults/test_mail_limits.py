"""Whoever makes mails leave is counted: per person, company, mailbox and network, whatever kind of mail."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from app.access import StaffAccess, VisitorAccess
from app.errors import Refused
from app.mail.outbox import mail_counted, queue_mail
from app.security.throttle import DAY, LIMITS, WINDOWS, TooMany, count_among
from app.web.forms import Form
from app.web.templating import ROOT
from db.models import AccountToken, Inquiry, OutboxMail, Throttle
from tests.actors import Actor
from tests.contact.steps import WRITTEN, send
from tests.faults.steps import actor_at, entry, give_numbers
from tests.reading import rows
from tests.world import PASSWORD

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
EMAIL = "/mon-compte/adresse-e-mail"
INVITE = "/espace/00010/utilisateurs/invitation"


def test_every_mail_has_a_line_in_the_table():
    letters = {file.stem for file in ROOT.glob("templates/emails/*.md")} - {"signature"}
    assert {kind.partition(".")[0] for kind in LIMITS} == letters


def test_what_a_person_can_repeat_towards_a_typed_address_is_counted_for_that_address():
    typed = (
        "email_confirm email_taken invitation account_created company_linked convocation.employee"
        " declaration_filed public_receipt code_link roles_changed"
    )
    assert all(LIMITS[kind].recipient for kind in typed.split())
    assert all(most for windows in WINDOWS.values() for _, most in windows)


async def change(actor, email, token):
    return await actor.post(EMAIL, data={"csrf": token, "email": email, "current_password": PASSWORD})


async def test_twenty_changes_of_address_at_once_are_five_mails(app, alice, portal):
    token = await alice.token(EMAIL)
    answers = await asyncio.gather(*(change(alice, f"n{n}@victim.example", token) for n in range(20)))
    statuses = Counter(each.status_code for each in answers)
    sent = await rows(portal, OutboxMail)
    assert statuses[303] == len(sent)
    assert 1 <= len(sent) <= 5
    assert len(await rows(portal, AccountToken)) == len(sent), "what was refused left nothing"


async def test_one_address_after_another_stops_at_five_and_says_when_to_try_again(
    app, alice, time_machine_at
):
    for n in range(5):
        answer = await change(alice, f"n{n}@victim.example", await alice.token(EMAIL))
        assert answer.status_code == 303
    answer = await change(alice, "n5@victim.example", await alice.token(EMAIL))
    assert answer.status_code == 429
    assert "Vous avez déjà demandé 5 courriels de ce genre en une heure. Réessayez dans" in answer.text
    assert 'value="n5@victim.example"' in answer.text, "what was typed is kept"
    time_machine_at.shift(timedelta(minutes=61))


@pytest.mark.parametrize("email", ["stranger@victim.example", "bob@ours.example"])
async def test_one_mailbox_gets_three_whoever_asks_and_whether_it_has_an_account(app, world, portal, email):
    statuses = []
    for account in (world.alice, world.alice, world.charlie, world.charlie):
        async with Actor(app) as actor:
            await actor.signed_in(account)
            answer = await change(actor, email, await actor.token(EMAIL))
            statuses.append(answer.status_code)
    assert statuses == [303] * 3 + [429]
    assert "Plusieurs courriels sont déjà partis à cette adresse. Réessayez dans" in answer.text
    assert len(await rows(portal, OutboxMail)) == 3


async def test_inviting_and_cancelling_again_and_again_stops(app, alice, portal):
    statuses = Counter()
    for n in range(34):
        answer = await alice.fill(INVITE, email=f"n{n}@victim.example", role_lecture="on")
        statuses[answer.status_code] += 1
    assert statuses == {303: 30, 429: 4}
    assert "Vous avez déjà demandé 30 courriels de ce genre en une heure" in answer.text
    assert len(await rows(portal, OutboxMail)) == 30


async def test_twenty_invitations_of_one_mailbox_at_once_are_at_most_three(app, alice, portal):
    token = await alice.token(INVITE)
    fields = {"csrf": token, "email": "one@victim.example", "role_lecture": "on"}
    answers = await asyncio.gather(*(alice.post(INVITE, data=fields) for _ in range(20)))
    sent = await rows(portal, OutboxMail)
    assert len(sent) == Counter(each.status_code for each in answers)[303]
    assert 1 <= len(sent) <= 3


async def test_messages_to_the_service_stop_at_twenty_an_hour_and_what_is_refused_is_not_kept(
    app, world, portal
):
    before = len(await rows(portal, Inquiry))
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        statuses = Counter()
        for n in range(22):
            answer = await send(bob, **WRITTEN | {"token": f"jeton-numero-{n}", "subject": f"Message {n}"})
            statuses[answer.status_code] += 1
    assert statuses == {303: 20, 429: 2}
    assert len(await rows(portal, Inquiry)) == before + 20


async def test_sign_ups_from_one_letter_stop_whatever_the_networks(app, lone, portal):
    """The right numbers are no guess: what they make leave is counted for the company."""
    statuses = Counter()
    for n in range(22):
        async with actor_at(app, f"198.51.{n}.7") as actor:
            await give_numbers(actor)
            answer = await actor.fill("/connexion/creer-mon-compte", **entry(f"n{n}@victim.example"))
            statuses[answer.status_code] += 1
    assert statuses == {303: 20, 429: 2}


async def test_the_service_and_the_clock_are_not_counted(portal, world):
    async with portal.database.transaction(write=True) as session:
        for access in (StaffAccess(portal, session, world.clerk), VisitorAccess(portal, session)):
            async with mail_counted(access):
                for _ in range(200):
                    queue_mail(access, "convocation", "one@ours.example", NINE)
    assert not await rows(portal, Throttle)


async def test_one_act_that_mails_many_counts_for_all_of_them(portal):
    async with portal.database.transaction(write=True) as session:
        await count_among(session, NINE, *["mail.invitation.account:a"] * 29)
        with pytest.raises(TooMany):
            await count_among(session, NINE, *["mail.invitation.account:a"] * 2)
        await count_among(session, NINE, "mail.invitation.account:a")
        # More than an hour allows at all: one such act, and nothing else beside it.
        await count_among(session, NINE, *["mail.invitation.account:b"] * 40)
        with pytest.raises(TooMany) as refused:
            await count_among(session, NINE, "mail.invitation.account:b")
    assert refused.value.wait <= timedelta(seconds=DAY)


async def test_a_refused_act_is_not_counted(portal, world):
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session, "198.51.100.7")
        form = Form()
        async with form.attempt(access):
            queue_mail(access, "public_inquiry", "service@ours.example", NINE)
            raise Refused("Non.")
    assert form.errors == {"": "Non."}
    assert not await rows(portal, Throttle)
    assert not await rows(portal, OutboxMail)


async def test_the_same_counters_taken_twice_in_one_transaction_count_twice(portal):
    async with portal.database.transaction(write=True) as session:
        await count_among(session, NINE, "account:a", "network:b")
        await count_among(session, NINE, "network:b", "account:a")
    assert [len(each.guesses) for each in await rows(portal, Throttle)] == [2, 2]


async def test_many_who_hold_the_same_counters_never_wait_for_each_other_in_a_ring(portal):
    """Some are new and some are there, named in whatever order: all are counted, nobody is given up."""
    names = [f"wide:{each}" for each in range(6)]

    async def count(first):
        async with portal.database.transaction(write=True) as session:
            await count_among(session, NINE, *(names[first:] + names[:first])[:4])

    await asyncio.gather(*(count(number % 6) for number in range(18)))
    assert [len(each.guesses) for each in await rows(portal, Throttle)] == [12] * 6
