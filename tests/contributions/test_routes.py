"""A declaration as the employer makes it: step by step, left and taken up again, validated, corrected."""

import re
from datetime import timedelta

import pytest

from db.models import AnnualDeclaration, AuditEvent, AuditKind, DeclarationAnswer, DeclarationCorrection
from tests.contributions.steps import (
    CONTACT,
    YEAR,
    charge,
    close,
    declare,
    some_employees,
    the_declaration,
    validate,
)
from tests.employees.people import acting, an_employee, as_shown
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


@pytest.fixture
async def three(portal, world):
    return await some_employees(portal, world.site)


async def test_a_declaration_is_begun_by_one_and_finished_by_a_colleague(app, alice, world, portal, three):
    page = await alice.get(YEAR)
    assert ">À faire</span>, au plus tard le 15 février 2099" in page.text
    assert await the_declaration(portal, world.site) is None
    await alice.fill(f"{YEAR}/entreprise", **CONTACT)
    async with acting(app, portal, world.site, "declaration") as colleague:
        page = await colleague.get(YEAR)
        assert "Reprendre : les salariés" in page.text
        assert "Gaël Le Bris" in (await colleague.get(f"{YEAR}/entreprise")).text
        recap = await declare(colleague)
        check(recap)
        assert "3 personnes" in recap.text
        assert "417,60 €" in recap.text
        receipt = await colleague.follow(await validate(colleague))
    check(receipt)
    assert "Votre déclaration est validée" in receipt.text
    assert "D2026-00010-2" in receipt.text
    declaration = await the_declaration(portal, world.site)
    assert (declaration.headcount, declaration.net_cents, declaration.total_cents) == (3, 34_800, 41_760)
    assert declaration.fingerprint in receipt.text
    assert declaration.counts == {"SI": 3, "SIA": 0, "SIR": 0, "left": 0, "new": 0}
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DECLARATION_SUBMITTED)
    assert event.about == "2026, reçu D2026-00010-2"


async def test_a_step_sent_with_nothing_comes_back_with_what_was_typed(alice, portal, world, three):
    page = await alice.fill(f"{YEAR}/entreprise", contact_name="Gaël", contact_email="gael@")
    assert page.status_code == 422
    assert 'value="gael@"' in page.text
    check(page)
    page = await alice.fill(f"{YEAR}/postes")
    assert page.status_code == 422
    assert "puis cochez cette case" in page.text
    assert await the_declaration(portal, world.site) is None


async def test_doubts_are_answered_beside_each_name_and_kept(alice, portal, world, three):
    officer = await an_employee(portal, world.site, birth_name="PATRON", contract="mandat")
    ended = await an_employee(
        portal, world.site, birth_name="FINI", contract="cdd", contract_ends_on="2025-12-01"
    )
    await an_employee(portal, world.site, birth_name="STAGE", contract="stage")
    page = await alice.get(f"{YEAR}/salaries")
    assert "2 sur 2" in page.text
    assert "Mandataire social" in page.text
    assert "Contrat fini le 1er décembre 2025" in page.text
    assert "1 personne – Stagiaire" in page.text
    answer = await alice.fill(f"{YEAR}/salaries", **{f"compte_{officer.id}": "oui"})
    page = await alice.follow(answer)
    assert "FINI" in page.text
    assert "PATRON" not in page.text
    assert "1 doute à lever" in (await alice.get(f"{YEAR}/recapitulatif")).text
    page = await alice.fill(f"{YEAR}/salaries")
    assert page.status_code == 422
    assert '<a href="#doubt">Répondez oui ou non' in page.text
    assert page.text.count('id="doubt"') == 1
    answer = await alice.fill(f"{YEAR}/salaries", **{f"compte_{ended.id}": "non"})
    assert answer.headers["location"] == f"{YEAR}/postes"
    assert "4 personnes" in (await alice.get(f"{YEAR}/recapitulatif")).text
    given = await rows(portal, DeclarationAnswer, DeclarationAnswer.company_id == world.site.id)
    assert [(each.employee_id, each.counts) for each in given] == [(officer.id, True), (ended.id, False)]


