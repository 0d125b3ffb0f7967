"""Departures and returns: told once, without a reason, and taken back exactly."""

import asyncio
from collections import Counter
from datetime import date

import pytest

from app.follow_up.law import DoneVisit
from db.models import AuditEvent, AuditKind, ChangeKind, VisitKind
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
    kinds,
    leave,
    the_employee,
    undo,
)
from tests.employees.steps import NOTHING, ours, three_steps
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
OPERATIONS = f"{LIST}/operations"


async def test_a_departure_is_declared_without_a_reason_and_kept(alice, world, portal, elise):
    page = await alice.get(f"{LIST}/{elise.id}/depart")
    assert "Le motif n’est pas demandé." in page.text
    assert 'value="02/03/2026"' in page.text
    check(page)
    done = await alice.follow(await leave(alice, elise, "28/02/2026"))
    assert "Le départ est enregistré." in done.text
    assert "Sorti le 28/02/2026" in done.text
    assert "Prochaine visite" not in done.text
    row = await the_employee(portal, elise.id)
    assert (row.exit_on, row.due_on) == (date(2026, 2, 28), date(9999, 12, 31))
    assert await kinds(portal, world.site) == [ChangeKind.LEFT]
    assert await events(portal) == [AuditKind.EMPLOYEE_LEFT]
    assert "LE GALL" not in (await alice.get(LIST)).text


async def test_a_departure_to_come_leaves_the_person_on_the_list_until_then(alice, world, portal, elise):
    await leave(alice, elise, "2026-03-31")
    assert "Présent, part le 31/03/2026" in (await alice.get(LIST)).text


async def test_who_leaves_a_reinforced_follow_up_is_owed_a_last_visit(alice, world, portal):
    exposed = await an_employee(portal, world.site, risks="AMIANTE")
    page = await alice.get(f"{LIST}/{exposed.id}/depart")
    assert "visite de fin de carrière ou post-exposition lui est due (R4624-28-1)" in page.text


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (
            "2024-09-01",
            "La date de sortie précède l’entrée, le 2 septembre 2024 : qui n’est pas venu sort ce jour-là.",
        ),
        ("2027-03-04", "La date de sortie est dans plus d’un an."),
        ("", "Saisissez le dernier jour de travail."),
        ("31/02/2026", "La date « 31/02/2026 » n’existe pas."),
    ],
)
async def test_a_wrong_departure_is_refused_with_its_sentence(alice, world, portal, elise, day, words):
    refused = await leave(alice, elise, day)
    assert refused.status_code == 422
    assert words in refused.text
    check(refused)
    assert (await the_employee(portal, elise.id)).exit_on is None


async def test_who_never_came_is_taken_back_or_leaves_on_the_day_of_the_entry(alice, world, portal):
    await three_steps(alice, work=NOTHING | {"risk_amiante": "oui"})
    await declare(alice)
    (yann,) = await ours(portal, world)
    (declaration,) = await changes(portal, world.site)
    page = await alice.get(f"{LIST}/{yann.id}/depart")
    assert "Cette personne n’est finalement pas venue ?" in page.text
    assert f'href="{OPERATIONS}/{declaration.id}/annulation">Annulez sa déclaration' in page.text
    check(page)
    await correct(alice, yann, phone="0612345678")
    assert (await undo(alice, declaration)).status_code == 422
    assert (await as_shown(alice, f"{LIST}/{yann.id}/depart"))["exit_on"] == "16/03/2026"
    assert (await leave(alice, yann, "2026-03-16")).status_code == 303
    assert (await the_employee(portal, yann.id)).due_on == date(9999, 12, 31)


async def test_a_departure_from_a_name_that_begins_with_a_vowel_is_elided(alice, world, portal):
    abgrall = await an_employee(portal, world.site, birth_name="ABGRALL")
    page = await alice.get(f"{LIST}/{abgrall.id}/depart")
    assert "Départ d’ABGRALL Élise</h1>" in page.text
    assert "* Champ obligatoire" in page.text


async def test_a_long_employment_is_not_said_to_be_one_who_never_came(alice, world, portal, elise):
    assert "n’est finalement pas venue" not in (await alice.get(f"{LIST}/{elise.id}/depart")).text


async def test_a_correction_says_an_exit_of_some_years_ahead_and_no_further(alice, world, portal, elise):
    await correct(alice, elise, exit_on="2028-12-31")
    assert (await the_employee(portal, elise.id)).exit_on == date(2028, 12, 31)
    refused = await correct(alice, elise, exit_on="2031-03-03")
    assert refused.status_code == 422
    assert "La date de sortie est dans plus de 5 ans." in refused.text


async def test_the_same_departure_twice_is_one_and_another_date_is_a_correction(alice, world, portal, elise):
    path = f"{LIST}/{elise.id}/depart"
    token = await alice.token(path)
    answers = await asyncio.gather(
        *(alice.post(path, data={"csrf": token, "exit_on": "2026-02-28"}) for _ in range(10))
    )
    assert set(Counter(answer.status_code for answer in answers)) <= {303, 409}
    assert await kinds(portal, world.site) == [ChangeKind.LEFT]
    other = await alice.post(path, data={"csrf": token, "exit_on": "2026-02-27"})
    assert other.status_code == 422
    assert "Son départ est déjà enregistré, au 28 février 2026." in other.text
    assert (await the_employee(portal, elise.id)).exit_on == date(2026, 2, 28)


