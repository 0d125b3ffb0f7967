"""/espace/{code}/compte: read, corrected, traced, told to the service."""

import re

import pytest
from sqlmodel import select

from app.company_details.acts import EVERY_LABEL
from db.models import AuditEvent, CareTeam, Company, CompanyContact, Membership, OutboxMail
from db.seeds.world import World
from tests.actors import Actor
from tests.pages import check
from tests.postbox import words_of
from tests.world import NUMBER, OURS

PATH = "/espace/00010/compte"
VERSION = re.compile(r'name="version" value="([^"]*)"')
VALUE = re.compile(r'<input id="(\w+)"[^>]*? value="([^"]*)"')
LUHN, LUHN_SHOWN = "73282932000074", "732 829 320 00074"


async def rows(portal, model, *where):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(model).where(*where).order_by(model.id))).all()


async def ours(portal):
    (company,) = await rows(portal, Company, Company.code == "00010")
    return company


async def as_shown(actor):
    """Every field with the value that the page gives it, as a browser would send it back."""
    page = (await actor.get(PATH)).text
    shown = dict(VALUE.findall(page)) | {"version": VERSION.search(page)[1]}
    chosen = re.search(r'<option value="(\w+)" selected>NAF', page)
    assert EVERY_LABEL.keys() == (shown.keys() | {"naf_version"}) - {"version"}
    return shown | {"naf_version": chosen[1]}


async def correct(actor, **changed):
    return await actor.fill(PATH, **{**await as_shown(actor), **changed})


@pytest.fixture
async def reader(app, world, portal):
    """Bob, who may only read."""
    async with portal.database.transaction(write=True) as session:
        mine = select(Membership).where(Membership.account_id == world.bob.key)
        (await session.exec(mine)).one().roles = ["lecture", "salaries", "facturation"]
    async with Actor(app) as actor:
        yield await actor.signed_in(world.bob)


async def test_what_was_typed_is_kept_in_one_form_and_shown_in_another(alice, portal):
    answer = await correct(
        alice, siret=" 732829320 00074", naf="47.11f", phone="0296012345", address=" 12  rue de la Gare",
        postcode="22 000", email="Contact@Ours.example", billing_name="Zoé Le Bris",
        billing_email="Factures@Ours.example", summons_phone="06.12.34.56.78",
    )  # fmt: skip
    assert "Vos corrections sont enregistrées." in (await alice.follow(answer)).text
    company = await ours(portal)
    assert (company.siret, company.naf, company.naf_version) == (LUHN, "4711F", "rev2")
    assert (company.phone, company.postcode, company.address) == (
        "+33296012345",
        "22000",
        "12 rue de la Gare",
    )
    contacts = {each.kind: each for each in await rows(portal, CompanyContact)}
    assert contacts.keys() == {"facturation", "convocations"}
    assert contacts["facturation"].email == "factures@ours.example"
    assert contacts["convocations"].phone == "+33612345678"
    shown = await as_shown(alice)
    assert (shown["siret"], shown["phone"], shown["naf"]) == (LUHN_SHOWN, "02 96 01 23 45", "47.11F")


async def test_each_change_is_one_event_and_all_reach_the_service_in_one_mail(app, alice, portal, mailbox):
    await correct(alice, siret=LUHN, town="Plérin", naf="4332A")
    events = await rows(portal, AuditEvent)
    assert [(e.kind, e.about) for e in events] == [
        ("company_corrected", f"SIRET : (vide) → {LUHN_SHOWN}"),
        ("company_corrected", "Code NAF : (vide) → 43.32A"),
        ("company_corrected", "Nomenclature NAF : (vide) → NAF rév. 2 (2008)"),
        ("company_corrected", "Commune : Saint-Brieuc → Plérin"),
    ]
    assert {(e.company_id, e.on_behalf) for e in events} == {((await ours(portal)).key, False)}
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "portailadh@aist22.fr"
    assert letter["subject"] == f"Correction par l’adhérent : 00010 - {OURS}"
    assert "Alice Martin (alice@ours.example) vient de corriger" in words_of(letter)
    assert "- Commune : Saint-Brieuc → Plérin" in words_of(letter)
    html = letter.get_body(("html",)).get_content().replace("\N{NO-BREAK SPACE}", " ")
    assert f"<li>SIRET : (vide) → {LUHN_SHOWN}</li>" in html