async def test_an_answer_about_somebody_of_another_company_is_about_nobody(alice, portal, world, three):
    path = f"{YEAR}/salaries"
    foreign = await alice.fill(path, **{f"compte_{world.their_employee.id}": "oui"})
    absent = await alice.fill(path, compte_999999="oui")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert not await rows(portal, DeclarationAnswer, DeclarationAnswer.company_id == world.site.id)


async def test_more_doubts_than_a_page_are_answered_page_after_page(alice, portal, world):
    await some_employees(portal, world.site, 26, contract="mandat")
    path = f"{YEAR}/salaries"
    page = await alice.get(path)
    assert page.text.count("<fieldset") == 25
    assert "<h2>Doutes, la liste continue</h2>" in page.text
    assert 'name="page" value="2"' in page.text
    following = page.text.partition('name="suivants" value="')[2].partition('"')[0]
    first = page.text.partition('name="compte_')[2].partition('"')[0]
    page = await alice.follow(
        await alice.fill(path, suite="Voir", suivants=following, page="2", **{f"compte_{first}": "oui"})
    )
    assert "<h2>Doutes, page 2</h2>" in page.text
    assert page.text.count("<fieldset") == 1
    assert "25 sur 26" in page.text
    page = await alice.get(path)
    boxes = [name for name in page.text.split('name="') if name.startswith("compte_")]
    fields = {each.partition('"')[0]: "oui" for each in boxes}
    page = await alice.follow(await alice.fill(path, **fields))
    assert page.text.count("<fieldset") == 1
    assert "1 sur 26" in page.text


async def test_validating_before_the_steps_are_done_is_refused(alice, portal, world, three):
    await alice.fill(f"{YEAR}/entreprise", **CONTACT)
    page = await alice.get(f"{YEAR}/validation")
    assert "Il reste 2 étapes avant de valider" in page.text
    assert re.search(r'avant de valider : <a href="[^"]+/cotisation/2026/\w+">', page.text)
    fields = {"version": "2", "shown": "3-41760"}
    page = await alice.fill(f"{YEAR}/entreprise", to=f"{YEAR}/validation", **fields)
    assert page.status_code == 422
    assert "Il manque une étape" in page.text
    assert (await the_declaration(portal, world.site)).number is None


async def test_an_amount_that_changed_since_it_was_shown_is_not_validated(alice, portal, world, three):
    await declare(alice)
    shown = await as_shown(alice, f"{YEAR}/validation")
    await an_employee(portal, world.site, birth_name="NOUVEAU")
    page = await alice.fill(f"{YEAR}/validation", **shown)
    assert page.status_code == 409
    assert "relisez le montant" in page.text
    assert "556,80 €" in page.text
    receipt = await alice.follow(await validate(alice))
    assert "4 personnes" in receipt.text


async def test_a_receipt_says_the_rate_that_it_was_made_with(alice, portal, world, three):
    await declare(alice)
    await validate(alice)
    await charge(portal, vat_points=1000)
    assert "TVA 20 %" in (await alice.get(f"{YEAR}/recu")).text


