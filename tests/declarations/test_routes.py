"""A declaration, step by step: kept, checked, explained."""

from datetime import timedelta

import pytest

from app.employees.declared import declared_of
from db.models import AuditEvent, AuditKind, ChangeKind, EmployeeDraft
from tests.actors import Actor
from tests.employees.people import CHECK, LIST, acting, an_employee, changes, declare
from tests.employees.steps import JOB, NEW, NOTHING, POST, WHO, WORK, YANN, ours, three_steps
from tests.faults.steps import give
from tests.pages import TOKEN, check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


# --- The four steps


async def test_three_steps_and_a_check_make_an_employee(alice, world, portal):
    began = await alice.follow(await alice.get(NEW))
    assert "étape 1 sur 4" in began.text
    steps = [await alice.fill(WHO, **YANN), await alice.fill(POST, **JOB), await alice.fill(WORK, **NOTHING)]
    assert [each.headers["location"] for each in steps] == [POST, WORK, CHECK]
    shown = await alice.get(CHECK)
    for words in ("Vérifier et déclarer KERBRAT Yann", "14/07/1992", "16/03/2026", "623e"):
        assert words in shown.text
    check(shown)
    done = await alice.follow(await declare(alice))
    assert "La déclaration est enregistrée" in done.text
    (employee,) = await ours(portal, world)
    said = declared_of(employee)
    assert said | {
        "birth_name": "KERBRAT", "first_names": "Yann", "birth_on": "1992-07-14", "sex": "M",
        "entry_on": "2026-03-16", "contract": "cdi", "job_title": "Soudeur", "pcs": "623e",
        "part_time": "non", "risks": "", "exit_on": "",
    } == said  # fmt: skip
    assert employee.due_on.isoformat() == "2026-06-16"
    assert not await rows(portal, EmployeeDraft)


async def test_a_declaration_leaves_one_change_and_one_line_of_history(alice, world, portal):
    await three_steps(alice)
    await declare(alice)
    (employee,) = await ours(portal, world)
    (change,) = await changes(portal, world.site)
    assert (change.kind, change.employee_id, change.about) == (
        ChangeKind.DECLARED,
        employee.id,
        "KERBRAT Yann",
    )
    assert (change.before, change.after["job_title"], change.on_behalf) == ({}, "Soudeur", False)
    (event,) = await rows(portal, AuditEvent)
    assert (event.kind, event.about, event.account_id) == (
        AuditKind.EMPLOYEE_DECLARED,
        "KERBRAT Yann",
        world.alice.id,
    )


async def test_a_third_party_is_marked_in_the_change_and_in_the_history(app, world, portal):
    async with acting(app, portal, world.site, "salaries", third_party=True) as accountant:
        await three_steps(accountant)
        done = await accountant.follow(await declare(accountant))
        assert "(tiers déclarant)" in done.text
    assert [each.on_behalf for each in await changes(portal, world.site)] == [True]
    assert [each.on_behalf for each in await rows(portal, AuditEvent)] == [True]


async def test_each_step_is_a_well_made_page_whose_fragment_it_holds(alice, world):
    await three_steps(alice)
    for path in (WHO, POST, WORK, CHECK):
        whole, part = await alice.get(path), await alice.partial(path)
        check(whole)
        assert "<html" not in part.text
        assert 'id="employees-' in part.text
    refused = await alice.fill(WHO, partial=True, **YANN | {"birth_name": ""})
    assert refused.status_code == 422
    assert "<html" not in refused.text
    assert "Saisissez le nom de naissance." in refused.text


async def test_a_swapped_declaration_leaves_for_the_sheet_by_the_browser(alice, world, portal):
    await three_steps(alice)
    done = await declare(alice, partial=True)
    (employee,) = await ours(portal, world)
    assert done.status_code == 204
    assert done.headers["hx-redirect"] == f"{LIST}/{employee.id}?fait=declare"


async def test_no_step_that_does_not_exist_answers(alice, world):
    token = await alice.token(WHO)
    assert (await alice.get(f"{NEW}/autre")).status_code == 404
    assert (await alice.post(f"{NEW}/autre", data={"csrf": token})).status_code == 404


# --- What is kept


