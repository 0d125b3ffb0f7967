"""What the steps show of the list, and what they keep when something comes in between."""

import pytest

from db.models import Account, ContactKind, OutboxMail
from db.seeds.world import World
from tests.contributions.steps import YEAR, close, declare, some_employees, the_declaration, validate
from tests.employees.people import acting, an_employee, as_shown
from tests.pages import check
from tests.people.steps import a_member
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_who_came_and_who_left_is_named_with_the_day(alice, portal, world):
    came = await an_employee(portal, world.site, birth_name="ARRIVEE", entry_on="2026-01-20")
    left = await an_employee(
        portal, world.site, birth_name="PARTIE", entry_on="2020-01-06", exit_on="2025-09-30"
    )
    await an_employee(portal, world.site, birth_name="STAGE", contract="stage", entry_on="2026-01-20")
    await an_employee(portal, world.site, birth_name="ANCIENNE", entry_on="2019-01-07")
    page = await alice.get(f"{YEAR}/salaries")
    check(page)
    assert "Arrivées : 1" in page.text
    assert "Départs : 1" in page.text
    for person, day in ((came, "20 janvier 2026"), (left, "30 septembre 2025")):
        assert f'<a href="/espace/00010-2/salaries/{person.id}">' in page.text
        assert f"{day}</time></li>" in page.text
    assert "STAGE" not in page.text
    assert "ANCIENNE" not in page.text


async def test_of_many_arrivals_the_latest_are_named(alice, portal, world):
    await some_employees(portal, world.site, 26, entry_on="2026-01-20")
    page = await alice.get(f"{YEAR}/salaries")
    assert page.text.count("</time></li>") == 25
    assert "Arrivées : 26" in page.text
    assert "Ce sont les plus récents" in page.text


async def test_ticks_stay_when_the_page_was_open_too_long_or_the_campaign_closed(alice, portal, world):
    (officer,) = await some_employees(portal, world.site, 1, contract="mandat")
    ticked = f'name="compte_{officer.id}" value="non" checked'
    fields = {f"compte_{officer.id}": "non", "apres": "", "reste": ""}
    token = await alice.token(f"{YEAR}/salaries")
    page = await alice.post(f"{YEAR}/salaries", data={"csrf": "x", **fields})
    assert page.status_code == 422
    assert ticked in page.text
    await alice.fill(f"{YEAR}/salaries", **{f"compte_{officer.id}": "oui"})
    await declare(alice)
    await validate(alice)
    await alice.fill(f"{YEAR}/correction")
    await close(portal)
    page = await alice.post(f"{YEAR}/salaries", data={"csrf": token, **fields})
    assert page.status_code == 409
    assert ticked in page.text


@pytest.mark.parametrize("step", ["entreprise", "salaries", "postes", "plus-de-salarie"])
async def test_a_correction_that_the_end_overtook_leads_to_asking_for_one(alice, portal, world, step):
    await some_employees(portal, world.site)
    await declare(alice)
    await validate(alice)
    await alice.fill(f"{YEAR}/correction")
    path = f"{YEAR}/{step}"
    shown = await as_shown(alice, path) | {"checked": "oui", "sure": "oui", "version": "9"}
    wanted = {
        "entreprise": ("contact_name", "contact_email", "contact_phone"),
        "salaries": (),
        "postes": ("checked",),
        "plus-de-salarie": ("sure", "version"),
    }
    token = await alice.token(path)
    await close(portal)
    data = {name: shown[name] for name in wanted[step]}
    page = await alice.post(path, data={"csrf": token, **data})
    assert page.status_code == 409
    check(page)
    assert f'href="{YEAR}/correction">Demander une correction</a>' in page.text
    assert "<button>Enregistrer" not in page.text
    assert "<button>Valider" not in page.text