async def test_correcting_before_the_end_keeps_the_old_receipt_until_there_is_another(
    alice, portal, world, three
):
    await declare(alice)
    await validate(alice)
    assert "Corriger la déclaration" in (await alice.get(YEAR)).text
    page = await alice.follow(await alice.fill(f"{YEAR}/correction"))
    assert "La déclaration est rouverte" in page.text
    assert "Le reçu D2026-00010-2 reste valable" in page.text
    await an_employee(portal, world.site, birth_name="NOUVEAU")
    receipt = await alice.follow(await validate(alice))
    assert "D2026-00010-2/2" in receipt.text
    assert "Reçus remplacés" in receipt.text
    old = await alice.get(f"{YEAR}/recu?rang=1")
    assert "Ce reçu a été remplacé" in old.text
    assert "3 personnes" in old.text
    assert (await alice.get(f"{YEAR}/recu/pdf?rang=1")).content.startswith(b"%PDF")
    for rank in ("2", "0", "x", "-1", "9" * 30):
        assert (await alice.get(f"{YEAR}/recu?rang={rank}")).status_code == 404
    declaration = await the_declaration(portal, world.site)
    assert [each["number"] for each in declaration.replaced] == ["D2026-00010-2"]
    kinds = [each.kind for each in await rows(portal, AuditEvent)]
    assert kinds == ["declaration_submitted", "declaration_corrected", "declaration_submitted"]


async def test_after_the_end_a_correction_is_asked_for_once(alice, portal, world, three):
    await declare(alice)
    await validate(alice)
    await close(portal)
    page = await alice.get(f"{YEAR}/correction")
    assert "La campagne 2026 est close depuis le 15 février 2026" in page.text
    shown = await as_shown(alice, f"{YEAR}/correction")
    assert (await alice.fill(f"{YEAR}/correction", **shown, text=" ")).status_code == 422
    for _ in range(2):
        answer = await alice.fill(f"{YEAR}/correction", **shown, text="Une personne de trop.")
    page = await alice.follow(answer)
    assert "Votre demande de correction est envoyée" in page.text
    assert page.text.count("Une personne de trop.") == 1
    asked = await rows(portal, DeclarationCorrection, DeclarationCorrection.company_id == world.site.id)
    assert len(asked) == 1


async def test_a_campaign_that_closes_between_display_and_click_is_said_and_loses_nothing(
    alice, portal, world, three
):
    await declare(alice)
    shown = await as_shown(alice, f"{YEAR}/validation")
    await close(portal)
    page = await alice.fill(f"{YEAR}/validation", **shown)
    assert page.status_code == 409
    assert "est passée pendant votre saisie. Rien n’est perdu" in page.text
    receipt = await alice.follow(await validate(alice))
    assert "après la date limite" in receipt.text


async def test_a_correction_that_the_end_overtakes_leaves_the_receipt_as_it_was(alice, portal, world, three):
    await declare(alice)
    await validate(alice)
    shown = await as_shown(alice, f"{YEAR}/correction")
    await alice.fill(f"{YEAR}/correction")
    asked = await as_shown(alice, f"{YEAR}/validation")
    token = await alice.token(f"{YEAR}/validation")
    await close(portal)
    page = await alice.post(f"{YEAR}/validation", data=asked | {"csrf": token})
    assert page.status_code == 409
    assert "La campagne s’est close le 15 février 2026" in page.text
    assert "Demander une correction" in page.text
    assert (await the_declaration(portal, world.site)).number == "D2026-00010-2"
    page = await alice.post(f"{YEAR}/correction", data=shown | {"csrf": token})
    assert page.status_code == 409
    assert "La campagne s’est close entre-temps" in page.text
    check(page)


async def test_a_year_without_tariff_is_a_plain_page_at_each_address(alice, portal):
    for word in ("", "/entreprise", "/salaries", "/postes", "/recapitulatif", "/validation", "/recu"):
        page = await alice.get(f"/espace/00010-2/cotisation/2031{word}")
        assert page.status_code == 200
        assert "Pas de déclaration pour 2031" in page.text
    for year in ("1999", "2101", "-3", "99999999999"):
        assert (await alice.get(f"/espace/00010-2/cotisation/{year}")).status_code == 404
    page = await alice.fill(f"{YEAR}/entreprise", to=f"{YEAR[:-4]}2031/entreprise", **CONTACT)
    assert page.status_code == 404
    assert not [each for each in await rows(portal, AnnualDeclaration) if each.year == 2031]


