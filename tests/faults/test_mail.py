"""The outbox against a real SMTP server: nothing lost, nothing sent for what did not happen."""

import asyncio
import contextlib
from datetime import timedelta

import pytest

from app import clock
from app.access import VisitorAccess
from app.mail.outbox import queue_mail
from app.mail.relay import Relay
from app.main import create_app
from app.security.keys import fingerprint
from db.models import Account, AccountToken, OutboxMail
from tests.actors import Actor
from tests.faults.steps import NEW, ask_reset, dispatcher_of, give, open_account
from tests.postbox import link_in, password_in, words_of
from tests.reading import everything_stored, rows, the_mail

MINUTE = timedelta(minutes=1)


async def queue(portal, *recipients, then=None):
    """Letters to these, committed together, unless something happens `then`."""
    async with portal.database.transaction(write=True) as session:
        for recipient in recipients:
            queue_mail(VisitorAccess(portal, session), "password_changed", recipient, clock.now())
        await session.flush()
        if then:
            raise then


async def tried_until_given_up(portal, dispatcher, traveller):
    """Let time pass until the letter is given up; the minutes between one attempt and the next."""
    pauses = []
    await dispatcher.send_due()
    while (mail := await the_mail(portal)).due_at is not None:
        started = mail.created_at + sum(pauses, timedelta())
        pauses.append(timedelta(minutes=round((mail.due_at - started) / MINUTE)))
        traveller.move_to(mail.due_at - timedelta(seconds=5))
        assert await dispatcher.send_due() == 0
        assert (await the_mail(portal)).attempts == mail.attempts, "tried before its time"
        traveller.move_to(mail.due_at)
        await dispatcher.send_due()
        assert (await the_mail(portal)).attempts == mail.attempts + 1
    return [pause / MINUTE for pause in pauses]


async def test_a_relay_that_is_down_is_tried_for_a_day_then_the_service_sends_again(
    time_machine_at, app, world, lone, portal, visitor, mailbox
):
    await mailbox.close()
    await open_account(visitor)
    dispatcher = dispatcher_of(app)
    pauses = await tried_until_given_up(portal, dispatcher, time_machine_at)
    assert pauses[:4] == [1, 5, 15, 60]
    assert set(pauses[4:]) == {60}
    assert 24 * 60 <= sum(pauses) <= 25 * 60
    mail = await the_mail(portal)
    assert mail.failed_at
    assert not mail.sent_at

    await mailbox.open()
    time_machine_at.shift(timedelta(hours=3))
    assert await dispatcher.send_due() == 0, "a letter given up is the service's to send"
    async with await Actor(app).signed_in(world.clerk) as clerk:
        room = await clerk.get("/service")
        assert NEW in room.text
        answer = await clerk.fill("/service", to=f"/service/courriels/{mail.id}")
        assert answer.headers["location"] == "/service"
        (letter,) = await mailbox.delivered(app)
        assert NEW not in (await clerk.get("/service")).text
    assert letter["Message-ID"] == mail.message_id
    answer = await give(visitor, NEW, password_in(letter))
    assert answer.headers["location"] == "/connexion/premier-mot-de-passe"


async def test_a_relay_back_after_an_hour_gets_everything_that_waited(
    time_machine_at, app, portal, mailbox, world
):
    await mailbox.close()
    wanted = [f"n{n}@ours.example" for n in range(7)]
    await queue(portal, *wanted)
    for minutes in (0, 1, 5, 15):
        time_machine_at.shift(minutes * MINUTE)
        assert not await mailbox.delivered(app)
    await mailbox.open()
    time_machine_at.shift(61 * MINUTE)
    letters = await mailbox.delivered(app)
    assert sorted(letter["To"] for letter in letters) == wanted
    assert all(mail.sent_at for mail in await rows(portal, OutboxMail))


@pytest.mark.parametrize(
    "mood", ["451 4.7.1 Greylisted, try again later", "550 5.7.1 Refused", "421 Closing"]
)
async def test_a_refused_letter_leaves_once_the_relay_takes_it(
    mood, time_machine_at, app, portal, visitor, world, mailbox
):
    mailbox.mood = mood
    await ask_reset(visitor)
    assert not await mailbox.delivered(app)
    mail = await the_mail(portal)
    assert mail.last_error
    assert mail.secret_seed
    mailbox.mood = ""
    assert not await mailbox.delivered(app), "before its minute"
    time_machine_at.shift(61 * timedelta(seconds=1))
    (letter,) = await mailbox.delivered(app)
    assert letter["Message-ID"] == mail.message_id
    assert (await visitor.get(link_in(letter, "nouveau-mot-de-passe"))).status_code == 200
    assert not await mailbox.delivered(app)


