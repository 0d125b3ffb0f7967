"""The acts of a member's life, through their pages: what follows, the history, the mails."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlmodel import select

from app import clock
from app.members import letters
from db.models import AuditEvent, Company, Membership, OutboxMail, RequestState, SlotState, Throttle
from tests.actors import Actor
from tests.appointments.steps import a_request, the_request
from tests.pages import check
from tests.planning.steps import a_person, a_slot, the_slot
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
SITE = "/service/adherents/00010-2"
TODAY = "02/03/2026"


async def company(portal, code="00010-2"):
    (found,) = await rows(portal, Company, Company.code == code)
    return found


async def kinds(portal, company_id):
    return [each.kind for each in await rows(portal, AuditEvent, AuditEvent.company_id == company_id)]


async def sent(actor, path):
    """A form of the private space, sent as it is."""
    return await actor.post(path, data={"csrf": await actor.token("/espace/00010-2")})


async def mails(portal, template="membership_changed"):
    return [each.recipient for each in await rows(portal, OutboxMail, OutboxMail.template == template)]


async def test_a_new_number_is_on_the_letter_alone_and_the_old_one_is_void(clerk, portal, world):
    before = (await company(portal)).declarant_key
    check(await clerk.get(f"{SITE}/numero"))
    answer = await clerk.fill(f"{SITE}/numero")
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    number = re.search(r"N° télédéclarant : ([0-9]{10})", reader.pages[0].extract_text())[1]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    after = (await company(portal)).declarant_key
    assert after == portal.keys.declarant_key("00010-2", number) != before
    assert "number_renewed" in await kinds(portal, world.site.key)
    assert await mails(portal) == ["alice@ours.example"]
    assert number not in str(await rows(portal, OutboxMail))


async def test_letters_for_many_are_one_pdf_of_as_many_pages(clerk, portal, world):
    page = await clerk.get("/service/adherents")
    check(page)
    answer = await clerk.fill("/service/adherents", act="lettres", everyone="oui")
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert [re.search("Code adhérent : (\\S+)", each.extract_text())[1] for each in pages] == [
        "00010", "00010-2", "00010-5", "00042",
    ]  # fmt: skip


async def test_letters_for_many_ask_the_base_as_often_as_for_one(clerk, portal, world, monkeypatch):
    async def typeset(_template, content):
        return b"%PDF-1.7 " + str(len(content["letters"])).encode()

    monkeypatch.setattr(letters, "typeset_apart", typeset)
    with statements_of(portal) as one:
        await clerk.fill(f"{SITE}/numero")
    with statements_of(portal) as many:
        answer = await clerk.fill("/service/adherents", act="lettres", everyone="oui")
    assert answer.content == b"%PDF-1.7 4"
    for table in ("membership", "account"):
        reads = [
            [each for each in seen if each.startswith("SELECT") and f"FROM {table}" in each]
            for seen in (one, many)
        ]
        assert len(reads[0]) == len(reads[1]), table
    assert await mails(portal) == ["alice@ours.example"] * 2 + [
        "bob@ours.example", "alice@ours.example", "alice@ours.example", "charlie@theirs.example",
    ]  # fmt: skip


async def test_a_team_is_given_to_those_ticked_and_to_no_other(clerk, portal, world):
    ours, theirs = await two_teams(portal, world)
    answer = await clerk.fill("/service/adherents", act=f"equipe-{theirs}", member=str(world.site.id))
    assert "L’équipe de ces adhérents est modifiée" in (await clerk.follow(answer)).text
    assert (await company(portal)).team_id == theirs
    assert (await company(portal, "00010")).team_id == ours
    assert "member_moved" in await kinds(portal, world.site.key)
    # All those of the filter, and no other.
    await clerk.fill(
        f"/service/adherents?equipe={ours}",
        act=f"equipe-{theirs}",
        everyone="oui",
        to=f"/service/adherents?equipe={ours}",
    )
    assert (await company(portal, "00010")).team_id == theirs
    page = await clerk.get(f"/service/adherents?equipe={ours}")
    assert "Aucun adhérent" in page.text


async def test_nothing_ticked_or_chosen_is_said(clerk):
    assert "Cochez au moins un adhérent." in (await clerk.fill("/service/adherents", act="lettres")).text


async def test_a_member_that_leaves_with_appointments_requests_and_debts(clerk, alice, portal, world):
    person = await a_person(portal, world.site)
    slot = await a_slot(portal, world.site, person, state=SlotState.CONFIRMED)
    other = await a_person(portal, world.site, "RIOU")
    asked = await a_request(portal, world.site, other, world.alice, kind="vip")
    page = await clerk.get(f"{SITE}/radiation")
    check(page)
    assert "1 rendez-vous à venir" in page.text
    assert (
        "1 rendez-vous à venir : annulation, et courriel à chaque personne convoquée."
        in page.text.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "1 demande en attente" in page.text
    answer = await clerk.fill(f"{SITE}/radiation", reason="cessation", on=TODAY)
    page = await clerk.follow(answer)
    assert "La radiation est enregistrée" in page.text
    assert "radié le 2 mars 2026" in page.text
    assert (await the_slot(portal, slot.id)).state == SlotState.CANCELLED
    assert (await the_request(portal, asked.id)).state == RequestState.REFUSED
    assert {"member_closed", "slot_withdrawn"} <= {*await kinds(portal, world.site.key)}
    assert await mails(portal) == ["alice@ours.example"]
    # Its people go on reading, and write no more.
    assert (await alice.get("/espace/00010-2/salaries")).status_code == 200
    refused = await sent(alice, "/espace/00010-2/salaries/declaration")
    assert refused.status_code == 403
    assert "Cette adhésion a pris fin" in refused.text
    await clerk.fill(f"{SITE}/reouverture")
    assert (await company(portal)).closed_at is None


async def test_the_sites_of_a_member_end_with_it(clerk, portal):
    page = await clerk.get("/service/adherents/00010/radiation")
    assert "Avec lui : 2 sites." in page.text
    await clerk.fill("/service/adherents/00010/radiation", reason="cessation", on=TODAY)
    for code in ("00010", "00010-2", "00010-5"):
        assert (await company(portal, code)).closed_reason == "cessation d’activité"
    assert (await company(portal, "00042")).closed_at is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": ""}, "Choisissez la raison."),
        ({"on": "demain"}, "ne se lit pas"),
        ({"on": "03/03/2026"}, "le jour où elle prend effet"),
    ],
)
async def test_what_is_wrong_with_an_end_is_said_and_nothing_ends(clerk, portal, wrong, words):
    answer = await clerk.fill(f"{SITE}/radiation", **{"reason": "cessation", "on": TODAY} | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert (await company(portal)).closed_at is None


async def test_a_suspended_member_asks_for_nothing_until_it_is_lifted(clerk, alice, portal, world):
    await clerk.fill(f"{SITE}/suspension", reason="cotisations impayées")
    assert "suspendu depuis le" in (await clerk.get(SITE)).text
    refused = await sent(alice, "/espace/00010-2/documents/certificat")
    assert refused.status_code == 403
    assert "Votre adhésion est suspendue" in refused.text
    assert (await sent(alice, "/espace/00010-2/salaries/declaration")).status_code == 303
    await clerk.fill(f"{SITE}/reprise")
    assert (await sent(alice, "/espace/00010-2/documents/certificat")).status_code != 403


async def test_another_siret_is_checked_traced_and_mailed(clerk, portal, world):
    assert "chiffre faux" in (await clerk.fill(f"{SITE}/siret", siret="12345678901234")).text
    await clerk.fill(f"{SITE}/siret", siret="732 829 320 00074")
    assert (await company(portal)).siret == "73282932000074"
    assert "siret_changed" in await kinds(portal, world.site.key)
    page = await clerk.get(f"{SITE}/siret")
    (shown,) = re.findall(r"Aujourd’hui\s: ([0-9 \s]+[0-9])", page.text)
    assert shown.split() == ["732", "829", "320", "00074"]
    again = await clerk.fill(f"{SITE}/siret", siret=shown)
    assert "C’est déjà le SIRET de cet adhérent" in again.text
    assert len(await mails(portal)) == 1


async def test_the_way_of_its_invoices_is_marked_with_what_to_do(clerk, portal, world):
    assert "sans SIRET" in (await clerk.get(SITE)).text
    page = await clerk.get(f"{SITE}/facturation")
    check(page)
    assert '<option value="assujetti" selected>' in page.text
    assert "Choisissez dans la liste" in (await clerk.fill(f"{SITE}/facturation", buyer_kind="x")).text
    words = "Article 262-00 bis du CGI"
    for kind, marked in (("public", "Chorus Pro"), ("non_assujetti", "e-reporting")):
        await clerk.fill(f"{SITE}/facturation", buyer_kind=kind, vat_exemption=words)
        page = await clerk.get(SITE)
        assert marked in page.text
        assert f"Sans TVA : {words}" in page.text
    await clerk.fill(f"{SITE}/facturation", buyer_kind="non_assujetti", vat_exemption=words)
    assert (await kinds(portal, world.site.key)).count("billing_changed") == 2
    await clerk.fill(f"{SITE}/facturation", buyer_kind="assujetti", vat_exemption="")
    await clerk.fill(f"{SITE}/siret", siret="732 829 320 00074")
    assert "à l’adresse électronique 732829320" in (await clerk.get(SITE)).text


async def test_members_whose_invoices_go_another_way_are_listed(clerk, portal, world):
    async with portal.database.transaction(write=True) as session:
        for row, kind in ((world.site, "public"), (world.theirs, "non_assujetti")):
            (await session.get(Company, row.key)).buyer_kind = kind
    for state, codes in (
        ("publics", {"00010-2"}), ("non_assujettis", {"00042"}), ("sans_siret", {"00010"}),
    ):  # fmt: skip
        page = await clerk.get(f"/service/adherents?etat={state}")
        assert set(re.findall(r'href="/service/adherents/(\d{5}[-\d]*)"', page.text)) == codes, state


async def test_a_new_member_enters_once(clerk, portal):
    check(await clerk.get("/service/adherents/nouveau"))
    given = {"code": "777", "name": "Boulangerie Élan", "town": "Dinan", "postcode": "22100", "siret": ""}
    page = await clerk.follow(await clerk.fill("/service/adherents/nouveau", **given))
    assert "00777 - Boulangerie Élan" in page.text
    assert "déjà ce code" in (await clerk.fill("/service/adherents/nouveau", **given)).text
    assert (
        "n’existe pas" in (await clerk.fill("/service/adherents/nouveau", **given | {"code": "888-2"})).text
    )


async def test_an_account_of_one_team_lets_a_member_in_and_a_site_with_the_team_of_its_member(
    app, clerk, portal, world
):
    ours, theirs = await two_teams(portal, world)
    given = {"name": "Boulangerie Élan", "town": "Dinan", "postcode": "22100", "siret": ""}
    async with Actor(app) as other:
        await a_colleague(other, portal, ["adhesions"], teams=[ours])
        for code in ("00777", "00010-7"):
            page = await other.follow(await other.fill("/service/adherents/nouveau", code=code, **given))
            assert f"{code} - Boulangerie Élan" in page.text
            assert (await company(portal, code)).team_id == ours
            assert "member_entered" in await kinds(portal, (await company(portal, code)).key)
        for code, words in (("00042", "déjà ce code"), ("00042-2", "n’existe pas")):
            answer = await other.fill("/service/adherents/nouveau", code=code, **given)
            assert answer.status_code == 422
            assert words in answer.text
    await clerk.fill("/service/adherents/nouveau", code="00042-2", **given)
    assert (await company(portal, "00042-2")).team_id == theirs


async def test_an_account_of_one_team_gives_its_members_to_another(app, portal, world):
    ours, theirs = await two_teams(portal, world)
    async with Actor(app) as other:
        await a_colleague(other, portal, ["adhesions"], teams=[ours])
        page = await other.follow(await other.fill(f"{SITE}/equipe", team=str(theirs)))
        assert "L’équipe est modifiée." in page.text
        many = {"act": f"equipe-{theirs}", "member": str(world.ours.id)}
        page = await other.follow(await other.fill("/service/adherents", **many))
        assert "L’équipe de ces adhérents est modifiée." in page.text
        assert (await other.get(SITE)).status_code == 404
    for each in (world.site, world.ours):
        assert (await company(portal, each.code)).team_id == theirs
        assert "member_moved" in await kinds(portal, each.key)


async def test_an_administrator_is_named_and_told(clerk, portal, world):
    page = await clerk.get("/service/adherents/00010/administrateur")
    (number,) = re.findall(r'<option value="(\d+)"[^>]*>Bob Durand', page.text)
    await clerk.fill("/service/adherents/00010/administrateur", membership=number)
    assert await mails(portal, "roles_changed") in (["bob@ours.example"], [])
    foreign = await clerk.fill("/service/adherents/00042/administrateur", membership=number)
    assert foreign.status_code == 404


@pytest.mark.parametrize(("days", "words"), [(-30, "s’est terminé le"), (30, "se termine le")])
async def test_an_access_with_an_end_keeps_it_unless_the_act_says_otherwise(
    clerk, portal, world, days, words
):
    path, ends_on = "/service/adherents/00010/administrateur", clock.today() + timedelta(days=days)
    async with portal.database.transaction(write=True) as session:
        (found,) = (await session.exec(select(Membership).where(Membership.account_id == world.bob.id))).all()
        found.roles, found.ends_on = ["rendez-vous", "facturation"], ends_on
    page = await clerk.get(path)
    check(page)
    refused = await clerk.fill(path, membership=str(found.id))
    check(refused)
    assert refused.status_code == 422
    assert words in refused.text
    (row,) = await rows(portal, Membership, Membership.id == found.id)
    assert (row.roles, row.ends_on) == (["rendez-vous", "facturation"], ends_on)
    await clerk.fill(path, membership=str(found.id), for_good="oui")
    (row,) = await rows(portal, Membership, Membership.id == found.id)
    assert (row.roles, row.ends_on) == (["administrateur", "rendez-vous", "facturation"], None)
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == "roles_changed")
    assert "accès sans date de fin" in event.about


async def test_access_is_sent_again_and_a_blocked_account_opens(clerk, portal, world):
    person = f"/service/personnes/{world.alice.id}"
    await clerk.fill(f"{person}/acces")
    assert await mails(portal, "password_reset") == ["alice@ours.example"]
    assert "ne bloque ce compte" in (await clerk.fill(f"{person}/deblocage")).text
    now = clock.now()
    bucket = portal.keys.bucket("account", world.alice.email)
    async with portal.database.transaction(write=True) as session:
        session.add(Throttle(bucket=bucket, guesses=[now.timestamp()] * 9, updated_at=now))
    assert "bloqué pendant" in (await clerk.get(person)).text
    assert "débloqué" in (await clerk.follow(await clerk.fill(f"{person}/deblocage"))).text
    assert "bloqué pendant" not in (await clerk.get(person)).text


async def test_reception_does_not_change_members(app, portal, world):
    async with Actor(app) as other:
        await a_colleague(other, portal, ["accueil"])
        assert (await other.get(f"{SITE}/radiation")).status_code == 403
        assert "Radier" not in (await other.get(SITE)).text