async def test_nobody_left_is_a_branch_of_its_own(alice, portal, world):
    page = await alice.get(f"{YEAR}/recapitulatif")
    assert "Déclarer que l’entreprise n’a plus de salarié" in page.text
    page = await alice.fill(f"{YEAR}/plus-de-salarie", version="0")
    assert page.status_code == 422
    receipt = await alice.follow(await alice.fill(f"{YEAR}/plus-de-salarie", version="0", sure="oui"))
    assert "Plus de salarié" in receipt.text
    assert "Rien à payer" in receipt.text
    declaration = await the_declaration(portal, world.site)
    assert (declaration.nobody_left, declaration.headcount, declaration.total_cents) == (True, 0, 0)
    assert (await alice.get(f"{YEAR}/recu/pdf")).content.startswith(b"%PDF")


async def test_nobody_left_is_refused_while_the_list_says_otherwise(alice, portal, world, three):
    page = await alice.fill(f"{YEAR}/plus-de-salarie", version="0", sure="oui")
    assert page.status_code == 422
    assert "Votre liste compte 3 personnes au 1er janvier 2026" in page.text
    assert await the_declaration(portal, world.site) is None


async def test_a_headcount_of_nobody_is_not_validated_by_the_usual_way(alice, portal, world):
    await alice.fill(f"{YEAR}/entreprise", **CONTACT)
    await alice.fill(f"{YEAR}/salaries")
    await alice.fill(f"{YEAR}/postes", checked="oui")
    page = await alice.get(f"{YEAR}/validation")
    assert "Valider la déclaration" not in page.text
    assert "Déclarer que l’entreprise n’a plus de salarié" in page.text
    fields = {"version": "4", "shown": "0-0"}
    page = await alice.fill(f"{YEAR}/entreprise", to=f"{YEAR}/validation", **fields)
    assert page.status_code == 422
    assert "passez par « Plus de salarié »" in page.text


async def test_late_is_said_and_still_taken(alice, portal, world, three):
    await close(portal)
    page = await alice.get("/espace/00010-2/cotisation")
    assert ">En retard</span>, la date limite était le 15 février 2026" in page.text
    await declare(alice)
    assert "fait" in (await alice.get(f"{YEAR}/validation")).text
    receipt = await alice.follow(await validate(alice))
    assert "après la date limite" in receipt.text
    assert "Demander une correction" in receipt.text


async def test_the_recap_compares_with_the_year_before(alice, portal, world):
    """The main company declared one person for 2025."""
    page = await alice.get("/espace/00010/cotisation/2026/recapitulatif")
    assert "Comparaison avec 2025" in page.text
    assert '<rect class="bar-before"' in page.text
    assert "139,20 €" in page.text


async def test_prorata_and_entry_fees_are_lines_with_their_reasons(alice, portal, world, three):
    await charge(portal, hires="prorata", entry_cents=2_500)
    await an_employee(portal, world.site, birth_name="ARRIVEE", entry_on="2026-02-02")
    page = await alice.get(f"{YEAR}/recapitulatif")
    assert "Personnes suivies, 11 mois sur 12" in page.text
    assert "106,33 €" in page.text
    assert "Frais d’ouverture de dossier" in page.text


async def test_who_may_only_read_follows_without_declaring(app, alice, world, portal, three):
    await declare(alice)
    async with acting(app, portal, world.site) as reader:
        page = await reader.get(YEAR)
        assert "Votre rôle permet de suivre" in page.text
        assert "/validation" not in page.text
        for word in ("entreprise", "salaries", "postes", "recapitulatif", "validation", "plus-de-salarie"):
            assert (await reader.get(f"{YEAR}/{word}")).status_code == 403
        await validate(alice)
        assert (await reader.get(f"{YEAR}/recu")).status_code == 200
        assert (await reader.get(f"{YEAR}/correction")).status_code == 403