async def test_while_it_is_refused_the_service_sees_why(clerk, app, visitor, mailbox, world):
    mailbox.mood = "550 5.1.1 No such user here"
    await ask_reset(visitor)
    await mailbox.delivered(app)
    room = (await clerk.get("/service")).text
    assert "alice@ours.example" in room
    assert "No such user here" in room


async def test_one_refused_recipient_does_not_hold_the_others(app, portal, world, mailbox):
    async def refuses_the_second(_server, _session, envelope, address, _options):
        if address == "second@ours.example":
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    mailbox.handle_RCPT = refuses_the_second
    await queue(portal, "first@ours.example", "second@ours.example", "third@ours.example")
    letters = await mailbox.delivered(app)
    told_why = [(mail.recipient, mail.last_error, mail.attempts) for mail in await rows(portal, OutboxMail)]
    assert [letter["To"] for letter in letters] == ["first@ours.example", "third@ours.example"], told_why


async def test_a_letter_cut_off_after_its_data_comes_again_the_same(
    time_machine_at, app, portal, visitor, world, lone, mailbox
):
    mailbox.mood = "drop"
    await open_account(visitor)
    letters = await mailbox.delivered(app)
    assert letters, "the relay had taken it"
    mailbox.mood = ""
    time_machine_at.shift(2 * MINUTE)
    letters += await mailbox.delivered(app)
    assert len(letters) >= 2
    assert len({letter["Message-ID"] for letter in letters}) == 1
    assert len({words_of(letter) for letter in letters}) == 1
    assert len({letter["Date"] for letter in letters}) == 1
    answer = await give(visitor, NEW, password_in(letters[0]))
    assert answer.headers["location"] == "/connexion/premier-mot-de-passe"


async def test_a_duplicate_does_not_revive_a_password_already_used(
    time_machine_at, app, visitor, world, lone, mailbox
):
    mailbox.mood = "drop"
    await open_account(visitor)
    password = password_in((await mailbox.delivered(app))[0])
    assert (await give(visitor, NEW, password)).status_code == 303
    mailbox.mood = ""
    time_machine_at.shift(2 * MINUTE)
    assert await mailbox.delivered(app)
    async with Actor(app) as thief:
        assert (await give(thief, NEW, password)).status_code == 422, "the mailed password serves once"


async def test_a_letter_asked_for_again_keeps_working_when_the_first_arrives_after_it(
    time_machine_at, app, visitor, world, lone, mailbox
):
    """Greylisting delays the first letter; the second, asked for at the screen, passes at once."""
    mailbox.mood = "451 4.7.1 Greylisted"
    await open_account(visitor)
    assert not await mailbox.delivered(app)
    time_machine_at.shift(timedelta(seconds=30))
    assert not await mailbox.delivered(app)
    time_machine_at.shift(timedelta(seconds=35))
    assert not await mailbox.delivered(app)
    mailbox.mood = ""
    answer = await visitor.fill("/connexion/compte-cree")
    assert answer.status_code == 200, answer.text
    (second,) = await mailbox.delivered(app)
    time_machine_at.shift(6 * MINUTE)
    (first,) = await mailbox.delivered(app)
    assert password_in(first) != password_in(second)
    assert (await give(visitor, NEW, password_in(second))).status_code == 303


async def test_two_workers_and_four_dispatchers_send_each_letter_once(app, settings, portal, world, mailbox):
    wanted = [f"n{n:02}@ours.example" for n in range(20)]
    await queue(portal, *wanted)
    other = create_app(settings, bcrypt_cost=4)
    dispatchers = [dispatcher_of(each) for each in (app, app, other, other)]
    sent = await asyncio.gather(*(each.send_due() for each in dispatchers))
    await other.app.state.portal.close()
    assert sum(sent) == len(wanted)
    assert sorted(letter["To"] for letter in mailbox.letters) == wanted


class Stuck:
    """A postbox that never answers, as when the process dies during the conversation."""

    def __init__(self):
        self.reached = asyncio.Event()

    async def post(self, _letter):
        self.reached.set()
        await asyncio.Event().wait()

    async def rest(self):
        pass


async def test_a_dispatcher_killed_while_sending_gives_its_letter_back(
    time_machine_at, app, portal, world, mailbox
):
    await queue(portal, "a@ours.example")
    stuck = Stuck()
    killed = asyncio.create_task(dispatcher_of(app, stuck).send_due())
    await stuck.reached.wait()
    killed.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await killed
    assert not await mailbox.delivered(app), "another worker may still be at it"
    time_machine_at.shift(3 * MINUTE)
    (letter,) = await mailbox.delivered(app)
    assert letter["Message-ID"] == (await the_mail(portal)).message_id