async def test_a_third_partys_correction_says_on_whose_behalf(app, alice, portal, mailbox):
    async with portal.database.transaction(write=True) as session:
        for membership in (await session.exec(select(Membership))).all():
            membership.third_party = True
    await correct(alice, town="Plérin")
    (event,) = await rows(portal, AuditEvent)
    assert event.on_behalf
    (letter,) = await mailbox.delivered(app)
    assert "tiers déclarant" in words_of(letter)


async def test_saving_the_page_untouched_changes_traces_and_sends_nothing(alice, portal, world):
    async with portal.database.transaction(write=True) as session:
        company = await session.get_one(Company, world.ours.key)
        company.siret, company.naf, company.phone = LUHN, "4332A", "+33296012345"
    before = (await ours(portal)).model_dump()
    answer = await correct(alice)
    assert "Vous n’avez rien changé" in (await alice.follow(answer)).text
    assert (await ours(portal)).model_dump() == before
    assert not await rows(portal, AuditEvent)
    assert not await rows(portal, OutboxMail)
    # Nobody said in which nomenclature the code is: correcting something else does not say it either.
    await correct(alice, town="Plérin")
    assert (await ours(portal)).naf_version == ""


async def test_a_long_correction_fits_in_its_event_with_both_its_ends(alice, portal):
    await correct(alice, address="A" * 200)
    await correct(alice, address="B" * 200)
    about = (await rows(portal, AuditEvent))[-1].about
    assert len(about) <= 200
    assert re.fullmatch(r"Adresse : A{74}… → B{74}…", about)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("siret", "732 829 320 00075", "a un chiffre faux ou deux chiffres inversés"),
        ("siret", "7328293200007", "doit compter 14 chiffres (ici 13)"),
        ("siret", "00000000000000", "a un chiffre faux"),
        ("name", "  ", "La raison sociale manque."),
        ("name", "x" * 121, "compte 121 caractères pour 120 au plus"),
        ("naf", "boulangerie", "ne ressemble pas à 47.11F"),
        ("naf_version", "1993", "Cette valeur n’est pas comprise."),
        ("postcode", "22", "ne compte pas 5 chiffres"),
        ("email", "alice@", "n’est pas complète"),
        ("billing_email", "factures", "L’adresse e-mail « factures » n’est pas complète."),
        ("phone", "12", "Le téléphone « 12 » n’est pas complet."),
        ("summons_phone", "zéro six", "n’est pas complet"),
    ],
)
async def test_a_refused_form_keeps_everything_that_was_typed(alice, portal, field, typed, words):
    before = (await ours(portal)).model_dump()
    fields = {"town": "Plérin", "administrative_name": "Zoé <b>Le Bris</b>", field: typed}
    answer = await correct(alice, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    assert 'value="Plérin"' in answer.text
    assert 'value="Zoé &lt;b&gt;Le Bris&lt;/b&gt;"' in answer.text
    assert field == "naf_version" or f'value="{typed}"' in answer.text
    assert (await ours(portal)).model_dump() == before
    assert not await rows(portal, OutboxMail)
    check(answer)


@pytest.mark.parametrize("siret", ["35600000000048", "356 000 000 49837"])
async def test_la_postes_own_numbers_are_accepted(alice, portal, siret):
    """356 000 000 00048 passes Luhn; 356 000 000 49837 only the rule of La Poste."""
    assert (await correct(alice, siret=siret)).status_code == 303
    assert (await ours(portal)).siret == siret.replace(" ", "")


@pytest.mark.parametrize(
    ("day", "version"), [("2026-12-31 22:59:59", "rev2"), ("2026-12-31 23:00:00", "2025")]
)
async def test_the_nomenclature_proposed_changes_with_the_new_year_in_france(alice, world, day, version):
    import time_machine

    with time_machine.travel(f"{day}+00:00", tick=False):
        async with Actor(alice.edge) as actor:
            shown = await as_shown(await actor.signed_in(world.alice))
    assert shown["naf_version"] == version


async def test_a_known_nomenclature_is_kept_whatever_the_day(alice, portal):
    await correct(alice, naf="4711F", naf_version="2025")
    assert (await as_shown(alice))["naf_version"] == "2025"
    assert (await ours(portal)).naf_version == "2025"
    await correct(alice, naf="")
    assert ((await ours(portal)).naf, (await ours(portal)).naf_version) == ("", "")


async def test_a_code_a_number_or_a_team_cannot_be_typed(alice, portal, world):
    for field in ("code", "declarant_key", "team_id", "company_id"):
        answer = await correct(alice, **{field: "1"})
        assert answer.status_code == 422, field
    page = (await alice.get(PATH)).text
    assert NUMBER not in page
    assert world.ours.declarant_key not in page


async def test_who_may_only_read_sees_values_and_no_form(reader, alice, portal):
    await correct(alice, siret=LUHN, phone="0296012345", naf="4332A", billing_name="Zoé Le Bris")
    page = await reader.get(PATH)
    assert "<form" not in page.text.partition("<main")[2]
    for words in (OURS, LUHN_SHOWN, "02 96 01 23 45", "NAF rév. 2 (2008)", "Zoé Le Bris"):
        assert words in page.text
    check(page)


async def test_who_may_only_read_changes_nothing(reader, alice, portal):
    fields = await as_shown(alice)
    before = (await ours(portal)).model_dump()
    token = await reader.token(PATH)
    answer = await reader.post(PATH, data={**fields, "csrf": token, "town": "Plérin"})
    assert answer.status_code == 403
    assert "Demandez-le à un administrateur" in answer.text
    assert (await ours(portal)).model_dump() == before
    assert not await rows(portal, AuditEvent)


async def test_a_stranger_meets_the_404_of_no_company(charlie, portal):
    before = (await ours(portal)).model_dump()
    token = await charlie.token("/mon-compte")
    for answer, absent in (
        (await charlie.get(PATH), await charlie.get("/espace/98765/compte")),
        (
            await charlie.post(PATH, data={"csrf": token, "name": "x"}),
            await charlie.post("/espace/98765/compte", data={"csrf": token, "name": "x"}),
        ),
    ):
        assert answer.status_code == 404
        assert answer.content == absent.content
    assert (await ours(portal)).model_dump() == before


async def test_a_site_has_details_of_its_own(alice, portal):
    page = await alice.get("/espace/00010-2/compte")
    assert 'value="Paimpol"' in page.text
    await correct(alice, town="Plérin")
    (site,) = await rows(portal, Company, Company.code == "00010-2")
    assert site.town == "Paimpol"


async def test_the_team_that_follows_the_company_is_named(alice, portal, world):
    assert "Votre équipe n’est pas encore désignée." in (await alice.get(PATH)).text
    async with portal.database.transaction(write=True) as session:
        team = CareTeam(name="Équipe Goëlo", email="goelo@service.example", phone="+33296000001")
        team.people = [["Médecin du travail", "Dr Ana Le Fur"], ["Assistante", "Lou Abgrall"]]
        await World(session).keep(team)
        (await session.get_one(Company, world.ours.key)).team_id = team.key
    page = await alice.get(PATH)
    for words in ("Équipe Goëlo", "Médecin du travail : Dr Ana Le Fur", "Assistante : Lou Abgrall"):
        assert words in page.text
    assert 'href="mailto:goelo@service.example"' in page.text
    assert '<a href="tel:+33296000001">02 96 00 00 01</a>' in page.text
    check(page)


async def test_a_stale_page_hands_the_filled_form_back(alice, portal):
    fields = await as_shown(alice) | {"town": "Plérin"}
    answer = await alice.post(PATH, data={**fields, "csrf": "old"})
    assert answer.status_code == 422
    assert 'value="Plérin"' in answer.text
    assert (await ours(portal)).town == "Saint-Brieuc"
