"""What is refused in plain words, what the mails say, and that nothing typed is lost behind a success."""

from datetime import UTC, date, datetime

import pytest

from app import clock
from app.follow_up.law import DoneVisit
from app.planning.staff import assign_slot, mark_absent, withdraw_slot
from db.models import RequestMessage, RequestState, SlotState, VisitKind
from tests.appointments.steps import REQUESTS, a_request, a_slot, ask, asked, form_for, served, typed_for
from tests.employees.people import an_employee, as_shown
from tests.pages import check
from tests.postbox import words_of
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NEXT_WEEK = datetime(2026, 3, 11, 8, 30, tzinfo=UTC)
EARLY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATE = {"entry_on": "2024-01-02"}  # the initial visit was due in April 2024


async def test_who_has_a_date_for_the_visit_that_is_late_is_neither_offered_nor_asked_for(
    alice, world, portal
):
    called = await an_employee(portal, world.site, birth_name="APPELÉ", **LATE)
    await an_employee(portal, world.site, birth_name="OUBLIÉ", **LATE)
    seen = await typed_for(alice, "retard", called)
    slot = await a_slot(portal, world.site, NEXT_WEEK, employee_id=called.id, kind=called.due_kind)
    offered = (await alice.get(f"{REQUESTS}/nouvelle/retard/salaries")).text
    assert "OUBLIÉ" in offered
    assert "APPELÉ" not in offered
    told_at_once = (await alice.get(form_for("retard", called))).text
    assert "un rendez-vous est déjà proposé, le 11 mars 2026 à 9 h 30" in told_at_once
    assert f'/planning/{slot.id}">Voir ce rendez-vous' in told_at_once
    refused = await alice.fill(form_for("retard", called), to=f"{REQUESTS}/nouvelle/retard", **seen)
    assert refused.status_code == 422
    assert "un rendez-vous est déjà proposé, le 11 mars 2026 à 9 h 30" in refused.text
    assert not await asked(portal, world.site)


async def test_who_may_be_asked_for_is_offered_with_the_appointment_they_have(alice, world, portal):
    person = await an_employee(portal, world.site)
    await a_slot(portal, world.site, NEXT_WEEK, employee_id=person.id, kind=person.due_kind)
    offered = (await alice.get(f"{REQUESTS}/nouvelle/reprise/salaries")).text
    assert "mer. 11 mars à 9 h 30, à confirmer</span>" in offered.replace("\N{NO-BREAK SPACE}", " ")


async def test_a_mid_career_visit_is_asked_for_until_it_took_place(alice, world, portal):
    had = DoneVisit(VisitKind.MID_CAREER, date(2024, 5, 6))
    told_of = {"birth_on": "1979-05-06", "entry_on": "2015-01-05"}
    seen = await an_employee(portal, world.site, had, birth_name="VUE", **told_of)
    await an_employee(portal, world.site, birth_name="ATTEND", **told_of)
    offered = (await alice.get(f"{REQUESTS}/nouvelle/mi_carriere/salaries")).text
    assert "ATTEND" in offered
    assert "VUE" not in offered
    refused = await ask(alice, "mi_carriere", seen)
    assert "sa visite de mi-carrière a déjà eu lieu, le 6 mai 2024" in refused.text


@pytest.mark.parametrize(
    ("motive", "typed", "words"),
    [
        ("reprise", {"stop_from": "1900-01-01"}, "L’arrêt commence avant l’entrée dans l’entreprise"),
        ("accident", {"stop_from": "1900-01-01"}, "L’arrêt commence avant l’entrée dans l’entreprise"),
        ("fin_carriere", {"back_on": "1990-03-01"}, "Ce départ à la retraite est passé"),
    ],
)
async def test_dates_that_cannot_be_are_refused(alice, world, portal, motive, typed, words):
    elise = await an_employee(portal, world.site)
    refused = await ask(alice, motive, elise, **typed)
    assert refused.status_code == 422
    assert words in refused.text
    check(refused)


