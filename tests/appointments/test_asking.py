"""Asking for a visit: what the reader sees, the row, the history; refused with its sentence; made once."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from app import clock
from db.models import AppointmentRequest, AuditEvent, AuditKind, RequestMessage, RequestMotive, RequestState
from tests.actors import Actor
from tests.appointments.steps import NEW, REQUESTS, TYPED, ask, asked, form_for, typed_for
from tests.employees.people import acting, an_employee, fields_of
from tests.faults.steps import give
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
# Somebody for whom anything may be asked: 45 this year, exposed, and overdue since June.
READY = {"birth_on": "1981-05-20", "entry_on": "2025-06-02", "risks": "AMIANTE"}
YEAR = timedelta(days=366)


@pytest.fixture
async def elise(portal, world):
    return await an_employee(portal, world.site, **READY)


# --- Each motive


@pytest.mark.parametrize(
    ("motive", "title", "words", "columns"),
    [
        (
            "reprise", "Visite de reprise",
            ["Visite de reprise obligatoire, au plus tard le", ">13 mars 2026</time>", "80 jours d’absence",
             "Autre maladie ou accident (non professionnel)", "15/12/2025", "05/03/2026"],
            ("reprise", "autre", date(2025, 12, 15), date(2026, 3, 5), ""),
        ),
        (
            "employeur", "Visite à votre demande", ["<dt>Motif écrit</dt>", "Port de charges à aménager"],
            ("employeur", "", None, None, "Port de charges à aménager"),
        ),
        ("retard", "Visite en retard", [], ("examen_embauche", "", None, None, "")),
        ("mi_carriere", "Visite de mi-carrière", [], ("mi_carriere", "", None, None, "")),
        (
            "post_exposition", "Visite post-exposition", ["Amiante, de 1998 à 2006"],
            ("post_exposition", "", None, date(2026, 2, 27), "Amiante, de 1998 à 2006"),
        ),
        (
            "fin_carriere", "Visite de fin de carrière", [],
            ("post_exposition", "", None, date(2026, 6, 30), ""),
        ),
        (
            "accident", "Signaler un arrêt de moins de 30 jours après un accident du travail", ["10/02/2026"],
            ("", "", date(2026, 2, 10), date(2026, 3, 2), ""),
        ),
    ],
)  # fmt: skip
async def test_a_request_leads_to_its_page_and_leaves_its_row_and_its_line_of_history(
    alice, world, portal, elise, motive, title, words, columns
):
    opened = await alice.get(form_for(motive, elise))
    assert "LE GALL Élise" in opened.text
    check(opened)
    answer = await ask(alice, motive, elise, message="Le matin de préférence")
    (row,) = await asked(portal, world.site)
    assert answer.headers["location"] == f"{REQUESTS}/{row.id}?fait=envoyee"
    shown = await alice.follow(answer)
    for word in ("La demande est envoyée.", f'<h1 tabindex="-1">{title}</h1>', "Demande envoyée", *words):
        assert word in shown.text, word
    assert "LE GALL Élise</a>, par Alice Martin</p>" in shown.text
    assert "<li>Envoyée le <time" in shown.text
    assert "Le matin de préférence" in shown.text
    check(shown)
    assert (row.employee_id, row.account_id, row.motive, row.state) == (
        elise.id, world.alice.id, RequestMotive(motive), RequestState.SENT,
    )  # fmt: skip
    assert (row.kind, row.cause, row.stop_from, row.back_on, row.reason) == columns
    assert (row.on_behalf, row.unread_at) == (False, None)
    assert clock.now() - row.sent_at < timedelta(minutes=1)
    (event,) = await rows(portal, AuditEvent)
    assert (event.kind, event.account_id, event.company_id) == (
        AuditKind.APPOINTMENT_ASKED, world.alice.id, world.site.id,
    )  # fmt: skip
    assert event.about == f"LE GALL Élise : {title}"
    assert "visite demandée" in (await alice.get("/espace/00010-2/historique")).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            {"cause": "accident_travail", "stop_from": "2026-02-01"},
            "Visite de reprise obligatoire",
        ),  # 32 days
        ({"cause": "accident_travail", "stop_from": "2026-02-04"}, "Visite de reprise non obligatoire"),  # 29
        ({"stop_from": "2026-01-06"}, "Visite de reprise non obligatoire"),  # 58
        ({"cause": "maternite", "stop_from": "2026-03-02"}, "Visite de reprise obligatoire"),
    ],
)
async def test_a_return_says_whether_the_law_asks_for_the_visit_and_may_be_asked_for_anyway(
    alice, world, portal, elise, typed, words
):
    shown = await alice.follow(await ask(alice, "reprise", elise, **typed))
    assert words in shown.text
    assert len(await asked(portal, world.site)) == 1


async def test_wishes_are_kept_and_shown_and_the_message_opens_the_thread(alice, world, portal, elise):
    wishes = {
        "half_mar_matin": "oui", "half_ven_soir": "oui", "centre": "1", "needs_access": "oui",
        "interpreter": "LSF", "message": "Horaires\r\n\r\n\r\nde nuit",
    }  # fmt: skip
    shown = await alice.follow(await ask(alice, "mi_carriere", elise, **wishes))
    for words in ("Mardi matin, Vendredi après-midi", "Centre de la Baie (Saint-Brieuc)", "LSF"):
        assert words in shown.text
    assert "Locaux accessibles demandés" in shown.text
    (row,) = await asked(portal, world.site)
    assert (row.half_days, row.centre_id, row.needs_access, row.interpreter) == (
        "mar_matin ven_soir", 1, True, "LSF",
    )  # fmt: skip
    (said,) = await rows(portal, RequestMessage, RequestMessage.request_id == row.id)
    assert (said.text, said.from_service, said.account_id) == ("Horaires\n\nde nuit", False, world.alice.id)


async def test_a_third_party_is_marked_on_the_request_and_in_the_history(app, world, portal, elise):
    async with acting(app, portal, world.site, "rendez-vous", third_party=True) as accountant:
        shown = await accountant.follow(await ask(accountant, "reprise", elise))
        assert "(tiers déclarant)" in shown.text
    assert [each.on_behalf for each in await asked(portal, world.site)] == [True]
    assert [each.on_behalf for each in await rows(portal, AuditEvent)] == [True]


async def test_several_people_at_once_are_one_request_each(alice, world, portal, elise):
    others = [await an_employee(portal, world.site, birth_name=name, **READY) for name in ("ALIX", "ZOLA")]
    done = await ask(alice, "employeur", elise, *others, message="Même atelier")
    assert done.headers["location"] == f"{REQUESTS}?fait=envoyees"
    listed = await alice.follow(done)
    assert "Les demandes sont envoyées." in listed.text
    for name in ("ALIX Élise", "LE GALL Élise", "ZOLA Élise"):
        assert f">{name}</a>" in listed.text
    made = await asked(portal, world.site)
    assert [each.employee_id for each in made] == [others[0].id, elise.id, others[1].id]
    assert len({each.batch for each in made}) == 1
    own = await rows(portal, RequestMessage, RequestMessage.company_id == world.site.id)
    assert {each.request_id for each in own} == {each.id for each in made}
    abouts = [event.about for event in await rows(portal, AuditEvent)]
    assert abouts == [f"{name} Élise : Visite à votre demande" for name in ("ALIX", "LE GALL", "ZOLA")]


# --- What is wrong


@pytest.mark.parametrize(
    ("motive", "wrong", "words"),
    [
        ("reprise", {"cause": ""}, "Choisissez la cause de l’arrêt."),
        ("reprise", {"cause": "grippe"}, "Choisissez la cause de l’arrêt."),
        ("reprise", {"stop_from": ""}, "Saisissez la date de début de l’arrêt."),
        ("reprise", {"back_on": "30/02/2026"}, "La date « 30/02/2026 » n’existe pas."),
        ("reprise", {"back_on": "2025-12-15"}, "La reprise doit suivre le début de l’arrêt."),
        ("reprise", {"back_on": "2025-12-14"}, "La reprise doit suivre le début de l’arrêt."),
        ("reprise", {"stop_from": "2026-03-03"}, "Le début de l’arrêt est dans le futur."),
        ("reprise", {"back_on": "2027-03-04"}, "La reprise est dans plus d’un an."),
        ("accident", {"stop_from": "2026-01-31"}, "Cet arrêt dure 30 jours ou plus : demandez une visite"),
        ("accident", {"back_on": ""}, "Saisissez la date de reprise."),
        ("accident", {"cause": "autre"}, "Le formulaire contient un champ inattendu."),
        ("employeur", {"reason": " \n "}, "Écrivez le motif de votre demande."),
        ("employeur", {"reason": "x" * 1001}, "Raccourcissez ce texte : 1000 caractères au plus"),
        ("employeur", {"told": ""}, "Informez d’abord le salarié de votre demande et de son motif"),
        ("post_exposition", {"back_on": "bientôt"}, "La date « bientôt » ne se lit pas."),
        ("retard", {"centre": "99"}, "Choisissez un centre dans la liste."),
        ("retard", {"centre": "Dinan"}, "Cette valeur n’est pas comprise."),
        ("retard", {"interpreter": "x" * 41}, "Raccourcissez ce texte : 40 caractères au plus"),
        ("retard", {"message": "x" * 2001}, "Raccourcissez ce texte : 2000 caractères au plus"),
        ("retard", {"half_sam_matin": "oui"}, "Le formulaire contient un champ inattendu."),
        ("retard", {"salarie_moi": "oui"}, "Le formulaire contient un champ inattendu."),
        ("retard", {"salarie_" + "9" * 5000: "oui"}, "Le formulaire contient un champ inattendu."),
        ("retard", {"batch": "x"}, "Rechargez la page et recommencez."),
        ("retard", {"state": "done"}, "Le formulaire contient un champ inattendu."),
    ],
)  # fmt: skip
async def test_what_is_wrong_comes_back_with_its_sentence(alice, world, portal, elise, motive, wrong, words):
    kept = {"message": "Merci"} | wrong
    refused = await ask(alice, motive, elise, **kept)
    assert refused.status_code == 422
    assert words in refused.text
    assert "<title>Erreur : " in refused.text
    assert f'name="salarie_{elise.id}" value="oui" checked' in refused.text
    assert kept["message"][:100] in refused.text
    check(refused)
    assert not await asked(portal, world.site)
    assert not await rows(portal, AuditEvent)


async def test_a_return_in_a_year_to_the_day_may_be_asked_for(alice, world, portal, elise):
    assert (await ask(alice, "reprise", elise, back_on=str(date(2026, 3, 2) + YEAR))).status_code == 303


@pytest.mark.parametrize(
    ("motive", "declared", "words"),
    [
        ("reprise", {"exit_on": "2026-03-01"}, "LE GALL Élise : cette personne a quitté l’entreprise le"),
        ("employeur", {"contract": "stage"}, "LE GALL Élise : Un stagiaire n’est pas salarié"),
        ("retard", {"entry_on": "2026-02-02"}, "rien n’est en retard : la prochaine visite est à faire"),
        ("mi_carriere", {"birth_on": "1990-02-03"}, "a lieu l’année des 45 ans, en 2035 (L4624-2-2)."),
        ("post_exposition", {}, "dites s’il y en a eu un par le passé (R4624-28-1)."),
    ],
)
async def test_for_whom_it_may_not_be_asked_is_said_by_name(alice, world, portal, declared, motive, words):
    somebody = await an_employee(portal, world.site, **declared)
    refused = await ask(alice, motive, somebody)
    assert refused.status_code == 422
    assert words in refused.text
    assert '<a href="#employees">' in refused.text
    check(refused)
    assert not await asked(portal, world.site)


async def test_a_request_is_about_somebody_and_some_are_about_one_person_only(alice, world, portal, elise):
    nobody = await ask(alice, "employeur", elise, **{f"salarie_{elise.id}": ""})
    assert nobody.status_code == 422
    assert "Choisissez au moins un salarié." in nobody.text
    assert "Port de charges à aménager" in nobody.text
    other = await an_employee(portal, world.site, birth_name="ALIX", **READY)
    for motive in ("reprise", "accident"):
        both = await ask(alice, motive, elise, other)
        assert both.status_code == 422
        assert "Cette demande se fait salarié par salarié : n’en gardez qu’un." in both.text
        check(both)
    assert not await asked(portal, world.site)


async def test_a_26th_person_is_said_to_be_too_many_and_nobody_is_left_out_unsaid(alice, world, portal):
    people = [await an_employee(portal, world.site, birth_name=f"N{n:02}", **READY) for n in range(26)]
    refused = await ask(alice, "employeur", *people)
    assert refused.status_code == 422
    assert "Une demande porte sur 25 salariés au plus." in refused.text
    assert refused.text.count('name="salarie_') == 26
    assert not await asked(portal, world.site)
    assert (await ask(alice, "employeur", *people[1:])).status_code == 303
    assert len(await asked(portal, world.site)) == 25


@pytest.mark.parametrize("number", ["0", "999999", "999999999"])
async def test_who_is_not_of_this_company_is_not_found_and_nothing_is_written(
    alice, world, portal, elise, number
):
    for stranger in (number, str(world.their_employee.id), str(world.employee.id)):
        opened = await alice.get(f"{NEW}/employeur?salarie={stranger}&salarie={elise.id}")
        assert opened.text.count('name="salarie_') == 1
        forced = await ask(alice, "employeur", elise, **{f"salarie_{stranger}": "oui"})
        assert forced.status_code == 404
    assert not await asked(portal, world.site)
    assert not await rows(portal, AuditEvent)


@pytest.mark.parametrize("motive", ["pre_reprise", "autre_date", "x", "REPRISE", "salarie"])
async def test_what_is_not_the_employers_to_ask_for_has_no_address(alice, world, portal, elise, motive):
    typed = {
        "csrf": await alice.token(form_for("retard", elise)),
        "batch": "b" * 22,
        f"salarie_{elise.id}": "oui",
    }
    for path in (f"{NEW}/{motive}", f"{NEW}/{motive}?salarie={elise.id}", f"{NEW}/{motive}/salaries"):
        assert (await alice.get(path)).status_code == 404
    assert (await alice.post(f"{NEW}/{motive}", data=typed)).status_code == 404
    assert not await asked(portal, world.site)


# --- Made once


async def test_the_same_form_sent_twice_asks_once_and_leads_to_it(alice, world, portal, elise):
    fields = await typed_for(alice, "reprise", elise, message="Bonjour")
    path = form_for("reprise", elise)
    first, second = [await alice.fill(path, to=f"{NEW}/reprise", **fields) for _ in range(2)]
    (row,) = await asked(portal, world.site)
    assert first.headers["location"] == f"{REQUESTS}/{row.id}?fait=envoyee"
    assert second.headers["location"] == f"{REQUESTS}/{row.id}?fait=deja"
    assert "Cette demande était déjà envoyée : la voici." in (await alice.follow(second)).text
    assert len(await rows(portal, RequestMessage, RequestMessage.request_id == row.id)) == 1
    assert len(await rows(portal, AuditEvent)) == 1


@pytest.mark.parametrize("motive", ["reprise", "retard"])
async def test_twenty_at_once_ask_once_and_all_lead_to_it(alice, world, portal, elise, motive):
    fields = await typed_for(alice, motive, elise) | {"csrf": await alice.token(form_for(motive, elise))}
    answers = await asyncio.gather(*(alice.post(f"{NEW}/{motive}", data=fields) for _ in range(20)))
    (row,) = await asked(portal, world.site)
    led = Counter(answer.headers["location"].partition("?")[0] for answer in answers)
    assert led == {f"{REQUESTS}/{row.id}": 20}
    assert len(await rows(portal, AuditEvent)) == 1


async def test_of_two_people_who_ask_the_same_at_once_one_is_told_that_it_is_under_way(
    app, alice, world, portal, elise
):
    path = form_for("reprise", elise)
    async with acting(app, portal, world.site, "rendez-vous") as colleague:
        people = [(each, await typed_for(each, "reprise", elise)) for each in (alice, colleague)]
        sending = [each.fill(path, to=f"{NEW}/reprise", **fields) for each, fields in people]
        answers = await asyncio.gather(*sending)
    (second,) = [answer for answer in answers if answer.status_code != 303]
    assert second.status_code in {409, 422}
    assert "<title>Erreur : " in second.text
    assert len(await asked(portal, world.site)) == 1


async def test_a_second_request_of_the_same_motive_waits_for_the_end_of_the_first(
    alice, world, portal, elise
):
    await ask(alice, "reprise", elise)
    again = await ask(alice, "reprise", elise, message="Encore")
    assert again.status_code == 422
    assert "LE GALL Élise : une demande du même motif est déjà en cours." in again.text
    assert "Encore" in again.text
    check(again)
    assert (await ask(alice, "employeur", elise)).status_code == 303
    other = await an_employee(portal, world.site, birth_name="ALIX", **READY)
    assert (await ask(alice, "employeur", other, elise)).status_code == 422
    assert len(await asked(portal, world.site)) == 2, "nobody of a refused form is asked for"
    (first, _) = await asked(portal, world.site)
    await alice.fill(f"{REQUESTS}/{first.id}/annulation")
    assert (await ask(alice, "reprise", elise)).status_code == 303


# --- What was typed is kept


async def test_a_page_too_old_keeps_what_was_typed_and_writes_nothing(alice, world, portal, elise):
    wishes = {"half_mar_matin": "oui", "needs_access": "oui", "message": "Le matin"}
    fields = await typed_for(alice, "employeur", elise, **wishes)
    stale = await alice.post(f"{NEW}/employeur", data=fields | {"csrf": "old"})
    assert stale.status_code == 422
    assert "trop longtemps" in stale.text
    for words in ("Port de charges à aménager", "Le matin", 'aria-label="Mardi matin" checked'):
        assert words in stale.text
    check(stale)
    assert not await asked(portal, world.site)
    again = fields_of(stale.text)
    assert again | {"batch": fields["batch"], "told": "oui", f"salarie_{elise.id}": "oui"} == again
    sent = await alice.fill(form_for("employeur", elise), to=f"{NEW}/employeur", **fields | again)
    assert sent.status_code == 303
    (row,) = await rows(portal, AppointmentRequest, AppointmentRequest.company_id == world.site.id)
    assert (row.half_days, row.reason) == ("mar_matin", TYPED["employeur"]["reason"])


async def test_what_was_typed_when_the_session_ended_comes_back_after_the_sign_in(
    alice, world, portal, elise, time_machine_at
):
    fields = await typed_for(alice, "employeur", elise)
    token = await alice.token(form_for("employeur", elise))
    time_machine_at.shift(timedelta(hours=13))
    answer = await alice.post(f"{NEW}/employeur", data=fields | {"csrf": token})
    assert answer.headers["location"].startswith("/connexion")
    async with Actor(alice.edge) as again:
        again.cookies = alice.cookies
        await again.fill(str(answer.headers["location"]), to="/connexion", email="alice@ours.example")
        kept = await again.follow(await give(again))
        kept = kept if kept.status_code == 200 else await again.follow(kept)
    assert "Port de charges à aménager" in kept.text
    assert not await asked(portal, world.site)
