"""What becomes of a request: its steps, what the service answers by mail and on the page, its end."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.appointments.staff import answer_request, refuse_request, take_request
from app.errors import Refused
from app.planning.staff import assign_slot, mark_done
from db.models import RequestMessage, RequestMotive, RequestState, Slot, SlotState
from tests.actors import Actor
from tests.appointments.steps import REQUESTS, a_request, a_slot, asked, served, the_request
from tests.doors import membership_of
from tests.employees.people import acting, an_employee, as_shown
from tests.pages import check
from tests.people.steps import a_member
from tests.postbox import link_in, words_of
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026, 10 h in Paris
HOME = "/espace/00010-2"
NEXT_WEEK = datetime(2026, 3, 11, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOLD = "Réponse du service à votre demande"


@pytest.fixture
async def elise(portal, world):
    return await an_employee(portal, world.site)


@pytest.fixture
async def request_of_alice(portal, world, elise):
    return await a_request(portal, world.site, elise, world.alice)


@pytest.fixture
def path(request_of_alice):
    return f"{REQUESTS}/{request_of_alice.id}"


async def write(actor, path, text, **more):
    return await actor.fill(
        path, to=f"{path}/messages", **await as_shown(actor, path) | {"text": text} | more
    )


def steps_of(page):
    """« Envoyée le 2 mars 2026 à 10 h 00 », in order."""
    steps = page.text.partition('<ol class="steps">')[2].partition("</ol>")[0]
    words = [line.partition("<time") for line in steps.split("<li>")[1:]]
    return [before + after.partition(">")[2].partition("<")[0] for before, _, after in words]


# --- Its steps


async def test_each_step_has_its_date_until_the_visit_took_place(
    app, alice, world, portal, elise, request_of_alice, path, time_machine_at
):
    number = request_of_alice.id
    slot = await a_slot(portal, world.site, NEXT_WEEK)
    time_machine_at.shift(HOUR / 6)
    await served(portal, world, take_request, number)
    assert "Demande prise en charge" in (await alice.get(path)).text
    time_machine_at.shift(HOUR / 6)
    await served(portal, world, lambda access, now: assign_slot(access, slot.id, elise.id, now, number))
    planned = await alice.get(path)
    assert "Demande planifiée" in planned.text
    assert f'<a href="{HOME}/planning/{slot.id}"><time' in planned.text
    assert ">11 mars 2026 à 9 h 30</time></a></p>" in planned.text
    check(planned)
    time_machine_at.move_to(NEXT_WEEK + HOUR)
    await served(portal, world, lambda access, now: mark_done(access, slot.id, now))
    async with await Actor(app).signed_in(world.alice) as later:
        page = await later.get(path)
    assert "Demande honorée" in page.text
    assert "Annuler cette demande" not in page.text
    assert steps_of(page) == [
        "Envoyée le 2 mars 2026 à 10 h 00", "Prise en charge le 2 mars 2026 à 10 h 10",
        "Planifiée le 2 mars 2026 à 10 h 20", "Honorée le 11 mars 2026 à 10 h 30",
    ]  # fmt: skip


async def test_what_is_planned_at_once_was_taken_at_that_instant(
    alice, world, portal, elise, request_of_alice, path
):
    slot = await a_slot(portal, world.site, NEXT_WEEK)
    await served(
        portal, world, lambda access, now: assign_slot(access, slot.id, elise.id, now, request_of_alice.id)
    )
    steps = steps_of(await alice.get(path))
    assert [step.partition(" le ")[0] for step in steps] == ["Envoyée", "Prise en charge", "Planifiée"]


@pytest.mark.parametrize("state", [SlotState.DECLINED, SlotState.CANCELLED, SlotState.ABSENT])
async def test_the_appointment_shown_is_the_one_that_still_answers(
    alice, world, portal, elise, request_of_alice, path, state
):
    mine = {"employee_id": elise.id, "request_id": request_of_alice.id}
    await a_slot(portal, world.site, NEXT_WEEK + timedelta(days=7), state=state, **mine)
    assert "Rendez-vous : <a" not in (await alice.get(path)).text
    assert ">–</td></tr>" in (await alice.get(REQUESTS)).text
    live = await a_slot(portal, world.site, NEXT_WEEK, **mine)
    page, listed = await alice.get(path), await alice.get(REQUESTS)
    assert f'Rendez-vous : <a href="{HOME}/planning/{live.id}">' in page.text
    assert "Annuler cette demande" not in page.text
    assert ">11/03/2026 à 9 h 30</time></td></tr>" in listed.text


async def test_another_date_opens_the_request_again_with_a_date_for_its_step(
    alice, world, portal, elise, time_machine_at
):
    """Planned by the employer, who gave somebody a free slot: the service never took it."""
    planned = {"state": RequestState.PLANNED, "planned_at": datetime(2026, 2, 27, tzinfo=UTC)}
    row = await a_request(portal, world.site, elise, world.alice, **planned)
    slot = await a_slot(portal, world.site, NEXT_WEEK, employee_id=elise.id, request_id=row.id)
    other = f"{HOME}/planning/{slot.id}/autre-date"
    fields = await as_shown(alice, other) | {"half_jeu_soir": "oui", "message": "Plutôt le jeudi"}
    answer = await alice.fill(other, **fields)
    assert answer.headers["location"] == f"{REQUESTS}/{row.id}?fait=envoyee"
    page = await alice.follow(answer)
    assert "Demande prise en charge" in page.text
    assert "Rendez-vous : <a" not in page.text
    for words in ("Jeudi après-midi", "Plutôt le jeudi", "Annuler cette demande"):
        assert words in page.text
    assert [step.partition(" le ")[0] for step in steps_of(page)] == [
        "Envoyée", "Prise en charge", "Rendez-vous du 11/03/2026 rendu au service,",
    ]  # fmt: skip
    assert len(await asked(portal, world.site)) == 1


async def test_another_date_asked_of_two_appointments_is_said_in_one_request(alice, world, portal, elise):
    """The second slot was proposed without saying which request it answers."""
    for day in (0, 7):
        slot = await a_slot(portal, world.site, NEXT_WEEK + timedelta(days=day), employee_id=elise.id)
        other = f"{HOME}/planning/{slot.id}/autre-date"
        answer = await alice.fill(other, **await as_shown(alice, other) | {"message": f"Jour {day}"})
        assert answer.status_code == 303, answer.text
    (row,) = await asked(portal, world.site)
    assert (row.motive, row.kind, row.state) == (RequestMotive.ANOTHER_DATE, "employeur", RequestState.SENT)
    page = await alice.get(f"{REQUESTS}/{row.id}")
    assert '<h1 tabindex="-1">Autre date pour un rendez-vous proposé</h1>' in page.text
    assert page.text.index("Jour 0") < page.text.index("Jour 7")


async def test_another_date_for_two_visits_at_once_is_refused_and_the_second_slot_stays(
    alice, world, portal, elise
):
    await a_request(portal, world.site, elise, world.alice, motive=RequestMotive.ANOTHER_DATE, kind="reprise")
    slot = await a_slot(portal, world.site, NEXT_WEEK, employee_id=elise.id)
    other = f"{HOME}/planning/{slot.id}/autre-date"
    refused = await alice.fill(other, **await as_shown(alice, other))
    assert refused.status_code == 422
    assert "Une autre date est déjà demandée pour une autre visite de cette personne." in refused.text
    assert [each.state for each in await rows(portal, Slot, Slot.id == slot.id)] == [SlotState.PROPOSED]


async def test_another_date_at_a_centre_that_is_not_there_is_refused_with_its_sentence(
    alice, world, portal, elise
):
    slot = await a_slot(portal, world.site, NEXT_WEEK, employee_id=elise.id)
    other = f"{HOME}/planning/{slot.id}/autre-date"
    refused = await alice.fill(other, **await as_shown(alice, other) | {"centre": "99"})
    assert refused.status_code == 422
    assert "Choisissez un centre dans la liste." in refused.text
    assert not await asked(portal, world.site)


# --- What the service answers


@pytest.mark.parametrize(
    ("act", "given", "state", "words"),
    [
        (take_request, (), "prise en charge", ""),
        (
            answer_request,
            ("Quel atelier ?\nMerci",),
            "envoyée",
            "Le service vous écrit :\n\nQuel atelier ? Merci",
        ),
        (refuse_request, (" Visite faite en février. ",), "refusée", "Visite faite en février."),
    ],
)
async def test_an_answer_leaves_by_mail_to_who_asked_and_waits_on_the_home_page(
    app, alice, world, portal, mailbox, request_of_alice, path, act, given, state, words
):
    assert TOLD not in (await alice.get(HOME)).text
    await served(portal, world, act, request_of_alice.id, *given)
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "alice@ours.example"
    assert letter["Subject"] == f"Votre espace AIST22 : réponse du service, demande {state}"
    said = words_of(letter)
    assert f"votre demande « Visite à votre demande » pour LE GALL Élise : {state}." in said
    assert words in said
    assert link_in(letter, "demandes") == path
    shown = (await alice.get(HOME)).text
    assert f'{TOLD} <span class="hint">– LE GALL Élise</span>' in shown
    assert f'<a class="do" href="{path}"' in shown
    assert '<span class="tag wait">réponse à lire</span>' in (await alice.get(REQUESTS)).text
    page = await alice.get(path)
    assert f"Demande {state}" in page.text
    for line in "".join(given).strip().splitlines():
        assert line in page.text
    check(page)


async def test_only_who_asked_is_written_to(app, world, portal, mailbox, elise):
    bob = await a_member(portal, world.site, "bea@ours.example", "rendez-vous")
    row = await a_request(portal, world.site, elise, bob)
    await served(portal, world, answer_request, row.id, "Bien reçu")
    assert [letter["To"] for letter in await mailbox.delivered(app)] == ["bea@ours.example"]


@pytest.mark.parametrize("how", ["ended", "left", "reads only"])
async def test_who_may_no_longer_ask_is_not_written_to_any_more(app, world, portal, mailbox, elise, how):
    account = await a_member(portal, world.site, "cabinet@elsewhere.example", "rendez-vous", third_party=True)
    await a_member(portal, world.site, "lecture@ours.example")
    row = await a_request(portal, world.site, elise, account)
    async with portal.database.transaction(write=True) as session:
        mine = await session.merge(await membership_of(portal, account, world.site))
        if how == "left":
            await session.delete(mine)
        mine.ends_on = datetime(2026, 3, 1, tzinfo=UTC).date() if how == "ended" else None
        mine.roles = ["lecture"] if how == "reads only" else mine.roles
    await served(portal, world, answer_request, row.id, "Bien reçu")
    assert [letter["To"] for letter in await mailbox.delivered(app)] == ["alice@ours.example"]


async def test_an_act_of_the_service_that_makes_no_sense_writes_and_sends_nothing(
    app, world, portal, mailbox, elise, request_of_alice
):
    number = request_of_alice.id
    with pytest.raises(Refused, match="Écrivez la raison"):
        await served(portal, world, refuse_request, number, "  ")
    await served(portal, world, take_request, number)
    with pytest.raises(Refused, match="n’attend plus"):
        await served(portal, world, take_request, number)
    slot = await a_slot(portal, world.site, NEXT_WEEK)
    await served(portal, world, lambda access, now: assign_slot(access, slot.id, elise.id, now, number))
    with pytest.raises(Refused, match="Un rendez-vous est proposé"):
        await served(portal, world, refuse_request, number, "Trop tard")
    row = await a_request(portal, world.site, elise, world.alice, state=RequestState.CANCELLED)
    with pytest.raises(Refused, match="terminée"):
        await served(portal, world, refuse_request, row.id, "Trop tard")
    assert len(await mailbox.delivered(app)) == 2
    assert (await the_request(portal, number)).refused_at is None


async def test_reading_the_page_does_not_mark_the_answer_as_read_but_the_button_does(
    alice, world, portal, request_of_alice, path
):
    await served(portal, world, answer_request, request_of_alice.id, "Bien reçu")
    for each in ("", "/messages", "/lecture", "/annulation"):
        assert (await alice.get(path + each)).status_code == 200
    assert TOLD in (await alice.get(HOME)).text
    stale = await alice.post(f"{path}/lecture", data={"csrf": "old"})
    assert stale.status_code == 422
    assert (await the_request(portal, request_of_alice.id)).unread_at
    done = await alice.follow(await alice.fill(path, to=f"{path}/lecture"))
    assert "La réponse est marquée comme lue." in done.text
    assert "J’ai lu la réponse" not in done.text
    for page in (await alice.get(HOME), await alice.get(REQUESTS)):
        assert TOLD not in page.text
        assert "réponse à lire" not in page.text
    assert (await the_request(portal, request_of_alice.id)).unread_at is None
    await served(portal, world, answer_request, request_of_alice.id, "Encore un mot")
    assert TOLD in (await alice.get(HOME)).text


async def test_a_reply_is_having_read(alice, world, portal, request_of_alice, path):
    await served(portal, world, answer_request, request_of_alice.id, "Quel atelier ?")
    done = await alice.follow(await write(alice, path, "La chaudronnerie"))
    assert "Votre message est envoyé au service." in done.text
    assert TOLD not in (await alice.get(HOME)).text


# --- The thread


async def test_the_thread_tells_who_wrote_what_in_order(
    app, alice, world, portal, request_of_alice, path, time_machine_at
):
    await write(alice, path, "Bonjour,\r\nquand ?")
    time_machine_at.shift(HOUR / 6)
    await served(portal, world, answer_request, request_of_alice.id, "<b>Jeudi</b> ?")
    async with acting(app, portal, world.site, "rendez-vous") as colleague:
        await write(colleague, path, "Parfait")
        page = await colleague.get(path)
    thread = page.text.partition("Échanges avec le service</h2>")[2]
    order = ["Alice Martin", "Bonjour,<br>quand ?", "AIST", "&lt;b&gt;Jeudi", "Ajout</strong>", "Parfait"]
    places = [thread.find(words) for words in order]
    assert places == sorted(places)
    assert min(places) >= 0, places
    assert "Claude Riou" not in page.text
    check(page)


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_message_sent_many_times_is_there_once(alice, world, portal, request_of_alice, path, at_once):
    fields = await as_shown(alice, path) | {"csrf": await alice.token(path), "text": "Bonjour"}
    sending = [alice.post(f"{path}/messages", data=fields) for _ in range(10)]
    answers = await asyncio.gather(*sending) if at_once else [await each for each in sending]
    assert {answer.headers["location"] for answer in answers} == {f"{path}?fait=message"}
    assert len(await rows(portal, RequestMessage, RequestMessage.request_id == request_of_alice.id)) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": " \n "}, "Écrivez votre message."),
        ({"text": "x" * 2001}, "Raccourcissez ce texte : 2000 caractères au plus"),
        ({"text": "Bonjour", "token": "x"}, "Rechargez la page et recommencez."),
        ({"text": "Bonjour", "csrf": "old"}, "trop longtemps"),
    ],
)
async def test_a_message_that_is_not_sent_comes_back(alice, portal, request_of_alice, path, typed, words):
    fields = await as_shown(alice, path) | {"csrf": await alice.token(path)}
    refused = await alice.post(f"{path}/messages", data=fields | typed)
    assert refused.status_code == 422
    assert words in refused.text
    assert typed["text"].strip()[:1000] in refused.text
    check(refused)
    assert not await rows(portal, RequestMessage, RequestMessage.request_id == request_of_alice.id)