async def until(is_so):
    """Wait for it, half a minute at most."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


async def test_the_running_portal_sends_at_once_after_the_commit(app, visitor, world, mailbox):
    async with app.app.lifespan():
        await ask_reset(visitor)
        await until(lambda: any("mot de passe" in letter["Subject"] for letter in mailbox.letters))


async def test_the_portal_stops_even_when_a_letter_is_queued_at_that_moment(app, portal):
    async def serve_and_stop():
        async with app.app.lifespan():
            await asyncio.sleep(0.3)
            portal.database.mail_queued.set()
            await asyncio.sleep(0)

    stopping = asyncio.create_task(serve_and_stop())
    await asyncio.wait({stopping}, timeout=30)
    stopped = stopping.done()
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    assert stopped, "the dispatcher missed that it was to end"


async def test_a_transaction_that_fails_sends_nothing(app, portal, world, mailbox):
    with pytest.raises(ZeroDivisionError):
        await queue(portal, "a@ours.example", then=ZeroDivisionError)
    assert not portal.database.mail_queued.is_set()
    assert not await rows(portal, OutboxMail)
    assert not await mailbox.delivered(app)


async def test_a_refused_request_sends_nothing(app, portal, alice, world, mailbox):
    """A wrong password, a weak one, a form without its token: what they had begun is taken back."""
    await alice.fill("/mon-compte/adresse-e-mail", email="other@ours.example", current_password="wrong")
    await alice.fill("/mon-compte/mot-de-passe", current_password="wrong", new_password="n" * 20)
    fields = {"csrf": "", "email": "alice@ours.example"}
    await alice.post("/connexion/mot-de-passe-oublie", data=fields)
    assert not await rows(portal, OutboxMail)
    assert not await rows(portal, AccountToken)
    assert not await mailbox.delivered(app)


class Watching(Relay):
    """The real relay; what the database holds is read at the very moment of sending."""

    def __init__(self, portal):
        super().__init__(portal.settings)
        self.portal, self.seen = portal, []

    async def post(self, letter):
        self.seen.append(await everything_stored(self.portal))
        await super().post(letter)
        self.seen.append(await everything_stored(self.portal))


async def test_no_password_or_link_is_ever_stored_in_clear(app, portal, visitor, world, lone, mailbox):
    await open_account(visitor)
    await ask_reset(visitor)
    seen = [await everything_stored(portal)]
    watching = Watching(portal)
    mailbox.mood = "451 later"
    await dispatcher_of(app, watching).send_due()
    seen += [*watching.seen, await everything_stored(portal)]
    mailbox.mood = ""
    async with portal.database.transaction(write=True) as session:
        for mail in await rows(portal, OutboxMail):
            (await session.get_one(OutboxMail, mail.id)).due_at = mail.created_at
    await dispatcher_of(app, watching).send_due()
    seen += [*watching.seen, await everything_stored(portal)]
    created, reset = sorted(mailbox.letters, key=lambda letter: letter["To"] != NEW)
    password, link = password_in(created), link_in(reset, "nouveau-mot-de-passe").rpartition("/")[2]
    assert fingerprint(link) in seen[0], "the dump does see the tokens' table"
    for secret in (password, password.replace("-", ""), link):
        assert not [1 for each in seen if secret in each]


async def test_the_seed_is_wiped_once_the_letter_left(app, portal, visitor, world, lone, mailbox):
    await open_account(visitor)
    assert len((await the_mail(portal)).secret_seed) == 64
    await mailbox.delivered(app)
    mail = await the_mail(portal)
    assert (mail.secret_seed, mail.due_at, mail.last_error) == ("", None, "")
    (account,) = await rows(portal, Account, Account.email == NEW)
    assert account.temporary_hash.startswith("$2")


async def answers(*lines):
    """A relay that takes everything up to DATA and then says these raw bytes; it, and its port."""

    async def serve(reader, writer):
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            last = {b"DATA": b"".join(lines), b"QUIT": b"221 bye\r\n"}
            writer.write(last.get(line[:4].upper(), b"250 OK\r\n"))
            await writer.drain()
            if line[:4].upper() == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "words",
    [
        b"554 Bo\xeete indisponible\r\n",
        b"554 " + b"x" * 480 + b"\r\n",
        b"554 \x00nul\r\n",
        b"garbage\r\n",
        b"",
    ],
    ids=["latin-1", "long", "nul", "garbage", "silence then gone"],
)
async def test_whatever_the_relay_says_the_letter_waits_its_turn(words, app, portal, settings, world):
    server, port = await answers(words)
    await queue(portal, "a@ours.example")
    relay = Relay(settings)
    relay._options |= {"port": port, "timeout": 0.5}
    await dispatcher_of(app, relay).send_due()
    server.close()
    mail = await the_mail(portal)
    assert mail.last_error
    assert mail.due_at - mail.created_at < 2 * MINUTE, "the retry is noted, not only the lease"
