"""Several letters leave at once, each of them once, whatever one of them waits for."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.mail.outbox import new_seed, queue_mail
from app.mail.relay import Relay
from app.mail.sending import ATTEMPTS, LEASE, Dispatcher
from db.models import OutboxMail
from tests.faults.steps import dispatcher_of
from tests.postbox import words_of
from tests.reading import rows

MINUTE = timedelta(minutes=1)
SLOW = "slow@far.example"


async def queue(portal, *recipients, seed="", template="password_changed", **context):
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        for each in recipients:
            queue_mail(access, template, each, clock.now(), seed=seed, **context)


async def queue_link(portal, *recipients):
    """A letter that somebody waits for at a screen."""
    await queue(portal, *recipients, template="no_account", seed=new_seed())


class Held:
    """A relay that hears the recipient and says nothing until `let_go`, for those who are `slow`."""

    def __init__(self, mailbox, *slow):
        self.slow, self.heard, self._go = set(slow), [], asyncio.Event()
        mailbox.handle_RCPT = self.rcpt

    async def rcpt(self, _server, _session, envelope, address, _options):
        self.heard.append(address)
        if address in self.slow:
            await self._go.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def let_go(self):
        self._go.set()


async def until(is_so):
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.02)


def arrived(mailbox):
    return [letter["To"] for letter in mailbox.letters]


async def test_a_slow_recipient_holds_up_only_its_own_domain(app, portal, world, mailbox):
    held = Held(mailbox, SLOW)
    await queue(portal, SLOW)
    await queue(portal, "next@far.example", *(f"n{n}@near{n}.example" for n in range(9)))
    sending = asyncio.create_task(dispatcher_of(app).send_due())
    await until(lambda: len(mailbox.letters) == 9)
    assert "next@far.example" not in held.heard, "one conversation at a time with a domain"
    held.let_go()
    assert await sending == 11


async def test_a_letter_with_a_secret_passes_a_slow_one_of_its_domain(app, portal, world, mailbox):
    held = Held(mailbox, SLOW)
    await queue_link(portal, SLOW)
    sending = asyncio.create_task(dispatcher_of(app).send_due())
    await until(lambda: held.heard)
    await queue_link(portal, "alice@far.example")
    await asyncio.gather(dispatcher_of(app).send_due())
    assert arrived(mailbox) == ["alice@far.example"]
    held.let_go()
    assert await sending == 1


async def test_letters_with_a_secret_leave_first_and_have_hands_of_their_own(app, portal, world, mailbox):
    news = [f"n{n}@slow{n}.example" for n in range(12)]
    held = Held(mailbox, *news)
    await queue(portal, *news)
    async with app.app.lifespan():
        await until(lambda: len(held.heard) == 4)
        await queue_link(portal, "alice@near.example", "bob@near.example")
        await until(lambda: len(mailbox.letters) == 2)
        assert sorted(arrived(mailbox)) == ["alice@near.example", "bob@near.example"]
        assert len(held.heard) == 6, "no more than four of the others at once"
        held.let_go()
        await until(lambda: {*news} <= {*arrived(mailbox)})  # reminders of the night may leave among them


async def test_who_waits_at_a_screen_goes_before_who_asked_first(app, portal, world, mailbox):
    await queue(portal, *(f"n{n}@one.example" for n in range(5)))
    await queue_link(portal, "alice@two.example")
    await dispatcher_of(app).send_due()
    assert arrived(mailbox)[0] == "alice@two.example"


async def test_one_connection_carries_many_letters(app, portal, world, mailbox):
    peers = set()

    async def counted(_server, session, envelope, address, _options):
        peers.add(session.peer)
        envelope.rcpt_tos.append(address)
        return "550 unknown" if address.startswith("n3") else "250 OK"

    mailbox.handle_RCPT = counted
    await queue(portal, *(f"n{n}@one.example" for n in range(8)))
    assert await dispatcher_of(app).send_due() == 7
    assert len(peers) == 1, "a letter refused does not cost the connection"


@pytest.mark.parametrize("end", ["closed", "421"])
async def test_a_kept_connection_that_died_is_opened_again(end, app, portal, world, settings, mailbox):
    relay, ended = Relay(settings), []

    async def rset(server, _session, _envelope):
        if not ended:
            ended.append(end)
            if end == "421":
                return "421 too many letters on this connection"
            server.transport.abort()
        return "250 OK"

    mailbox.handle_RSET = rset
    dispatcher = dispatcher_of(app, relay)
    await queue(portal, "a@one.example", "b@one.example", "c@one.example")
    assert await dispatcher.send_due() == 3
    assert ended
    assert sorted(arrived(mailbox)) == ["a@one.example", "b@one.example", "c@one.example"]


async def test_a_relay_that_hangs_up_after_the_letter_gets_it_once_a_try(
    time_machine_at, app, portal, world, mailbox
):
    """The library's own second try would make two of each."""
    mailbox.mood = "drop"
    dispatcher = dispatcher_of(app)
    await queue(portal, "a@one.example")
    assert await dispatcher.send_due() == 0
    assert len(mailbox.letters) == 1
    mailbox.mood = ""
    time_machine_at.shift(2 * MINUTE)
    assert await dispatcher.send_due() == 1
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 1
    assert len(mailbox.letters) == 2