async def test_what_was_typed_is_found_again_from_another_browser_of_the_same_account(app, alice, world):
    await alice.fill(WHO, **YANN)
    async with Actor(app) as again:
        await again.signed_in(world.alice)
        page = await again.get(NEW)
        assert "Vous aviez commencé à déclarer KERBRAT Yann" in page.text
        assert f'href="{POST}">Reprendre cette déclaration' in page.text
        assert 'value="KERBRAT"' in (await again.get(WHO)).text
        check(page)


async def test_nobody_else_finds_it(app, alice, world, portal):
    await alice.fill(WHO, **YANN)
    async with acting(app, portal, world.site, "salaries") as other:
        assert "KERBRAT" not in (await other.get(WHO)).text
        assert (await other.get(NEW)).headers["location"] == WHO
    assert "KERBRAT" not in (await alice.get("/espace/00010/salaries/declaration/identite")).text


async def test_a_wrong_step_is_kept_too_and_a_corrected_one_replaces_it(alice, world, portal):
    refused = await alice.fill(WHO, **YANN | {"birth_on": "31/02/1990", "phone": "12"})
    assert refused.status_code == 422
    shown = await alice.get(WHO)
    assert 'value="31/02/1990"' in shown.text
    assert 'value="12"' in shown.text
    await alice.fill(WHO, **YANN)
    assert 'value="14/07/1992"' in (await alice.get(WHO)).text
    (draft,) = await rows(portal, EmployeeDraft)
    assert draft.typed["birth_on"] == "14/07/1992"
    assert "phone" not in draft.typed


async def test_a_draft_is_forgotten_on_request_and_after_30_days(alice, world, portal, time_machine_at):
    await alice.fill(WHO, **YANN)
    assert (await alice.follow(await alice.fill(NEW))).headers["location"] == WHO
    assert not await rows(portal, EmployeeDraft)
    await alice.fill(WHO, **YANN)
    time_machine_at.shift(timedelta(days=30, minutes=1))
    async with Actor(alice.edge) as later:
        await later.signed_in(world.alice)
        assert "KERBRAT" not in (await later.get(WHO)).text
        assert (await later.fill(WHO, **YANN | {"first_names": "Erwan"})).status_code == 303
    (draft,) = await rows(portal, EmployeeDraft)
    assert draft.typed["first_names"] == "Erwan"


async def test_a_page_too_old_keeps_what_was_typed_and_writes_nothing(alice, world, portal):
    stale = await alice.post(WHO, data={"csrf": "old", **YANN})
    assert stale.status_code == 422
    assert "Cette page était ouverte depuis trop longtemps" in stale.text
    assert 'value="KERBRAT"' in stale.text
    assert not await rows(portal, EmployeeDraft)
    await three_steps(alice)
    stale = await alice.post(CHECK, data={"csrf": "old"})
    assert stale.status_code == 422
    assert "trop longtemps" in stale.text
    assert not await ours(portal, world)
    assert (await declare(alice)).status_code == 303


async def test_what_was_typed_when_the_session_ended_comes_back_after_the_sign_in(
    alice, world, portal, time_machine_at
):
    token = await alice.token(WHO)
    time_machine_at.shift(timedelta(hours=13))
    answer = await alice.post(WHO, data={"csrf": token, **YANN})
    assert answer.headers["location"].startswith("/connexion")
    assert not await rows(portal, EmployeeDraft)
    await alice.fill(str(answer.headers["location"]), to="/connexion", email="alice@ours.example")
    assert "KERBRAT" in (await alice.follow(await give(alice))).text


# --- Who it may be already


