"""Corrections and undoing: two people at once, what became of it since, thirty days."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from app.employees.declared import declared_of
from db.models import AuditEvent, AuditKind, ChangeKind, Employee, VisitKind
from db.seeds.world import World
from tests.actors import Actor
from tests.employees.people import (
    LIST,
    acting,
    an_employee,
    as_shown,
    changes,
    columns,
    come_back,
    correct,
    declare,
    events,
    fields_of,
    kinds,
    leave,
    the_employee,
    undo,
)
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
OPERATIONS = f"{LIST}/operations"


async def undo_last(actor, portal, world):
    return await undo(actor, (await changes(portal, world.site))[-1])


# --- Corrected


async def test_a_correction_changes_what_was_typed_and_says_so_everywhere(alice, world, portal, elise):
    done = await alice.follow(await correct(alice, elise, job_title="Cheffe de caisse", risk_nuit="oui"))
    assert "Les corrections sont enregistrées." in done.text
    assert "Suivi individuel adapté (SIA)" in done.text
    row = await the_employee(portal, elise.id)
    assert (row.job_title, row.risks, row.monitoring, row.version) == ("Cheffe de caisse", "NUIT", "SIA", 2)
    assert row.due_on == date(2027, 10, 1)
    (change,) = await changes(portal, world.site)
    assert (change.kind, change.account_id) == (ChangeKind.CORRECTED, world.alice.id)
    assert change.before == {"job_title": "Caissière", "risks": ""}
    assert change.after == {"job_title": "Cheffe de caisse", "risks": "NUIT"}
    (event,) = await rows(portal, AuditEvent)
    assert event.about == "LE GALL Élise : poste, expositions"
    told_there = await alice.get(OPERATIONS)
    assert "Correction : poste, expositions" in told_there.text
    assert "Alice Martin" in told_there.text
    check(told_there)


async def test_each_form_leads_back_to_the_list_and_says_first_what_is_wrong(alice, world, elise):
    for page in (
        await correct(alice, elise, birth_name=""),
        await leave(alice, elise, ""),
        await alice.fill(f"{LIST}/declaration/identite", birth_name=""),
    ):
        way, summary, title = (
            page.text.index(f'– <a href="{LIST}">Mes salariés</a>'),
            page.text.index('<div class="summary"'),
            page.text.index("<h1"),
        )
        assert way < summary < title


async def test_a_new_name_is_found_and_sorted_under_it(alice, world, portal, elise):
    await correct(alice, elise, usual_name="Abgrall")
    assert "ABGRALL" not in (await alice.get(LIST)).text
    assert "Abgrall Élise (née LE GALL)" in (await alice.get(LIST, params={"q": "abgrall"})).text
    assert (await the_employee(portal, elise.id)).sort_key.startswith("abgrall")


async def test_a_form_sent_as_it_was_changes_nothing(alice, world, portal, elise):
    done = await alice.follow(await correct(alice, elise))
    assert "Vous n’avez rien changé" in done.text
    assert (await the_employee(portal, elise.id)).version == 1
    assert await events(portal) == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"exit_on": "2024-09-01"}, "La date de sortie précède la date d’entrée."),
        ({"contract_ends_on": "01/09/2024"}, "La fin du contrat précède la date d’entrée."),
        ({"birth_on": "2030-01-01"}, "La date de naissance est dans le futur."),
        ({"entry_on": "2003-01-01"}, "la personne a moins de 14 ans."),
        ({"risk_mineur_travaux_reglementes": "oui"}, "ne concernent pas un adulte."),
        ({"risk_poste_employeur": "oui"}, "Écrivez pourquoi ce poste est sur la liste"),
        ({"birth_name": ""}, "Saisissez le nom de naissance."),
        ({"version": ""}, "Cette valeur n’est pas comprise."),
        ({"version": "x" * 50}, "Cette valeur n’est pas comprise."),
    ],
)
async def test_a_wrong_correction_comes_back_and_changes_nothing(alice, world, portal, elise, typed, words):
    refused = await correct(alice, elise, phone="06 12 34 56 78", **typed)
    assert refused.status_code == 422
    assert words in refused.text
    assert 'value="06 12 34 56 78"' in refused.text
    check(refused)
    assert columns(await the_employee(portal, elise.id)) == columns(elise)


async def test_all_that_is_wrong_in_a_correction_is_said_at_once(alice, world, elise):
    refused = await correct(alice, elise, birth_on="2030-01-01", phone="12", risk_poste_employeur="oui")
    assert refused.status_code == 422
    for words in ("est dans le futur.", "n’est pas complet.", "Écrivez pourquoi ce poste"):
        assert words in refused.text


async def test_the_code_of_the_old_job_is_asked_about_once_when_the_job_changes(alice, world, portal, elise):
    asked = await correct(alice, elise, job_title="Soudeur", asked="Caissière")
    assert "Quel métier est le plus proche ?" in asked.text
    for code in ("623e", "551a"):
        assert f'name="pcs" value="{code}"' in asked.text
    again = fields_of(asked.text)
    assert again["pcs"] == ""
    assert (await the_employee(portal, elise.id)).job_title == "Caissière"
    assert (await alice.fill(f"{LIST}/{elise.id}/correction", **again)).status_code == 303
    row = await the_employee(portal, elise.id)
    assert (row.job_title, row.pcs) == ("Soudeur", "")
    kept = await correct(alice, row, job_title="Soudeuse", asked="Soudeur", pcs="623e")
    assert kept.status_code == 303


async def test_what_was_wrong_before_does_not_forbid_to_correct_something_else(alice, world, portal):
    old = await an_employee(portal, world.site, contract_ends_on="2020-01-01")
    assert (await correct(alice, old, job_title="Vendeuse")).status_code == 303


async def test_the_second_of_two_sees_both_values_and_may_go_on(app, alice, world, portal, elise):
    path = f"{LIST}/{elise.id}/correction"
    opened = await as_shown(alice, path)
    async with acting(app, portal, world.site, "salaries") as bob:
        await correct(bob, elise, job_title="Vendeuse", phone="0612345678")
    refused = await alice.fill(path, **opened | {"job_title": "Cheffe", "asked": "Cheffe"})
    assert refused.status_code == 409
    assert "Cette fiche a changé entre-temps" in refused.text
    assert '<th scope="row">Poste</th><td>Vendeuse</td><td>Cheffe</td>' in refused.text
    assert '<th scope="row">Téléphone</th><td>06 12 34 56 78</td><td>(vide)</td>' in refused.text
    assert '<th scope="row">Prénom</th>' not in refused.text
    check(refused)
    assert (await the_employee(portal, elise.id)).job_title == "Vendeuse"
    again = fields_of(refused.text) | {"phone": "0612345678"}
    assert (await alice.fill(path, **again)).status_code == 303
    row = await the_employee(portal, elise.id)
    assert (row.job_title, row.phone, row.version) == ("Cheffe", "+33612345678", 3)


async def test_a_second_click_on_a_correction_is_no_conflict(alice, world, portal, elise):
    path = f"{LIST}/{elise.id}/correction"
    typed = await as_shown(alice, path) | {"phone": "0612345678"}
    assert [(await alice.fill(path, **typed)).status_code for _ in range(2)] == [303, 303]
    assert await events(portal) == [AuditKind.EMPLOYEE_CORRECTED]


async def test_of_six_corrections_at_once_one_is_written_and_the_others_see_it(alice, world, portal, elise):
    path = f"{LIST}/{elise.id}/correction"
    typed = await as_shown(alice, path) | {"csrf": await alice.token(path)}
    jobs = [f"Poste {number}" for number in range(6)]
    answers = await asyncio.gather(
        *(alice.post(path, data=typed | {"job_title": job, "asked": job}) for job in jobs)
    )
    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: 5}
    won = (await the_employee(portal, elise.id)).job_title
    for job, answer in zip(jobs, answers, strict=True):
        if answer.status_code == 409:
            assert f'<th scope="row">Poste</th><td>{won}</td><td>{job}</td>' in answer.text
            assert fields_of(answer.text)["version"] == "2"
    assert await kinds(portal, world.site) == [ChangeKind.CORRECTED]


async def test_an_old_page_of_a_correction_keeps_what_was_typed(alice, world, portal, elise):
    path = f"{LIST}/{elise.id}/correction"
    typed = await as_shown(alice, path) | {"job_title": "Vendeuse"}
    stale = await alice.post(path, data=typed | {"csrf": "old"})
    assert stale.status_code == 422
    assert "trop longtemps" in stale.text
    assert 'value="Vendeuse"' in stale.text
    assert await events(portal) == []


# --- Undoing


async def test_departure_return_and_both_undone_give_the_very_same_row(alice, world, portal, elise):
    await leave(alice, elise, "2025-06-30")
    gone = columns(await the_employee(portal, elise.id))
    await come_back(alice, elise, contract="cdd", contract_ends_on="2026-08-31", job_title="Vendeuse")
    left, returned = await changes(portal, world.site)
    done = await alice.follow(await undo(alice, returned))
    assert "L’opération est annulée : la fiche est de nouveau comme avant." in done.text
    assert columns(await the_employee(portal, elise.id)) == gone
    assert (await undo(alice, left)).status_code == 303
    assert columns(await the_employee(portal, elise.id)) == columns(elise)
    assert [bool(each.undone_at) for each in await changes(portal, world.site)] == [True, True, False, False]
    assert (await events(portal))[2:] == [AuditKind.EMPLOYEE_CHANGE_UNDONE] * 2


async def test_undoing_says_first_what_becomes_what(alice, world, portal, elise):
    await correct(alice, elise, job_title="Vendeuse", birth_on="1990-02-04")
    (change,) = await changes(portal, world.site)
    page = await alice.get(f"{OPERATIONS}/{change.id}/annulation")
    assert '<th scope="row">Poste</th><td>Vendeuse</td><td>Caissière</td>' in page.text
    assert '<th scope="row">Date de naissance</th><td>04/02/1990</td><td>03/02/1990</td>' in page.text
    assert '<time datetime="2026-04-01' in page.text
    check(page)


async def test_an_undoing_can_be_undone(alice, world, portal, elise):
    await correct(alice, elise, job_title="Vendeuse")
    await undo_last(alice, portal, world)
    assert (await the_employee(portal, elise.id)).job_title == "Caissière"
    await undo_last(alice, portal, world)
    assert (await the_employee(portal, elise.id)).job_title == "Vendeuse"


async def test_after_30_days_it_is_too_late(alice, world, portal, elise, time_machine_at):
    await leave(alice, elise, "2026-02-28")
    (change,) = await changes(portal, world.site)
    path = f"{OPERATIONS}/{change.id}/annulation"
    for days, status in ((30, 422), (-1, 303)):
        time_machine_at.shift(timedelta(days=days, minutes=10))
        async with Actor(alice.edge) as later:
            await later.signed_in(world.alice)
            listed = await later.get(OPERATIONS)
            assert (path in listed.text) is (status == 303)
            answer = await undo(later, change)
            assert answer.status_code == status
            if status == 422:
                assert "Plus de 30 jours ont passé : faites une correction sur la fiche." in answer.text
                assert (await the_employee(portal, elise.id)).exit_on == date(2026, 2, 28)
    assert (await the_employee(portal, elise.id)).exit_on is None


async def test_what_was_changed_since_has_to_be_undone_first(alice, world, portal, elise):
    await correct(alice, elise, job_title="Vendeuse", phone="0612345678")
    await correct(alice, elise, job_title="Cheffe de caisse")
    first, second = await changes(portal, world.site)
    refused = await undo(alice, first)
    assert refused.status_code == 422
    assert "La fiche a été modifiée depuis (poste) : annulez d’abord la dernière opération." in refused.text
    check(refused)
    assert (await the_employee(portal, elise.id)).job_title == "Cheffe de caisse"
    assert (await undo(alice, second)).status_code == 303
    assert (await undo(alice, first)).status_code == 303
    assert columns(await the_employee(portal, elise.id)) == columns(elise)


async def test_one_undoing_asked_for_ten_times_at_once_is_done_once(alice, world, portal, elise):
    await correct(alice, elise, job_title="Vendeuse")
    (change,) = await changes(portal, world.site)
    path = f"{OPERATIONS}/{change.id}/annulation"
    token = await alice.token(path)
    answers = await asyncio.gather(*(alice.post(path, data={"csrf": token}) for _ in range(10)))
    told_what = Counter(
        answer.status_code for answer in answers
    )  # Who comes later hears the same, or why not.
    assert told_what[303] >= 1
    assert set(told_what) <= {303, 409, 422}
    assert await kinds(portal, world.site) == [ChangeKind.CORRECTED, ChangeKind.UNDONE]
    assert (await the_employee(portal, elise.id)).job_title == "Caissière"
    assert "a été annulée le" in (await alice.get(path)).text


# --- A declaration undone


async def declared(actor, portal, world):
    steps = {
        "identite": {"birth_name": "KERBRAT", "first_names": "Yann", "birth_on": "14/07/1992"},
        "poste": {"entry_on": "2026-03-16", "contract": "cdi", "job_title": "Xyzzq"},
        "expositions": {"expositions": "oui"},
    }
    for step, fields in steps.items():
        await actor.fill(f"{LIST}/declaration/{step}", **fields)
    answer = await declare(actor)
    assert "fait=declare" in answer.headers["location"]
    (row,) = await rows(portal, Employee, Employee.birth_name == "KERBRAT")
    return row


async def test_a_declaration_undone_leaves_only_its_line_in_the_history(alice, world, portal):
    row = await declared(alice, portal, world)
    asked = await alice.get(f"{OPERATIONS}/{(await changes(portal, world.site))[0].id}/annulation")
    assert "KERBRAT Yann ne sera plus dans votre liste" in asked.text
    done = await alice.follow(await undo_last(alice, portal, world))
    assert "La déclaration est annulée." in done.text
    assert "KERBRAT Yann" in done.text
    assert not await rows(portal, Employee, Employee.id == row.id)
    (change,) = await changes(portal, world.site)
    assert (change.employee_id, change.undone_at is not None) == (None, True)
    assert await events(portal) == [AuditKind.EMPLOYEE_DECLARED, AuditKind.EMPLOYEE_CHANGE_UNDONE]
    assert (await alice.get(f"{LIST}/{row.id}")).status_code == 404


async def test_a_declaration_cannot_be_undone_once_a_visit_took_place(alice, world, portal):
    row = await declared(alice, portal, world)
    async with portal.database.transaction(write=True) as session:
        await World(session).a_visit(row, VisitKind.VIP_INITIAL, date(2026, 3, 1))
    refused = await undo_last(alice, portal, world)
    assert refused.status_code == 422
    assert "Une visite a déjà eu lieu : enregistrez plutôt un départ." in refused.text
    assert await the_employee(portal, row.id)


async def test_a_declaration_cannot_be_undone_once_a_visit_was_asked_for(alice, world, portal):
    row = await declared(alice, portal, world)
    path = f"/espace/00010-2/demandes/nouvelle/employeur?salarie={row.id}"
    asked = {"reason": "Nouveau poste.", "told": "oui"}
    assert (await alice.fill(path, **await as_shown(alice, path) | asked)).status_code == 303
    (declaration,) = await changes(portal, world.site)
    refused = await undo(alice, declaration)
    assert refused.status_code == 422
    assert "Une visite est demandée ou prévue pour cette personne" in refused.text
    assert await the_employee(portal, row.id)


async def test_a_declaration_corrected_since_cannot_be_undone_even_when_the_correction_was_redone(
    alice, world, portal
):
    row = await declared(alice, portal, world)
    (declaration,) = await changes(portal, world.site)
    await correct(alice, row, phone="0612345678")
    assert (await undo(alice, declaration)).status_code == 422
    await undo_last(alice, portal, world)
    await undo_last(alice, portal, world)
    assert (await undo(alice, declaration)).status_code == 422
    await undo_last(alice, portal, world)
    assert declared_of(await the_employee(portal, row.id))["phone"] == ""
    assert (await undo(alice, declaration)).status_code == 303
