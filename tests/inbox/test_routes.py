"""/service/a-traiter: from what waits to its answer, and what the employer sees of it."""

import pytest

from db.models import (
    CorrectionState,
    DeclarationCorrection,
    Inquiry,
    InquiryState,
    PublicInquiry,
    RequestState,
    Slot,
    SlotState,
)
from tests.actors import Actor
from tests.appointments.steps import a_request, the_request
from tests.clinic.steps import MONDAY, a_session
from tests.contact.test_public import PAGE, WRITTEN
from tests.inbox.steps import INBOX, page_of, propose, take, times_on
from tests.pages import check
from tests.planning.steps import PLANNING, a_person, a_slot, confirm
from tests.reading import rows
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


def plain(page):
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
async def asked(portal, world):
    return await a_request(portal, world.site, await a_person(portal, world.site), world.alice, kind="vip")


async def test_from_what_waits_to_the_appointment_that_the_employer_confirms(
    alice, clerk, portal, world, asked, mailbox, app
):
    await a_session(portal, world)
    page = await clerk.get(INBOX)
    check(page)
    assert "LE GALL Élise" in page.text
    shown = await clerk.get(page_of(asked))
    check(shown)
    assert "Proposer un créneau" in shown.text
    choosing = await clerk.get(f"{page_of(asked)}/creneau")
    check(choosing)
    assert "Lundi 9 mars à 9 h 00 – Centre de la Baie, Dr Abgrall" in choosing.text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    done = await clerk.follow(await propose(clerk, asked, (await times_on(clerk, asked))[0]))
    assert "Demande planifiée" in done.text
    assert "Le rendez-vous est proposé" in done.text
    assert (await the_request(portal, asked.id)).state == RequestState.PLANNED
    assert page_of(asked) not in (await clerk.get(INBOX)).text
    (slot,) = await rows(portal, Slot, Slot.request_id == asked.id)
    assert "LE GALL Élise" in (await alice.get(PLANNING)).text
    await confirm(alice, slot)
    sheet = await clerk.get(f"/service/feuille?centre={slot.centre_id}&jour={MONDAY:%d/%m/%Y}")
    assert "LE GALL Élise" in sheet.text
    assert "confirmé" in sheet.text
    assert any(
        "Votre demande" in mail["subject"] or "demande" in mail["subject"]
        for mail in await mailbox.delivered(app)
    )


async def test_of_two_colleagues_on_one_time_the_second_hears_that_it_is_taken(
    app, clerk, portal, world, asked
):
    await a_session(portal, world)
    other = await a_request(
        portal, world.site, await a_person(portal, world.site, "RIOU"), world.alice, kind="vip"
    )
    first = (await times_on(clerk, asked))[0]
    assert first in await times_on(clerk, other)
    await propose(clerk, asked, first)
    answer = await propose(clerk, other, first)
    assert answer.status_code == 409
    assert "vient d’être pris" in answer.text
    assert first not in await times_on(clerk, other)
    assert len(await rows(portal, Slot, Slot.session_id.is_not(None))) == 1


async def test_a_slot_kept_for_the_company_is_proposed_first(clerk, portal, world, asked):
    await a_session(portal, world)
    own = await a_slot(portal, world.site)
    times = await times_on(clerk, asked)
    assert times[0] == f"propre-{own.id}"
    await propose(clerk, asked, times[0])
    (slot,) = await rows(portal, Slot, Slot.request_id == asked.id)
    assert (slot.id, slot.state) == (own.id, SlotState.PROPOSED)


@pytest.mark.parametrize(
    "choice", ["", "x", "1", "1-x", "-5", "999-1773043200", "1-1", "propre-999", "propre-", "1-²"]
)
async def test_a_time_that_is_none_is_refused_in_words(clerk, portal, world, asked, choice):
    await a_session(portal, world)
    answer = await propose(clerk, asked, choice)
    assert answer.status_code in {404, 409, 422}
    assert (await the_request(portal, asked.id)).state == RequestState.SENT
    assert not await rows(portal, Slot, Slot.request_id == asked.id)


async def test_a_session_of_other_visits_has_no_time_for_this_one(clerk, portal, world, asked):
    await a_session(portal, world, kinds=("examen",))
    assert not await times_on(clerk, asked)