async def test_nobody_left_says_that_the_day_went_by_before_it_is_declared_late(alice, portal, world):
    token = await alice.token(f"{YEAR}/plus-de-salarie")
    await close(portal)
    fields = {"csrf": token, "version": "0", "sure": "oui"}
    page = await alice.post(f"{YEAR}/plus-de-salarie", data=fields)
    assert page.status_code == 409
    assert "est passée pendant votre saisie" in page.text
    assert await the_declaration(portal, world.site) is None
    shown = await as_shown(alice, f"{YEAR}/plus-de-salarie")
    receipt = await alice.follow(await alice.fill(f"{YEAR}/plus-de-salarie", **shown | {"sure": "oui"}))
    assert "après la date limite" in receipt.text


async def test_nobody_left_with_a_doubt_leads_to_the_doubt(alice, portal, world):
    await some_employees(portal, world.site, 1, contract="mandat")
    page = await alice.get(f"{YEAR}/plus-de-salarie")
    assert f'href="{YEAR}/salaries?reste=oui">Lever les doutes</a>' in page.text
    page = await alice.fill(f"{YEAR}/plus-de-salarie", version="0", sure="oui")
    assert page.status_code == 422
    assert "Il reste 1 doute à lever" in page.text


async def test_jobs_and_risks_are_those_of_the_people_who_count(alice, portal, world):
    await an_employee(portal, world.site, job_title="Soudeur", risks="NUIT")
    await an_employee(portal, world.site, job_title="Gérant", contract="mandat", birth_name="PATRON")
    await an_employee(portal, world.site, job_title="Futur", birth_name="FUTUR", entry_on="2026-06-01")
    page = await alice.get(f"{YEAR}/postes")
    assert "<li>Soudeur – 1 personne</li>" in page.text
    assert "Gérant" not in page.text
    assert "Futur" not in page.text


async def test_when_an_accountant_validates_those_who_answer_for_the_company_are_told(
    app, alice, portal, world
):
    await some_employees(portal, world.site)
    async with portal.database.transaction(write=True) as session:
        kind = ContactKind.ADMINISTRATIVE
        await World(session).a_contact(world.site, kind, "Direction", "direction@ours.example")
    await a_member(portal, world.site, "lecteur@ours.example", "lecture")
    async with acting(app, portal, world.site, "administrateur", third_party=True) as accountant:
        await declare(accountant)
        await validate(accountant)
    sent = await rows(portal, OutboxMail, OutboxMail.template == "declaration_filed")
    (own,) = await rows(portal, Account, Account.email == "alice@ours.example")
    assert {each.recipient for each in sent} == {
        "administrateur@ours.example", "compta@ours.example", own.email, "direction@ours.example",
    }  # fmt: skip
    assert all(each.context["behalf"] for each in sent)


async def test_the_rate_of_the_tax_is_said_before_and_on_the_receipt(alice, portal, world):
    await some_employees(portal, world.site)
    recap = await declare(alice)
    receipt = await alice.follow(await validate(alice))
    for page in (recap, receipt):
        assert ">TVA 20 %</th>" in page.text


async def test_what_is_already_taken_up_again_is_not_offered_again(alice, portal, world):
    await some_employees(portal, world.site)
    await declare(alice)
    await validate(alice)
    await alice.fill(f"{YEAR}/correction")
    assert (await alice.get(f"{YEAR}/correction")).headers["location"] == YEAR


async def test_the_help_is_where_the_question_arises(alice, portal, world):
    await some_employees(portal, world.site)
    for path, slug in (
        ("/espace/00010-2/cotisation", "quand-declarer"), (f"{YEAR}/salaries", "qui-compte-dans-l-effectif"),
        (f"{YEAR}/recapitulatif", "calcul-de-la-cotisation"),
        ("/espace/00010/cotisation/2025/correction", "correction-apres-validation"),
        ("/espace/00010/factures", "duplicata-de-facture"),
    ):  # fmt: skip
        assert f'href="/faq/{slug}?de=' in (await alice.get(path)).text


async def test_a_campaign_of_before_one_was_a_member_says_why_it_is_none_of_ones_business(alice):
    words = (
        ">Sans objet</span>, vous n’étiez pas encore adhérent le 15 février 2025, à la fin de cette campagne"
    )
    assert words in (await alice.get("/espace/00010-2/cotisation")).text
