"""The sheet of a person holds all that is theirs: appointments, requests, documents, where to change what."""

from datetime import UTC, datetime, timedelta

import pytest

from app.follow_up.words import SLOT_TAGS
from db.models import Document, DocumentKind, RequestState, SlotState
from tests.appointments.steps import a_request
from tests.employees.people import LIST, acting, an_employee
from tests.pages import check
from tests.planning.steps import PLANNING, WEDNESDAY, a_slot
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def a_document(portal, company, person, kind=DocumentKind.ATTESTATION):
    async with portal.database.transaction(write=True) as session:
        document = Document(
            kind=kind, title=f"{kind.value} de mars", file_name="a.pdf", media_type="application/pdf", size=1,
            sha256="0" * 64, series=kind.value, token=kind.value, from_service=True, employee_id=person.key,
            company_id=company.key, created_at=datetime(2026, 1, 5, tzinfo=UTC),
        )  # fmt: skip
        session.add(document)
    return document


async def the_sheet(actor, person):
    page = await actor.get(f"{LIST}/{person.key}")
    assert page.status_code == 200
    check(page)
    return page.text


async def test_who_is_late_is_asked_for_until_an_appointment_or_a_request_is_under_way(alice, world, portal):
    late = await an_employee(portal, world.site, birth_name="RETARD")
    asking = f"nouvelle/retard?salarie={late.key}"
    page = await the_sheet(alice, late)
    assert asking in page
    assert "En retard : elle devait avoir lieu" in page
    request = await a_request(portal, world.site, late, world.alice, kind=late.due_kind)
    page = await the_sheet(alice, late)
    assert asking not in page
    assert "En retard" not in page
    assert f'demandes/{request.id}">Suivre cette demande' in page
    slot = await a_slot(portal, world.site, late, kind=late.due_kind)
    page = await the_sheet(alice, late)
    assert "Suivre cette demande" not in page
    assert f'{PLANNING}/{slot.id}">Répondre' in page
    assert "R4624-10" in page


async def test_a_confirmed_appointment_leads_to_its_convocation_where_one_may_act(app, alice, world, portal):
    late = await an_employee(portal, world.site)
    more = {"state": "confirmed", "confirmed_at": WEDNESDAY, "kind": late.due_kind}
    slot = await a_slot(portal, world.site, late, **more)
    path = f"{PLANNING}/{slot.id}/convocation"
    assert path in await the_sheet(alice, late)
    assert (await alice.get(path)).status_code == 200
    async with acting(app, portal, world.site) as reader:
        page = await the_sheet(reader, late)
        assert path not in page
        assert f'{PLANNING}/{slot.id}">Voir ce rendez-vous' in page


@pytest.mark.parametrize("state", [each for each in SlotState if each != SlotState.DONE])
async def test_an_appointment_stands_there_with_its_state(alice, world, portal, state):
    person = await an_employee(portal, world.site)
    slot = await a_slot(portal, world.site, person, state=state)
    rows = (await the_sheet(alice, person)).partition("<h2>Rendez-vous</h2>")[2].partition("</table>")[0]
    words, kind = SLOT_TAGS[state]
    assert f'href="{PLANNING}/{slot.id}"' in rows
    assert f'<span class="tag{" " + kind if kind else ""}">{words}</span>' in rows


async def test_a_visit_that_took_place_is_told_once(alice, world, portal):
    person = await an_employee(portal, world.site)
    await a_slot(portal, world.site, person, state=SlotState.DONE)
    assert "<h2>Rendez-vous</h2>" not in await the_sheet(alice, person)


@pytest.mark.parametrize(
    ("state", "tag"),
    [
        (RequestState.SENT, '<span class="tag wait">envoyée</span>'),
        (RequestState.REFUSED, '<span class="tag bad">refusée</span>'),
        (RequestState.CANCELLED, '<span class="tag">annulée</span>'),
    ],
)
async def test_a_request_stands_there_with_its_state(alice, world, portal, state, tag):
    person = await an_employee(portal, world.site)
    request = await a_request(portal, world.site, person, world.alice, state=state)
    rows = (await the_sheet(alice, person)).partition("<h2>Demandes</h2>")[2].partition("</table>")[0]
    assert f'demandes/{request.id}">Visite à votre demande</a>' in rows
    assert tag in rows


async def test_documents_are_shown_to_who_may_open_them(app, alice, world, portal):
    person = await an_employee(portal, world.site)
    other = await an_employee(portal, world.site, birth_name="AUTRE")
    shared = await a_document(portal, world.site, person)
    notice = await a_document(portal, world.site, person, DocumentKind.APTITUDE)
    page = await the_sheet(alice, person)
    for each in (shared, notice):
        assert f'documents/{each.id}">{each.title}</a>' in page
    assert "documents/" not in (await the_sheet(alice, other)).partition("<main")[2].partition("</main>")[0]
    async with acting(app, portal, world.site) as reader:
        page = await the_sheet(reader, person)
        assert shared.title in page
        assert notice.title not in page


async def test_each_block_leads_to_its_own_fields_for_who_may_change_them(app, alice, world, portal):
    person = await an_employee(portal, world.site)
    page = await the_sheet(alice, person)
    form = (await alice.get(f"{LIST}/{person.key}/correction")).text
    for field in ("birth_name", "entry_on", "risks"):
        assert f'/correction#{field}">Modifier' in page
        assert f'id="{field}"' in form
    async with acting(app, portal, world.site) as reader:
        assert "Modifier" not in await the_sheet(reader, person)


async def test_a_full_sheet_asks_as_many_statements_as_an_empty_one(alice, world, portal):
    person = await an_employee(portal, world.site)
    with statements_of(portal) as empty:
        await the_sheet(alice, person)
    for place in range(3):
        states = (SlotState.CONFIRMED, SlotState.DECLINED, SlotState.ABSENT)
        await a_slot(portal, world.site, person, WEDNESDAY + timedelta(days=place), state=states[place])
    await a_request(portal, world.site, person, world.alice)
    await a_document(portal, world.site, person)
    with statements_of(portal) as full:
        await the_sheet(alice, person)
    assert len(full) == len(empty)