async def test_a_return_is_a_new_entry_with_a_first_visit(alice, world, portal, elise):
    await leave(alice, elise, "2025-06-30")
    page = await alice.get(f"{LIST}/{elise.id}/retour")
    assert "Sa dernière visite date du" in page.text
    check(page)
    done = await alice.follow(await come_back(alice, elise, contract="cdd", contract_ends_on="2026-08-31"))
    assert "Le retour est enregistré" in done.text
    row = await the_employee(portal, elise.id)
    assert (row.exit_on, row.entry_on, row.contract) == (None, date(2026, 3, 16), "cdd")
    assert row.due_on == date(2026, 6, 16)
    assert await kinds(portal, world.site) == [ChangeKind.LEFT, ChangeKind.CAME_BACK]
    assert await events(portal) == [AuditKind.EMPLOYEE_LEFT, AuditKind.EMPLOYEE_CAME_BACK]


async def test_a_return_asks_for_the_job_again_and_its_follow_up_is_that_of_the_new_one(alice, world, portal):
    clerk = await an_employee(portal, world.site, risks="NUIT", exit_on="2025-06-30")
    shown = await as_shown(alice, f"{LIST}/{clerk.id}/retour")
    assert (shown["risk_nuit"], shown["pcs"], shown["job_title"]) == ("oui", "551a", "Caissière")
    asked = await come_back(alice, clerk, job_title="Soudeuse", asked="Caissière", pcs="551a")
    assert "Quel métier est le plus proche ?" in asked.text
    assert 'name="pcs" value="623e"' in asked.text
    check(asked)
    path = f"{LIST}/{clerk.id}/retour"
    new_job = {"entry_on": "2026-03-16", "job_title": "Soudeuse", "asked": "Soudeuse", "pcs": "623e"}
    del shown["risk_nuit"]
    done = await alice.follow(await alice.fill(path, **shown | new_job | {"risk_amiante": "oui"}))
    assert "Suivi individuel renforcé (SIR)" in done.text
    assert '<time datetime="2026-03-15">15 mars 2026</time>' in done.text
    row = await the_employee(portal, clerk.id)
    assert (row.pcs, row.risks, row.monitoring, row.due_on) == ("623e", "AMIANTE", "SIR", date(2026, 3, 15))


@pytest.mark.parametrize(
    ("risks", "kind", "seen_on", "words"),
    [
        ("", VisitKind.VIP_INITIAL, date(2024, 10, 1), "le service dira si elle suffit (R4624-15)"),
        ("", VisitKind.VIP_INITIAL, date(2021, 3, 1), "elle a plus de 5 ans et ne peut plus suffire"),
        ("NUIT", VisitKind.VIP, date(2023, 3, 1), "elle a plus de 3 ans et ne peut plus suffire"),
        ("PLOMB", VisitKind.EXAM, date(2024, 3, 2), "le service dira si elle suffit (R4624-27)"),
    ],
)  # fmt: skip
async def test_a_return_says_whether_the_last_visit_may_suffice(
    alice, world, portal, risks, kind, seen_on, words
):
    gone = await an_employee(
        portal, world.site, DoneVisit(kind, seen_on), entry_on="2020-01-06", exit_on="2025-06-30", risks=risks
    )
    assert words in (await alice.get(f"{LIST}/{gone.id}/retour")).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"entry_on": "2025-06-30"}, "Le retour doit suivre le départ, le 30 juin 2025."),
        ({"entry_on": "2027-05-01"}, "La date d’entrée est dans plus d’un an."),
        ({"contract_ends_on": "2026-03-15"}, "La fin du contrat précède la date d’entrée."),
        ({"job_title": ""}, "Saisissez le poste occupé"),
        ({"contract": ""}, "Choisissez le type de contrat."),
    ],
)
async def test_a_wrong_return_is_refused_with_its_sentence(alice, world, portal, elise, typed, words):
    await leave(alice, elise, "2025-06-30")
    refused = await come_back(alice, elise, **typed)
    assert refused.status_code == 422
    assert words in refused.text
    check(refused)


async def test_nobody_present_comes_back(alice, world, portal, elise):
    page = await alice.get(f"{LIST}/{elise.id}/retour")
    assert "Cette personne est présente dans votre liste." in page.text
    token = await alice.token(f"{LIST}/{elise.id}/depart")
    typed = {
        "csrf": token,
        "entry_on": "2026-03-16",
        "contract": "cdi",
        "job_title": "Xyzzq",
        "expositions": "oui",
    }
    assert (await alice.post(f"{LIST}/{elise.id}/retour", data=typed)).status_code == 422
    assert columns(await the_employee(portal, elise.id)) == columns(elise)


async def test_acts_of_a_third_party_are_marked_one_by_one(app, world, portal, elise):
    async with acting(app, portal, world.site, "salaries", third_party=True) as accountant:
        await correct(accountant, elise, phone="0612345678")
        await leave(accountant, elise, "2025-06-30")
        await come_back(accountant, elise)
        await undo(accountant, (await changes(portal, world.site))[-1])
        assert (await accountant.get(OPERATIONS)).text.count("(tiers déclarant)") == 4
    assert [each.on_behalf for each in await changes(portal, world.site)] == [True] * 4
    assert [each.on_behalf for each in await rows(portal, AuditEvent)] == [True] * 4


async def test_operations_are_read_page_by_page_and_odd_addresses_show_the_latest(
    alice, world, portal, elise
):
    for number in range(30):
        await correct(alice, elise, staff_number=f"N{number}")
    first = await alice.get(OPERATIONS)
    older = first.text.partition("operations?avant=")[2].partition('"')[0]
    second = await alice.get(f"{OPERATIONS}?avant={older}")
    assert (first.text.count("Correction : matricule"), second.text.count("Correction : matricule")) == (
        50,
        10,
    )
    for odd in (
        "x",
        "~",
        "2026-03-02~1",
        "2026-03-02T09:00:00%2B00:00~" + "9" * 40,
        "0001-01-01T00:00:00Z~1",
    ):
        assert (await alice.get(f"{OPERATIONS}?avant={odd}")).status_code == 200