@pytest.mark.parametrize("step", ["greeting", "rcpt", "data"])
async def test_the_whole_conversation_has_a_deadline_below_the_lease(
    step, app, portal, world, settings, mailbox, monkeypatch
):
    """Whatever the relay is slow at, and though each of its answers comes in time."""
    monkeypatch.setattr("app.mail.sending.DEADLINE_SECONDS", 1.0)

    over, talks = asyncio.Event(), []

    async def serve(reader, writer):
        talks.append(asyncio.current_task())
        if step == "greeting":
            await over.wait()
        writer.write(b"220 relay\r\n")
        in_letter = False
        while not over.is_set() and (line := await reader.readline()):
            if step == "rcpt":
                await asyncio.sleep(0.4)
            if in_letter:
                if line == b".\r\n":
                    await over.wait()
                continue
            in_letter = line[:4] == b"DATA"
            writer.write(b"354 go\r\n" if in_letter else b"250 OK\r\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    relay = Relay(settings)
    relay._options["port"] = server.sockets[0].getsockname()[1]
    await queue(portal, "a@one.example")
    await dispatcher_of(app, relay).send_due()
    over.set()
    server.close()
    await asyncio.gather(*talks)
    (mail,) = await rows(portal, OutboxMail)
    assert "secondes" in mail.last_error
    assert (mail.attempts, mail.taken_by) == (1, "")
    assert mail.due_at - mail.waits_since == MINUTE


def test_the_deadline_leaves_time_to_note_what_became_of_it():
    from app.mail.sending import DEADLINE_SECONDS, NOTE_PAUSES

    assert timedelta(seconds=DEADLINE_SECONDS + sum(NOTE_PAUSES) + 10 * len(NOTE_PAUSES)) < LEASE


class Counting:
    """A postbox that notes what it is given."""

    def __init__(self):
        self.letters = []

    async def post(self, letter):
        await asyncio.sleep(0)
        self.letters.append(letter.message_id)

    async def rest(self):
        pass


async def test_dispatchers_that_ask_at_once_never_take_the_same_letter(app, portal, world):
    await queue(portal, *(f"n{n}@d{n % 7}.example" for n in range(60)))
    postbox = Counting()
    many = [Dispatcher(portal, postbox, app.app.state.templates) for _ in range(5)]
    assert sum(await asyncio.gather(*(each.send_due() for each in many))) == 60
    assert len(set(postbox.letters)) == len(postbox.letters) == 60


async def test_no_more_letters_are_leased_than_leave(app, portal, world, mailbox):
    held = Held(mailbox, *(f"n{n}@slow{n}.example" for n in range(6)))
    await queue(portal, *sorted(held.slow))
    sending = asyncio.create_task(dispatcher_of(app).send_due())
    await until(lambda: len(held.heard) == 4)
    assert len(await rows(portal, OutboxMail, OutboxMail.taken_by != "")) == 4
    held.let_go()
    assert await sending == 6


async def test_a_letter_that_left_is_marked_though_the_base_was_locked_at_that_moment(
    app, portal, world, mailbox, monkeypatch
):
    monkeypatch.setattr("app.mail.sending.NOTE_PAUSES", (0.0, 0.0, 0.0))
    dispatcher, writing, failed = dispatcher_of(app), Dispatcher._write_note, []

    async def locked_once(self, *given, **more):
        if not failed:
            failed.append(True)
            raise OSError("locked")
        await writing(self, *given, **more)

    monkeypatch.setattr(Dispatcher, "_write_note", locked_once)
    await queue(portal, "a@one.example")
    assert await dispatcher.send_due() == 1
    (mail,) = await rows(portal, OutboxMail)
    assert mail.sent_at
    assert failed


async def test_sending_again_what_leaves_at_this_moment_makes_no_second(app, clerk, portal, world, mailbox):
    mailbox.mood = "550 not now"
    await queue(portal, SLOW)
    await mailbox.delivered(app)
    mailbox.mood, held = "", Held(mailbox, SLOW)
    (mail,) = await rows(portal, OutboxMail)
    await clerk.fill("/service", to=f"/service/courriels/{mail.id}")
    sending = asyncio.create_task(dispatcher_of(app).send_due())
    await until(lambda: held.heard)
    await clerk.fill("/service", to=f"/service/courriels/{mail.id}")
    assert await dispatcher_of(app).send_due() == 0
    held.let_go()
    assert await sending == 1
    assert arrived(mailbox) == [SLOW]


class Passing:
    """Seconds that the test decides."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def with_time(app, passing, postbox=None):
    state = app.app.state
    return Dispatcher(state.portal, postbox or Relay(state.portal.settings), state.templates, passing)


@pytest.mark.parametrize("back", [timedelta(seconds=30), timedelta(hours=3), timedelta(days=400)])
async def test_a_refused_letter_leaves_on_time_though_the_clock_goes_back(
    back, time_machine_at, app, portal, world, mailbox
):
    passing, mailbox.mood = Passing(), "451 later"
    dispatcher = with_time(app, passing)
    await queue(portal, "a@one.example")
    assert await dispatcher.send_due() == 0
    time_machine_at.shift(-back)
    mailbox.mood = ""
    passing.seconds += 50
    assert await dispatcher.send_due() == 0, "before its minute"
    passing.seconds += 11
    assert await dispatcher.send_due() == 1


async def test_a_new_letter_leaves_at_once_though_the_clock_goes_back(
    time_machine_at, app, portal, world, mailbox
):
    running = with_time(app, passing := Passing())
    await running.send_due()
    await queue(portal, "a@one.example")
    time_machine_at.shift(-timedelta(days=2))
    passing.seconds += 1
    assert await running.send_due() == 1


async def test_a_portal_started_after_the_clock_went_back_sends_what_waited(
    time_machine_at, app, portal, world, mailbox
):
    mailbox.mood = "451 later"
    await queue(portal, "refused@one.example")
    await dispatcher_of(app).send_due()
    mailbox.mood = ""
    await queue(portal, "new@two.example")
    time_machine_at.shift(-timedelta(days=30))
    started = dispatcher_of(app)
    assert await started.send_due() == 1
    time_machine_at.shift(MINUTE + timedelta(seconds=1))
    assert await started.send_due() == 1, "its minute began again, and no more"


async def test_a_clock_that_jumps_ahead_ends_no_lease_and_gives_up_nothing(
    time_machine_at, app, portal, world, mailbox
):
    held = Held(mailbox, SLOW)
    other = with_time(app, Passing(), Counting())
    await other.send_due()
    await queue(portal, SLOW)
    sending = asyncio.create_task(dispatcher_of(app).send_due())
    await until(lambda: held.heard)
    time_machine_at.shift(timedelta(days=3))
    assert await other.send_due() == 0, "somebody is at it"
    held.let_go()
    assert await sending == 1

    mailbox.mood = "451 later"
    await queue(portal, "b@one.example")
    time_machine_at.shift(timedelta(days=3))
    await dispatcher_of(app).send_due()
    mail = (await rows(portal, OutboxMail))[-1]
    assert mail.due_at
    assert not mail.failed_at, f"a day is {ATTEMPTS} attempts, whatever the clock says"


@pytest.mark.parametrize(
    ("stored", "words"), [("rené@ours.example", "accent"), ("no-address", "complète")], ids=["accent", "none"]
)
async def test_an_old_address_that_cannot_be_mailed_ends_where_the_service_sees_it(
    stored, words, app, portal, world, clerk, mailbox
):
    await queue(portal, stored)
    await mailbox.delivered(app)
    (mail,) = await rows(portal, OutboxMail)
    assert mail.failed_at
    assert (mail.due_at, mail.attempts) == (None, 1)
    page = await clerk.get("/service")
    assert stored in page.text
    assert words in page.text
    assert not mailbox.letters


@pytest.mark.parametrize(
    ("kept", "sent"),
    [("rene@société.example", "rene@xn--socit-esab.example"),
     ("a@straße.example", "a@xn--strae-oqa.example")],
)  # fmt: skip
async def test_mail_to_an_international_domain_leaves(kept, sent, app, portal, world, mailbox):
    reached = []

    async def noted(_server, _session, envelope, address, _options):
        reached.append(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    mailbox.handle_RCPT = noted
    await queue(portal, kept)
    (letter,) = await mailbox.delivered(app)
    assert (reached, letter["To"]) == ([sent], sent)


async def test_what_leaves_is_read_back_as_it_was_meant(app, portal, world, settings, mailbox):
    await queue(portal, "a@one.example", "b@one.example")
    first, second = await mailbox.delivered(app)
    for again in (message_from_bytes(each.as_bytes(), policy=default) for each in (first, second)):
        assert again["Auto-Submitted"] == "auto-generated"
        assert words_of(again).strip()
    async with portal.database.transaction(write=False) as session:
        assert not (await session.exec(select(OutboxMail).where(OutboxMail.taken_by != ""))).all()