@pytest.mark.parametrize(
    "known",
    [
        {"birth_name": "KERBRAT", "first_names": "Yann", "birth_on": "1992-07-14"},
        {"birth_name": "Kerbrât", "first_names": "YANN Louis", "birth_on": "1992-07-14"},
        {"birth_name": "MARTIN", "usual_name": "Kerbrat", "first_names": "Yann", "birth_on": "1992-07-14"},
        {"birth_name": "KERBRAT", "first_names": "Yannick", "birth_on": "1992-07-14"},
        {"birth_name": "AUTRE", "first_names": "Yann", "birth_on": "1992-07-14"},
        {"birth_name": "KERBRAT", "first_names": "Yann", "birth_on": "1992-07-15"},
        {"birth_name": "KERBRAT", "first_names": "Yann", "birth_on": "1992-07-14", "exit_on": "2025-01-31"},
    ],
)
async def test_who_is_alike_is_shown_and_another_person_has_to_be_confirmed(alice, world, portal, known):
    other = await an_employee(portal, world.site, **known)
    await three_steps(alice)
    shown = await alice.get(CHECK)
    assert "Est-ce une de ces personnes ?" in shown.text
    assert f'href="{LIST}/{other.id}"' in shown.text
    refused = await declare(alice)
    assert refused.status_code == 422
    assert "Cochez la case si c’est bien une autre personne" in refused.text
    assert len(await ours(portal, world)) == 1
    check(refused)
    assert (await declare(alice, another="oui")).status_code == 303
    assert len(await ours(portal, world)) == 2


@pytest.mark.parametrize(
    "known",
    [
        {"birth_name": "KERBRAT", "first_names": "Yves", "birth_on": "1980-01-01"},
        {"birth_name": "AUTRE", "first_names": "Loïc", "birth_on": "1992-07-14"},
        {"birth_name": "KERBRATTE", "first_names": "Yann", "birth_on": "1980-01-01"},
    ],
)
async def test_who_is_not_alike_is_not_shown(alice, world, portal, known):
    await an_employee(portal, world.site, **known)
    await three_steps(alice)
    assert "Est-ce une de ces personnes ?" not in (await alice.get(CHECK)).text


async def test_the_same_person_in_another_company_is_nobodys_business(alice, world, portal):
    await an_employee(portal, world.theirs, birth_name="KERBRAT", first_names="Yann", birth_on="1992-07-14")
    await three_steps(alice)
    assert "Est-ce une de ces personnes ?" not in (await alice.get(CHECK)).text
    assert (await declare(alice)).status_code == 303


# --- What is wrong