async def test_a_third_party_is_named_as_such_on_the_receipt(app, world, portal, three):
    async with acting(app, portal, world.site, "declaration", third_party=True) as accountant:
        await declare(accountant)
        receipt = await accountant.follow(await validate(accountant))
    assert "tiers déclarant" in receipt.text
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DECLARATION_SUBMITTED)
    assert event.on_behalf


async def test_a_step_of_a_validated_declaration_leads_to_its_page(alice, portal, world, three):
    await declare(alice)
    await validate(alice)
    answer = await alice.get(f"{YEAR}/salaries")
    assert answer.headers["location"] == YEAR
    page = await alice.fill(f"{YEAR}/correction", to=f"{YEAR}/postes", checked="oui")
    assert page.status_code == 409
    assert "Cette déclaration est validée" in page.text


async def test_before_it_opens_nothing_can_be_declared(alice, portal, world, time_machine_at):
    time_machine_at.shift(-timedelta(days=57))
    page = await alice.get(YEAR)
    assert ">À venir</span>, à partir du 5 janvier 2026" in page.text
    assert (await alice.get(f"{YEAR}/entreprise")).status_code == 303


async def test_the_likelier_answers_are_kept_for_every_page_at_once(alice, portal, world):
    short = {"contract": "saisonnier", "entry_on": "2025-12-20", "contract_ends_on": "2026-01-08"}
    await charge(portal, least_days=30)
    await some_employees(portal, world.site, 26, **short)
    officer = await an_employee(portal, world.site, birth_name="PATRON", contract="mandat")
    page = await alice.get(f"{YEAR}/salaries")
    assert "Garder la réponse cochée pour toutes les pages" in page.text
    page = await alice.follow(await alice.fill(f"{YEAR}/salaries", proposed="Garder"))
    assert "1 sur 27" in page.text
    assert "PATRON" in page.text
    given = await rows(portal, DeclarationAnswer, DeclarationAnswer.company_id == world.site.id)
    assert len(given) == 26
    assert not any(each.counts or each.employee_id == officer.id for each in given)


async def test_the_button_pressed_twice_is_one_validation_of_ones_own(alice, portal, world, three):
    await declare(alice)
    shown = await as_shown(alice, f"{YEAR}/validation")
    token = await alice.token(f"{YEAR}/validation")
    answers = [await alice.post(f"{YEAR}/validation", data=shown | {"csrf": token}) for _ in range(2)]
    assert [each.headers["location"] for each in answers] == [f"{YEAR}/recu?fait=valide"] * 2
    assert (await the_declaration(portal, world.site)).replaced == []


@pytest.mark.parametrize("version", ["-1", "x", "", "9" * 30])
async def test_a_version_that_is_none_is_refused(alice, portal, world, three, version):
    await declare(alice)
    page = await validate(alice, version=version)
    assert page.status_code == 422
    assert (await the_declaration(portal, world.site)).number is None


async def test_a_version_that_nobody_was_shown_is_not_validated(alice, portal, world, three):
    await declare(alice)
    for version in ("0", "1", "99"):
        page = await validate(alice, version=version)
        assert page.status_code == 409, version
        assert "a changé depuis : relisez le montant" in page.text
    assert (await the_declaration(portal, world.site)).number is None
    receipt = await alice.follow(await validate(alice))
    assert "Votre déclaration est validée" in receipt.text


async def test_nobody_left_is_declared_from_the_version_that_was_shown(alice, portal, world):
    nobody = f"{YEAR}/plus-de-salarie"
    assert (await alice.fill(nobody, version="1", sure="oui")).status_code == 409
    assert await the_declaration(portal, world.site) is None
    await alice.fill(f"{YEAR}/entreprise", **CONTACT)
    assert (await alice.fill(nobody, version="0", sure="oui")).status_code == 409
    assert (await the_declaration(portal, world.site)).number is None
    assert (await alice.fill(nobody, version="2", sure="oui")).status_code == 303