async def test_who_has_left_by_then_is_not_proposed(clerk, portal, world):
    await a_session(portal, world)
    person = await a_person(portal, world.site, exit_on="2026-03-05")
    asked = await a_request(portal, world.site, person, world.alice, kind="vip")
    answer = await propose(clerk, asked, (await times_on(clerk, asked))[0])
    assert answer.status_code == 422
    assert "a quitté l’entreprise" in answer.text
    assert not await rows(portal, Slot, Slot.session_id.is_not(None))


async def test_taken_answered_and_refused_the_employer_reads_each(alice, clerk, portal, asked):
    path, theirs = page_of(asked), f"/espace/00010-2/demandes/{asked.id}"
    await take(clerk, "request", asked)
    assert (await the_request(portal, asked.id)).state == RequestState.TAKEN
    assert (await take(clerk, "request", asked)).status_code == 303
    await clerk.fill(f"{path}/reponse", text="Quel jour vous convient ?")
    assert "Quel jour vous convient ?" in (await alice.get(theirs)).text
    empty = await clerk.fill(f"{path}/refus", reason=" ")
    assert empty.status_code == 422
    assert "Écrivez la raison" in empty.text
    await clerk.fill(f"{path}/refus", reason="Visite déjà faite en janvier.")
    assert "Visite déjà faite en janvier." in (await alice.get(theirs)).text
    over = await clerk.get(path)
    assert "Refuser cette demande" not in over.text
    assert "Proposer un créneau" not in over.text
    assert not await times_on(clerk, asked)


async def test_a_message_is_answered_or_ended(alice, clerk, portal, world):
    first, other = (await rows(portal, Inquiry, Inquiry.state == InquiryState.SENT))[:2]
    page = await clerk.get(f"/service/messages/{first.id}")
    check(page)
    await clerk.fill(f"/service/messages/{first.id}", text="C’est corrigé.")
    await clerk.fill(f"/service/messages/{other.id}/fin")
    states = {each.id: each.state for each in await rows(portal, Inquiry)}
    assert (states[first.id], states[other.id]) == (InquiryState.ANSWERED, InquiryState.CLOSED)
    assert f"/service/messages/{first.id}" not in (await clerk.get(f"{INBOX}?nature=messages")).text


async def test_who_has_no_account_is_answered_by_mail_once(app, visitor, clerk, portal, mailbox):
    await visitor.fill(PAGE, **WRITTEN)
    (message,) = await rows(portal, PublicInquiry)
    path = f"/service/messages-sans-compte/{message.id}"
    check(await clerk.get(path))
    assert message.name in (await clerk.get(f"{INBOX}?nature=publics")).text
    await clerk.fill(path, text="Il part demain.")
    again = await clerk.fill(path, to=path, text="Il part demain.")
    assert again.status_code in {409, 422}
    letters = [
        each
        for each in await mailbox.delivered(app)
        if "Il part demain." in each.get_body(("plain",)).get_content()
    ]
    assert [each["to"] for each in letters] == [message.email]


async def test_a_correction_is_accepted_or_refused_with_words(clerk, portal, world):
    found = await rows(portal, DeclarationCorrection, DeclarationCorrection.state == CorrectionState.SENT)
    path = f"/service/corrections/{found[0].id}"
    check(await clerk.get(path))
    undecided = await clerk.fill(path, state="", text="Oui")
    assert undecided.status_code == 422
    assert "Choisissez d’accepter ou de refuser" in undecided.text
    await clerk.fill(path, state="refused", text="Le nombre est juste.")
    (row,) = await rows(portal, DeclarationCorrection, DeclarationCorrection.id == found[0].id)
    assert (row.state, row.answer) == (CorrectionState.REFUSED, "Le nombre est juste.")


async def test_an_accident_asks_for_no_appointment(clerk, portal, world):
    asked = await a_request(
        portal, world.site, await a_person(portal, world.site), world.alice, motive="accident", kind=""
    )
    assert "Proposer un créneau" not in (await clerk.get(page_of(asked))).text
    assert not await times_on(clerk, asked)


async def test_the_inbox_asks_the_same_whatever_the_number_of_members(clerk, portal, world):
    for number in range(8):
        person = await a_person(portal, world.site, f"N{number}")
        await a_request(portal, world.site, person, world.alice, kind="vip")
    with statements_of(portal) as made:
        await clerk.get(INBOX)
    assert len(made) <= 8, made


async def test_only_the_service_enters(app, alice, world):
    async with Actor(app) as stranger:
        assert (await stranger.get(INBOX)).status_code in {303, 401}
    assert (await alice.get(INBOX)).status_code == 404