@pytest.mark.parametrize(
    ("path", "wrong", "words"),
    [
        (WHO, {"birth_name": " "}, "Saisissez le nom de naissance."),
        (WHO, {"birth_name": "x" * 81}, "Raccourcissez ce texte : 80 caractères au plus"),
        (WHO, {"first_names": ""}, "Saisissez le prénom."),
        (WHO, {"sex": "X"}, "Choisissez dans la liste."),
        (WHO, {"birth_on": ""}, "Saisissez la date de naissance."),
        (WHO, {"birth_on": "3 mars"}, "La date « 3 mars » ne se lit pas. Exemple : 31/12/2026"),
        (WHO, {"birth_on": "03/03/2026"}, "La date de naissance est dans le futur."),
        (WHO, {"birth_on": "02/03/2026"}, "La date de naissance est dans le futur."),
        (WHO, {"birth_on": "01/01/1915"}, "La date de naissance remonte à plus de 110 ans."),
        (WHO, {"email": "yann@"}, "Cette adresse e-mail n’est pas complète."),
        (WHO, {"phone": "12"}, "Ce numéro de téléphone n’est pas complet."),
        (WHO, {"nir": "1920722"}, "Le formulaire contient un champ inattendu."),
        (POST, {"entry_on": ""}, "Saisissez la date d’entrée dans l’entreprise."),
        (POST, {"entry_on": "13/07/2006"}, "À cette date d’entrée, la personne a moins de 14 ans."),
        (POST, {"entry_on": "01/01/1990"}, "À cette date d’entrée, la personne a moins de 14 ans."),
        (POST, {"entry_on": "01/04/2027"}, "La date d’entrée est dans plus d’un an."),
        (POST, {"contract": ""}, "Choisissez le type de contrat."),
        (POST, {"contract": "benevole"}, "Choisissez le type de contrat."),
        (POST, {"contract_ends_on": "15/03/2026"}, "La fin du contrat précède la date d’entrée."),
        (POST, {"job_title": ""}, "Saisissez le poste occupé, avec vos mots."),
        (POST, {"pcs": "999z"}, "Le code PCS-ESE « 999z » n’existe pas. Exemple : 543g"),
        (WORK, {"risk_poste_employeur": "oui"}, "Écrivez pourquoi ce poste est sur la liste de l’entreprise"),
        (WORK, {"risk_mineur_travaux_reglementes": "oui"}, "ne concernent pas un adulte."),
        (WORK, {"driving_until": "jamais"}, "La date « jamais » ne se lit pas."),
        (WORK, {"expositions": ""}, "Cette valeur n’est pas comprise."),
        (WORK, {"risk_fatigue": "oui"}, "Le formulaire contient un champ inattendu."),
    ],
)  # fmt: skip
async def test_a_wrong_value_comes_back_with_its_sentence(alice, world, portal, path, wrong, words):
    await three_steps(alice)
    answer = await alice.fill(path, **{WHO: YANN, POST: JOB, WORK: NOTHING}[path] | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<title>Erreur : " in answer.text
    check(answer)
    assert not await ours(portal, world)


async def test_at_14_on_the_day_one_may_be_hired(alice, world):
    await alice.fill(WHO, **YANN)
    assert (await alice.fill(POST, **JOB | {"entry_on": "14/07/2006"})).status_code == 303


async def test_what_a_later_correction_makes_wrong_leads_back_to_its_step(alice, world, portal):
    young = YANN | {"birth_on": "14/07/2009"}
    regulated = NOTHING | {"risk_mineur_travaux_reglementes": "oui"}
    assert (await three_steps(alice, young, JOB, regulated)).headers["location"] == CHECK
    await alice.fill(WHO, **YANN)
    assert (await alice.get(CHECK)).headers["location"] == WORK
    token = await alice.token(WORK)
    back = await alice.post(CHECK, data={"csrf": token})
    assert (back.status_code, 'action="' + WORK in back.text) == (409, True)
    assert not await ours(portal, world)


# --- What is explained


@pytest.mark.parametrize(
    ("who", "job", "work", "words"),
    [
        ({}, {}, {}, ("Suivi individuel simple (SI)", "2026-06-16", "3 mois qui suivent", "(R4624-10)")),
        ({}, {"contract": "apprentissage"}, {}, ("2026-05-16", "2 mois qui suivent", "(R6222-36)")),
        ({}, {}, {"risk_nuit": "oui"}, ("Suivi individuel adapté (SIA)", "travail de nuit", "2026-03-15",
                                        "(R4624-18)", "Ce travail ne peut pas commencer avant.")),
        ({"birth_on": "01/01/2009"}, {}, {}, ("(SIA)", "moins de 18 ans", "2026-03-15")),
        ({}, {}, {"risk_amiante": "oui", "risk_nuit": "oui"},
         ("Suivi individuel renforcé (SIR)", "amiante", "R4624-23", "Examen médical", "(R4624-24)")),
        ({}, {}, {"risk_poste_employeur": "oui", "post_reason": "Presse sans garde"},
         ("(SIR)", "R4624-23, III", "Presse sans garde")),
        ({}, {"contract": "stage"}, {}, ("Un stagiaire n’est pas salarié",)),
        ({}, {"part_time": "oui"}, {"driving_until": "31/12/2026"}, ("31/12/2026", "(SI)", "Temps partiel")),
    ],
)  # fmt: skip
async def test_the_check_explains_the_follow_up_and_its_deadline(alice, world, who, job, work, words):
    await three_steps(alice, YANN | who, JOB | job, NOTHING | work)
    shown = await alice.get(CHECK)
    assert [each for each in words if each not in shown.text] == []


async def test_all_that_is_wrong_in_a_step_is_said_at_once(alice, world):
    refused = await alice.fill(WHO, **YANN | {"birth_on": "03/03/2026", "phone": "12"})
    assert "La date de naissance est dans le futur." in refused.text
    assert "Ce numéro de téléphone n’est pas complet." in refused.text


async def test_the_step_that_comes_back_says_which_of_its_fields_is_missing(alice, world):
    """Declared from an old page of the check, when another tab began again."""
    await three_steps(alice)
    shown = await alice.get(CHECK)
    await alice.fill(CHECK, to=NEW)
    await alice.fill(WHO, **YANN)
    token = TOKEN.findall(shown.text)[-1]
    answer = await alice.post(CHECK, data={"csrf": token, "shown": "0" * 32})
    assert answer.status_code in (409, 422)
    assert '<a href="#contract">Choisissez le type de contrat.</a>' in answer.text
    assert '<a href="#entry_on">' in answer.text