async def test_a_long_stop_after_an_accident_leads_to_the_visit_with_what_was_typed(alice, world, portal):
    elise = await an_employee(portal, world.site)
    refused = await ask(alice, "accident", elise, stop_from="2026-01-05", back_on="2026-03-02")
    assert "Demander la visite de reprise" in refused.text
    query = f"salarie={elise.id}&cause=accident_travail&stop_from=2026-01-05&back_on=2026-03-02"
    assert f'href="{REQUESTS}/nouvelle/reprise?{query.replace("&", "&amp;")}"' in refused.text
    shown = await as_shown(alice, f"{REQUESTS}/nouvelle/reprise?{query}")
    assert (shown["cause"], shown["stop_from"], shown["back_on"]) == (
        "accident_travail", "05/01/2026", "02/03/2026",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "cause=autre&stop_from=2026-01-05&back_on=2026-01-05",
            "La reprise doit suivre le début de l’arrêt.",
        ),
        ("cause=grippe&stop_from=x&back_on=2026-01-05", "Choisissez la cause de l’arrêt."),
        ("stop_from=x", "Saisissez la date de début de l’arrêt"),
    ],
)
async def test_what_is_wrong_with_a_question_about_a_return_is_said(alice, world, query, words):
    page = await alice.get(f"{REQUESTS}/reprise?{query}")
    assert words in page.text
    check(page)
    assert words not in (await alice.partial(f"{REQUESTS}/reprise?{query}")).text


async def test_two_people_of_one_name_are_told_apart_by_their_birth(alice, world, portal):
    for born in ("1980-01-02", "1990-02-03"):
        await an_employee(portal, world.site, birth_name="LE GALL", birth_on=born)
    await an_employee(portal, world.site, birth_name="MORVAN")
    offered = (await alice.get(f"{REQUESTS}/nouvelle/employeur/salaries")).text
    for words in (
        "LE GALL Élise (02/01/1980)",
        "LE GALL Élise (03/02/1990)",
        "MORVAN Élise<span",
    ):
        assert words in offered


async def test_one_token_with_other_words_loses_nothing(alice, world, portal):
    first, second = [await an_employee(portal, world.site, birth_name=each) for each in ("UN", "DEUX")]
    seen = await typed_for(alice, "employeur", first)
    path = f"{REQUESTS}/nouvelle/employeur"
    others = {name: value for name, value in seen.items() if not name.startswith("salarie_")}
    for fields in (seen, seen, others | {f"salarie_{second.id}": "oui"}):
        assert (await alice.fill(form_for("employeur", first), to=path, **fields)).status_code == 303
    one, two = await asked(portal, world.site)
    assert [one.employee_id, two.employee_id] == [first.id, second.id]
    for text in ("Premier mot", "Premier mot", "Autre mot"):
        await alice.fill(f"{REQUESTS}/{one.id}/messages", token="un-seul-jeton", text=text)
    kept = await rows(portal, RequestMessage, RequestMessage.request_id == one.id)
    assert [each.text for each in kept] == ["Premier mot", "Autre mot"]


async def test_the_mails_and_the_page_say_what_became_of_the_appointment(app, alice, world, portal, mailbox):
    elise = await an_employee(portal, world.site)
    request = await a_request(portal, world.site, elise, world.alice, kind=VisitKind.EMPLOYER)
    slots = [
        await a_slot(portal, world.site, at, kind=VisitKind.EMPLOYER, professional=f"Dr {at.day}")
        for at in (NEXT_WEEK, EARLY)
    ]
    await served(portal, world, assign_slot, slots[0].key, elise.key)
    await served(portal, world, withdraw_slot, slots[0].key)
    await served(portal, world, assign_slot, slots[1].key, elise.key)
    await served(portal, world, mark_absent, slots[1].key)
    texts = [words_of(each) for each in await mailbox.delivered(app)]
    for words, text in zip(
        (
            "Rendez-vous proposé : mercredi 11 mars 2026 à 9 h 30, Centre de la Baie",
            "Le service annule le rendez-vous (mercredi 11 mars 2026 à 9 h 30)",
            "Rendez-vous proposé : lundi 2 mars 2026 à 9 h 00",
            "Personne n’est venu au rendez-vous (lundi 2 mars 2026 à 9 h 00)",
        ),
        texts,
        strict=True,
    ):
        assert words in text
    page = (await alice.get(f"{REQUESTS}/{request.id}")).text
    assert "Rendez-vous du 11/03/2026 annulé par le service, le" in page
    assert "Rendez-vous du 02/03/2026 manqué, noté le" in page
    assert "l’état de la demande a changé" in page
    (row,) = await asked(portal, world.site)
    assert (row.state, clock.now() > row.updated_at) == (RequestState.TAKEN, True)
    assert SlotState.ABSENT in {each.state for each in await rows(portal, type(slots[0]))}
