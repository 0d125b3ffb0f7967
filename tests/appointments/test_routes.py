"""A request cancelled, and the list of them all: filtered, paged, each company its own."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from app import clock
from app.appointments.staff import answer_request, refuse_request, take_request
from db.models import AuditEvent, AuditKind, RequestMotive, RequestState, SlotState
from tests.appointments.steps import REQUESTS, a_request, a_slot, served, the_request
from tests.employees.people import acting, an_employee
from tests.pages import check
from tests.reading import rows
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NEXT_WEEK = datetime(2026, 3, 11, 8, 30, tzinfo=UTC)
LINE = re.compile(rf'<a href="{REQUESTS}/(\d+)">')
OLDER = re.compile(rf'href="({REQUESTS}\?[^"]*)" rel="next"')


@pytest.fixture
async def elise(portal, world):
    return await an_employee(portal, world.site)


async def cancelled(portal):
    return await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.APPOINTMENT_CANCELLED)


async def test_a_stop_that_was_signalled_is_over_once_the_service_knows_and_the_next_may_follow(
    alice, world, portal, elise
):
    stop = {
        "motive": RequestMotive.ACCIDENT,
        "kind": "",
        "stop_from": date(2026, 2, 1),
        "back_on": date(2026, 2, 9),
    }
    first = await a_request(portal, world.site, elise, world.alice, **stop)
    await served(portal, world, take_request, first.key)
    assert (await the_request(portal, first.key)).state == RequestState.DONE
    await a_request(portal, world.site, elise, world.alice, **stop)
    page = await alice.get(f"{REQUESTS}/{first.id}")
    assert "Prise en charge le" in page.text
    assert "Demande prise en compte" in page.text
    assert "Prise en compte le" in page.text


async def test_who_may_only_read_learns_neither_why_somebody_was_away_nor_what_the_service_said(
    app, world, portal, elise
):
    stop = {"cause": "maladie_pro", "stop_from": date(2026, 2, 1), "back_on": date(2026, 2, 20)}
    more = {"motive": RequestMotive.RETURN, "kind": "reprise", "interpreter": "breton", "reason": ""}
    request = await a_request(portal, world.site, elise, world.alice, **stop | more)
    await served(portal, world, refuse_request, request.key, "Déjà vue le 3.")
    async with acting(app, portal, world.site) as reader:
        page = await reader.get(f"{REQUESTS}/{request.id}")
        assert "Demande refusée" in page.text
        for words in (
            "Maladie professionnelle",
            "maladie professionnelle",
            "breton",
            "Déjà vue",
            "01/02/2026",
        ):
            assert words not in page.text
        assert "Réponse du service" not in (await reader.get("/espace/00010-2")).text


# --- Cancelled


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_request_is_cancelled_once_however_often_it_is_asked(alice, world, portal, elise, at_once):
    row = await a_request(portal, world.site, elise, world.alice)
    await served(portal, world, answer_request, row.id, "Bien reçu")
    path = f"{REQUESTS}/{row.id}"
    asking = await alice.get(f"{path}/annulation")
    assert "Visite à votre demande, pour LE GALL Élise. Demande envoyée." in asking.text
    check(asking)
    fields = {"csrf": await alice.token(f"{path}/annulation")}
    sending = [alice.post(f"{path}/annulation", data=fields) for _ in range(8)]
    answers = await asyncio.gather(*sending) if at_once else [await each for each in sending]
    assert {answer.headers["location"] for answer in answers} == {f"{path}?fait=annulee"}
    shown = await alice.follow(answers[0])
    assert "La demande est annulée." in shown.text
    assert "Demande annulée" in shown.text
    assert "<li>Annulée le <time" in shown.text
    assert f"{path}/annulation" not in shown.text
    found = await the_request(portal, row.id)
    assert (found.state, found.unread_at) == (RequestState.CANCELLED, None)
    (event,) = await cancelled(portal)
    assert (event.about, event.company_id) == ("LE GALL Élise", world.site.id)


@pytest.mark.parametrize("state", [RequestState.DONE, RequestState.REFUSED])
async def test_what_is_over_is_not_cancelled_any_more(alice, world, portal, elise, state):
    row = await a_request(portal, world.site, elise, world.alice, state=state)
    path = f"{REQUESTS}/{row.id}"
    assert f"{path}/annulation" not in (await alice.get(path)).text
    assert "<button>Annuler la demande" not in (await alice.get(f"{path}/annulation")).text
    refused = await alice.fill(path, to=f"{path}/annulation")
    assert refused.status_code == 422
    assert "Cette demande est terminée : elle ne s’annule plus." in refused.text
    check(refused)
    assert (await the_request(portal, row.id)).state == state
    assert not await cancelled(portal)


@pytest.mark.parametrize("state", [SlotState.PROPOSED, SlotState.CONFIRMED])
async def test_a_request_that_has_an_appointment_is_answered_on_the_planning(
    alice, world, portal, elise, state
):
    row = await a_request(portal, world.site, elise, world.alice, state=RequestState.PLANNED)
    mine = {"employee_id": elise.id, "request_id": row.id}
    slot = await a_slot(portal, world.site, NEXT_WEEK, state=state, **mine)
    await a_slot(portal, world.site, NEXT_WEEK + timedelta(days=7), state=SlotState.DECLINED, **mine)
    path = f"{REQUESTS}/{row.id}"
    assert f"{path}/annulation" not in (await alice.get(path)).text
    refused = await alice.fill(path, to=f"{path}/annulation")
    assert refused.status_code == 422
    assert "Un rendez-vous est proposé" in refused.text
    assert f'href="/espace/00010-2/planning/{slot.id}"' in refused.text
    check(refused)
    assert (await the_request(portal, row.id)).state == RequestState.PLANNED
    assert not await cancelled(portal)


async def test_an_old_page_of_a_cancellation_cancels_nothing(alice, world, portal, elise):
    row = await a_request(portal, world.site, elise, world.alice)
    stale = await alice.post(f"{REQUESTS}/{row.id}/annulation", data={"csrf": "old"})
    assert stale.status_code == 422
    assert "trop longtemps" in stale.text
    assert (await the_request(portal, row.id)).state == RequestState.SENT


# --- Each company its own


async def test_the_request_of_another_company_is_the_very_page_of_one_that_is_not_there(alice, world, portal):
    other = await an_employee(portal, world.theirs)
    theirs = await a_request(portal, world.theirs, other, world.charlie)
    sibling = await a_request(portal, world.ours, world.employee, world.alice, state=RequestState.CANCELLED)
    token = await alice.token("/mon-compte/mot-de-passe")
    fields = {"csrf": token, "token": "t" * 22, "text": "Bonjour"}
    for act, posts in (("", False), ("/messages", True), ("/lecture", True), ("/annulation", True)):
        numbers = (theirs.id, sibling.id, 0, 999_999, 2**31, 2**63, 10**30)
        read = {(await alice.get(f"{REQUESTS}/{number}{act}")).content for number in numbers}
        assert len(read) == 1, act
        assert (await alice.get(f"{REQUESTS}/{theirs.id}{act}")).status_code == 404
        if posts:
            sent = fields if act == "/messages" else {"csrf": token}
            answers = [await alice.post(f"{REQUESTS}/{number}{act}", data=sent) for number in numbers]
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.content for answer in answers}) == 1, act
    assert await the_request(portal, theirs.id) == theirs
    assert await the_request(portal, sibling.id) == sibling


# --- The list


async def test_a_list_shows_whom_what_when_and_where_it_stands(alice, world, portal, elise):
    row = await a_request(portal, world.site, elise, world.alice)
    await served(portal, world, refuse_request, row.id, "Visite faite en février.")
    listed = await alice.get(REQUESTS)
    line = "".join(listed.text.partition("<tbody>")[2].partition("</tbody>")[0].splitlines())
    assert line.count("<tr>") == 1
    for words in (">LE GALL Élise</a>", ">Visite à votre demande</td>", ">02/03/2026</time>"):
        assert words in line
    states = '<span class="tag bad">refusée</span> <span class="tag wait">réponse à lire</span>'
    assert f'{states}</td><td class="dash">–</td>' in line
    check(listed)


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("", list(RequestState)[::-1]),
        ("?etat=encours", [RequestState.PLANNED, RequestState.TAKEN, RequestState.SENT]),
        ("?etat=finies", [RequestState.CANCELLED, RequestState.REFUSED, RequestState.DONE]),
        ("?etat=autre", list(RequestState)[::-1]),
        ("?avant=hier~3", list(RequestState)[::-1]),
        ("?avant=2026-03-02T09:00:00~3", list(RequestState)[::-1]),
        ("?avant=2026-03-02T09:00:00%2B00:00~0", list(RequestState)[::-1]),
        ("?avant=2000-01-01T00:00:00%2B00:00~1", []),
    ],
)
async def test_a_list_is_filtered_by_what_is_under_way_and_what_is_over(alice, world, portal, query, states):
    made = {}
    for minute, state in enumerate(RequestState):
        who = await an_employee(portal, world.site, birth_name=state.upper())
        sent_at = clock.now() + timedelta(minutes=minute)
        made[state] = await a_request(portal, world.site, who, world.alice, state=state, sent_at=sent_at)
    page = await alice.get(REQUESTS + query)
    assert [int(each) for each in LINE.findall(page.text)] == [made[state].id for state in states]
    check(page)
    part = await alice.partial(REQUESTS + query)
    fragment = part.text.partition("</title>")[2].strip()
    assert fragment.startswith('<div id="appointments-table" data-said=')
    assert fragment in page.text


async def test_pages_of_requests_sent_at_the_same_instant_leave_none_out(alice, world, portal, elise):
    at = clock.now()
    for _ in range(60):
        await a_request(portal, world.site, elise, world.alice, state=RequestState.REFUSED, sent_at=at)
    for query in ("", "?etat=finies"):
        seen, following = [], REQUESTS + query
        while following:
            page = await alice.get(following)
            check(page)
            seen.append([int(each) for each in LINE.findall(page.text)])
            following = next(iter(OLDER.findall(page.text)), "").replace("&amp;", "&")
            assert ("Revenir aux plus récentes" in page.text) is (len(seen) > 1)
        assert [len(each) for each in seen] == [25, 25, 10]
        numbers = [each for page in seen for each in page]
        assert numbers == sorted(set(numbers), reverse=True)


async def test_an_empty_list_says_what_is_asked_for_here(alice, world):
    empty = await alice.get(REQUESTS)
    assert "Vous n’avez encore rien demandé." in empty.text
    check(empty)
    filtered = await alice.get(f"{REQUESTS}?etat=finies")
    assert f'Aucune demande ici. <a href="{REQUESTS}">Voir toutes les demandes</a>' in filtered.text


async def test_a_long_list_and_a_long_thread_cost_as_many_statements_as_short_ones(
    alice, world, portal, elise
):
    first = await a_request(portal, world.site, elise, world.alice)
    await served(portal, world, answer_request, first.id, "Bonjour")
    counts = []
    for _ in range(2):
        with statements_of(portal) as seen:
            for path in (REQUESTS, f"{REQUESTS}/{first.id}", "/espace/00010-2"):
                assert (await alice.get(path)).status_code == 200
        counts.append(len(seen))
        for number in range(24):
            who = await an_employee(portal, world.site, birth_name=f"N{number:02}")
            row = await a_request(portal, world.site, who, world.alice)
            for each in (first, row):
                await served(portal, world, answer_request, each.id, "Bonjour")
    assert counts[0] == counts[1]
