"""The home page of a company: what is due, by date, each with its one next act."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import delete, update

from db.models import Document, Inquiry, Invoice, InvoiceKind, Tariff
from tests.appointments.steps import a_request
from tests.contributions.steps import close
from tests.employees.people import acting, an_employee
from tests.pages import check
from tests.planning.steps import WEDNESDAY, a_person, a_slot
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
HOME = "/espace/00010-2"
ROW = re.compile(
    r'<li><span class="when">([^<]*)</span> <span class="what">(.*?)</span> '
    r'<a class="do" href="([^"]+)" aria-label="[^"]+ : [^"]+">([^<]+)</a></li>'
)
FIGURE = re.compile(
    r'<li(?: class="(\w+)")?><a href="[^"]+"><strong>([^<]+)</strong> <span>([^<]+)</span></a></li>'
)
TAGS = re.compile(r"<[^>]+>")


def rows_of(page, title="À faire"):
    """The rows under a heading: (when, words, verb, address)."""
    block = page.text.partition(f"<h2>{title}</h2>")[2].partition("<h2>")[0]
    return [(when, TAGS.sub("", what), verb, href) for when, what, href, verb in ROW.findall(block)]


def figures(page):
    return [(number, words, kind) for kind, number, words in FIGURE.findall(page.text)]


@pytest.fixture
async def _no_campaign(portal, world):
    async with portal.database.transaction(write=True) as session:
        await session.exec(delete(Tariff))


@pytest.mark.usefixtures("_no_campaign")
async def test_nothing_due_is_said_kindly(alice, world, portal):
    await a_person(portal, world.site)
    page = await alice.get(HOME)
    assert "Rien ne vous attend : tout est à jour." in page.text
    assert rows_of(page) == []
    check(page)


@pytest.mark.usefixtures("_no_campaign")
async def test_what_is_late_comes_first_then_each_on_its_day_with_its_one_act(alice, world, portal):
    late = await an_employee(portal, world.site, birth_name="RETARD")
    await a_slot(portal, world.site, await a_person(portal, world.site))
    await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(days=1))
    page = await alice.get(HOME)
    check(page)
    assert rows_of(page) == [
        ("dès maintenant", "1 visite sans date ni demande en retard – RETARD", "Demander",
         f"{HOME}/demandes/nouvelle/retard?salarie={late.key}"),
        ("avant le 11 mars", "1 rendez-vous à confirmer – LE GALL", "Confirmer",
         f"{HOME}/planning?etat=confirmer"),
        ("avant le 12 mars", "1 créneau à attribuer", "Choisir", f"{HOME}/planning?etat=libres"),
    ]  # fmt: skip
    assert figures(page) == [
        ("2", "salariés présents", ""),
        ("1", "visite en retard, sans date", "bad"),
        ("1", "rendez-vous à confirmer", "wait"),
        ("0,00 €", "à payer", ""),
    ]
    for _, _, _, href in rows_of(page):
        assert (await alice.get(href)).status_code == 200


@pytest.mark.usefixtures("_no_campaign")
async def test_many_late_visits_are_chosen_in_a_list(alice, world, portal):
    for place in range(6):
        await an_employee(portal, world.site, birth_name=f"N{place}")
    ((_, words, _, href),) = rows_of(await alice.get(HOME))
    assert words == "6 visites sans date ni demande en retard – N0, N1, N2, N3 et 2 autres"
    assert href == f"{HOME}/demandes/nouvelle/retard/salaries"
    assert (await alice.get(href)).status_code == 200


@pytest.mark.usefixtures("_no_campaign")
async def test_who_has_an_appointment_is_not_late_and_their_week_leads_to_the_convocation(
    app, alice, world, portal
):
    late = await an_employee(portal, world.site, birth_name="RETARD")
    soon = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    more = {"state": "confirmed", "confirmed_at": soon, "kind": late.due_kind}
    slot = await a_slot(portal, world.site, late, soon, **more)
    page = await alice.get(HOME)
    assert rows_of(page) == []
    ((when, words, verb, href),) = rows_of(page, "Dans les sept jours")
    assert (when.replace("\N{NO-BREAK SPACE}", " "), verb) == ("mer. 4 mars à 10 h 00", "Convocation")
    assert words.startswith("RETARD Élise confirmé – ")
    assert href == f"{HOME}/planning/{slot.id}/convocation"
    async with acting(app, portal, world.site) as reader:
        ((*_, verb, href),) = rows_of(await reader.get(HOME), "Dans les sept jours")
        assert verb == "Voir"
        assert (await reader.get(href)).status_code == 200


@pytest.mark.usefixtures("_no_campaign")
async def test_a_full_week_says_how_many_more_and_who_will_have_left(alice, world, portal):
    leaving = {"exit_on": "2026-03-03"}
    for place in range(7):
        person = await a_person(portal, world.site, f"N{place}", **(leaving if place == 0 else {}))
        starts = datetime(2026, 3, 4, 8 + place, 0, tzinfo=UTC)
        await a_slot(portal, world.site, person, starts, state="confirmed", confirmed_at=starts)
    week = rows_of(await alice.get(HOME), "Dans les sept jours")
    assert " aura quitté l’entreprise – " in week[0][1]
    assert week[0][2] == "Remplacer"
    assert (await alice.get(week[0][3])).status_code == 200
    assert week[-1][1] == "2 autres rendez-vous"
    assert len(week) == 6


@pytest.mark.usefixtures("_no_campaign")
async def test_an_empty_company_is_led_to_its_first_acts_by_who_may_do_them(app, alice, world, portal):
    page = await alice.get(HOME)
    block = page.text.partition("<h2>Pour commencer</h2>")[2].partition("<h2>")[0]
    declaring, importing, inviting = re.findall(r'class="do" href="([^"]+)"', block)
    assert (await alice.follow(await alice.get(declaring))).status_code == 200
    assert (await alice.get(importing)).status_code == 200
    assert (await alice.get(inviting)).status_code == 200
    assert "Rien ne presse" in page.text
    async with acting(app, portal, world.site) as reader:
        assert "Pour commencer" not in (await reader.get(HOME)).text
    await an_employee(portal, world.site)
    assert "Pour commencer" not in (await alice.get(HOME)).text


@pytest.mark.usefixtures("_no_campaign")
async def test_what_is_to_be_paid_and_what_is_new_lead_to_where_they_are(app, alice, world, portal):
    async with portal.database.transaction(write=True) as session:
        mine = {"company_id": world.site.key, "created_at": datetime(2026, 1, 5, tzinfo=UTC)}
        for number, due_on in (("F-1", date(2026, 2, 4)), ("F-2", date(2026, 3, 20))):
            session.add(
                Invoice(
                    number=number, kind=InvoiceKind.ENTRY, title="Adhésion", issued_on=date(2026, 1, 5),
                    due_on=due_on, net_cents=10_000, vat_cents=2_000, total_cents=12_000, **mine,
                )
            )  # fmt: skip
        session.add(
            Document(
                kind="attestation", title="Attestation", file_name="a.pdf", media_type="application/pdf",
                size=1, sha256="0" * 64, series="s", token="t", from_service=True, **mine,
            )
        )  # fmt: skip
    page = await alice.get(HOME)
    invoices, documents = f"{HOME}/factures", f"{HOME}/documents"
    words = "120,00 € à payer en retard – et 120,00 € à venir"
    assert rows_of(page) == [("depuis le 4 févr.", words, "Payer", invoices)]
    assert figures(page)[-1] == ("120,00 €", "en retard, sur 240,00 € à payer", "bad")
    assert rows_of(page, "À lire") == [("5 janv.", "1 nouveau document", "Ouvrir", documents)]
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(Invoice).where(Invoice.number == "F-1").values(due_on=date(2026, 3, 10)))
    assert rows_of(await alice.get(HOME)) == [("jusqu’au 10 mars", "240,00 € à payer", "Payer", invoices)]
    async with acting(app, portal, world.site) as reader:
        page = await reader.get(HOME)
        assert rows_of(page) == []
        assert "€" not in "".join(number for number, *_ in figures(page))


async def test_the_declaration_that_is_due_leads_to_its_next_step_and_only_who_may_file_is_asked(
    app, alice, world, portal
):
    shown = rows_of(await alice.get("/espace/00010"))
    ((_, verb, href),) = [each[1:] for each in shown if each[1].startswith("Déclaration annuelle 2026")]
    assert verb in {"Commencer", "Reprendre"}
    assert "/cotisation/2026/" in href
    assert (await alice.get(href)).status_code == 200
    async with acting(app, portal, world.ours) as reader:
        assert "Déclaration annuelle 2026" not in (await reader.get("/espace/00010")).text


async def test_a_late_declaration_says_since_when(alice, world, portal):
    await close(portal)
    shown = [(when, words) for when, words, *_ in rows_of(await alice.get(HOME))]
    ((when, words),) = [each for each in shown if each[1].startswith("Déclaration annuelle 2026")]
    assert when == "depuis le 15 févr."
    assert words.endswith("en retard")


async def test_an_answer_waits_since_the_day_it_came(alice, world, portal):
    async with portal.database.transaction(write=True) as session:
        unread = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
        await session.exec(
            update(Inquiry).where(Inquiry.company_id == world.ours.key).values(unread_at=unread)
        )
    shown = rows_of(await alice.get("/espace/00010"), "À lire")
    assert "20 févr." in [when for when, words, *_ in shown if words.startswith("Réponse du service")]


@pytest.mark.usefixtures("_no_campaign")
async def test_answers_to_requests_are_one_row_that_leads_to_them(app, alice, world, portal):
    unread = datetime(2026, 2, 27, 9, 0, tzinfo=UTC)
    for name in ("UNE", "DEUX"):
        person = await a_person(portal, world.site, name)
        await a_request(portal, world.site, person, world.alice, unread_at=unread)
        shown = rows_of(await alice.get(HOME), "À lire")
        assert len(shown) == 1
    when, words, verb, href = shown[0]
    assert (when, verb) == ("27 févr.", "Lire")
    assert words == "2 réponses du service à vos demandes – DEUX, UNE"
    listed = (await alice.get(href)).text
    assert "UNE Élise" in listed
    assert "DEUX Élise" in listed
    async with acting(app, portal, world.site) as reader:
        assert rows_of(await reader.get(HOME), "À lire") == []


@pytest.mark.usefixtures("_no_campaign")
async def test_the_home_asks_as_many_statements_of_a_full_company_as_of_an_empty_one(alice, world, portal):
    with statements_of(portal) as empty:
        await alice.get(HOME)
    for place in range(6):
        person = await a_person(portal, world.site, f"N{place}")
        await an_employee(portal, world.site, birth_name=f"R{place}")
        starts = datetime(2026, 3, 4, 8 + place, 0, tzinfo=UTC)
        await a_slot(portal, world.site, person, starts, state="confirmed" if place % 2 else "proposed")
        await a_request(portal, world.site, person, world.alice, unread_at=starts)
    with statements_of(portal) as full:
        await alice.get(HOME)
    assert len(full) == len(empty) <= 13
