"""The home page of a company: what is due, by date, each with its one next act."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import delete, update

from db.models import Document, Inquiry, Invoice, InvoiceKind, Tariff
from tests.contributions.told import close
from tests.employees.people import acting, an_employee
from tests.planning.told import WEDNESDAY, a_person, a_slot
from tests.test_pages import check

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
HOME = "/espace/00010-2"
TODO = re.compile(
    r'<li>(?:<span class="late">(En retard)</span>|<time datetime="([^"]+)">[^<]*</time>)'
    r' – <a href="([^"]+)">([^<]+)</a></li>'
)


def todos(page):
    return [(late or on, href, words) for late, on, href, words in TODO.findall(page.text)]


@pytest.fixture
async def _no_campaign(portal, told):
    async with portal.database.transaction(write=True) as session:
        await session.exec(delete(Tariff))


@pytest.mark.usefixtures("_no_campaign")
async def test_nothing_due_is_said_kindly(alice, told):
    page = await alice.get(HOME)
    assert "Rien ne vous attend : tout est à jour." in page.text
    check(page)


@pytest.mark.usefixtures("_no_campaign")
async def test_what_is_late_comes_first_then_each_on_its_day_with_its_next_act(alice, told, portal):
    late = await an_employee(portal, told.site, birth_name="RETARD")
    await a_slot(portal, told.site, await a_person(portal, told.site))
    await a_slot(portal, told.site, starts_at=WEDNESDAY + timedelta(days=1))
    soon = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    slot = await a_slot(portal, told.site, late, soon, state="confirmed", confirmed_at=soon)
    page = await alice.get(HOME)
    check(page)
    assert todos(page) == [
        ("En retard", f"{HOME}/salaries?visite=retard&amp;tri=echeance", "1 visite en retard"),
        ("2026-03-04", f"{HOME}/planning/{slot.id}", "Visite de RETARD Élise, mercredi 4 mars à 10 h 00"),
        ("2026-03-11", f"{HOME}/planning?etat=confirmer", "1 rendez-vous à confirmer"),
        ("2026-03-12", f"{HOME}/planning?etat=libres", "1 créneau à attribuer"),
    ]


@pytest.mark.usefixtures("_no_campaign")
async def test_a_full_week_says_how_many_more_and_who_will_have_left(alice, told, portal):
    leaving = {"exit_on": "2026-03-03"}
    for place in range(7):
        person = await a_person(portal, told.site, f"N{place}", **(leaving if place == 0 else {}))
        starts = datetime(2026, 3, 4, 8 + place, 0, tzinfo=UTC)
        await a_slot(portal, told.site, person, starts, state="confirmed", confirmed_at=starts)
    words = [words for *_, words in todos(await alice.get(HOME))]
    assert "mercredi 4 mars à 9 h 00 : cette personne sera partie, remplacez-la" in words[0]
    assert words[-1] == "2 autres visites dans la semaine"
    assert len(words) == 6


@pytest.mark.usefixtures("_no_campaign")
async def test_what_is_to_be_paid_and_what_is_new_lead_to_where_they_are(app, alice, told, portal):
    async with portal.database.transaction(write=True) as session:
        mine = {"company_id": told.site.key, "created_at": datetime(2026, 1, 5, tzinfo=UTC)}
        session.add(
            Invoice(
                number="F-1", kind=InvoiceKind.ENTRY, title="Adhésion", issued_on=date(2026, 1, 5),
                due_on=date(2026, 2, 4), net_cents=10_000, vat_cents=2_000, total_cents=12_000, **mine,
            )
        )  # fmt: skip
        session.add(
            Document(
                kind="attestation", title="Attestation", file_name="a.pdf", media_type="application/pdf",
                size=1, sha256="0" * 64, series="s", token="t", from_service=True, **mine,
            )
        )  # fmt: skip
    shown = [(on, words) for on, _, words in todos(await alice.get(HOME))]
    assert shown == [
        ("En retard", "120,00 € à payer, dont 120,00 € en retard"),
        ("2026-01-05", "1 nouveau document"),
    ]
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(Invoice).where(Invoice.number == "F-1").values(due_on=date(2026, 3, 20)))
    shown = [(on, words) for on, _, words in todos(await alice.get(HOME))]
    assert ("2026-03-20", "120,00 € à payer") in shown
    async with acting(app, portal, told.site) as reader:
        assert [each for *_, each in todos(await reader.get(HOME))] == ["1 nouveau document"]


async def test_the_declaration_that_is_due_leads_to_its_next_step_and_only_who_may_file_is_asked(
    app, alice, told, portal
):
    shown = todos(await alice.get("/espace/00010"))
    ((href, words),) = [(href, words) for _, href, words in shown if words.startswith("Déclaration annuelle")]
    assert words.startswith("Déclaration annuelle 2026 : ")
    assert "/cotisation/2026/" in href
    assert (await alice.get(href)).status_code == 200
    async with acting(app, portal, told.ours) as reader:
        assert "Déclaration annuelle 2026" not in (await reader.get("/espace/00010")).text


async def test_a_late_declaration_says_so_once(alice, told, portal):
    await close(portal, told)
    shown = todos(await alice.get(HOME))
    words = "Déclaration annuelle 2026 : la date limite était le 15 février 2026"
    assert ("En retard", words) in [(late, told) for late, _, told in shown]


async def test_an_answer_waits_since_the_day_it_came(alice, told, portal):
    async with portal.database.transaction(write=True) as session:
        unread = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
        await session.exec(
            update(Inquiry).where(Inquiry.company_id == told.ours.key).values(unread_at=unread)
        )
    shown = todos(await alice.get("/espace/00010"))
    assert "2026-02-20" in [on for on, _, words in shown if words.startswith("Réponse du service")]
