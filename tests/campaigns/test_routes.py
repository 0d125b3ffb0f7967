"""A campaign as the service leads it: figures, tariff, days, follow-up, reminders, estimate, public offer."""

from datetime import date

import pytest
from sqlmodel import select

from app import clock
from app.campaigns.forms import PUBLISH, TRY
from app.contributions.reminders import remind_of_declarations
from db.models import AnnualDeclaration, AuditEvent, AuditKind, Company, OutboxMail, Tariff
from tests.actors import Actor
from tests.contributions.steps import declare, some_employees, validate
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
HOME, ONE = "/service/cotisations", "/service/cotisations/2026"
NEXT = "/service/cotisations/2027/tarif"
FIELDS = {
    "opens_on": "04/01/2027", "closes_on": "15/02/2027", "reference_on": "01/01/2027", "grid": "flat",
    "flat": "120", "hires": "full", "vat": "20",
}  # fmt: skip


PLAIN = {"reference_on": "2026-01-01", "grid": {"kind": "flat", "cents": 11_600}}


@pytest.fixture
async def filed(alice, portal, world):
    """The site has declared its three people, and nobody else anything."""
    async with portal.database.transaction(write=True) as session:
        (await session.exec(select(Tariff).where(Tariff.year == 2026))).one().rules = PLAIN
    await some_employees(portal, world.site)
    await declare(alice)
    await validate(alice)


async def events(portal, kind):
    return [each.about for each in await rows(portal, AuditEvent, AuditEvent.kind == kind)]


async def test_the_board_counts_members_by_team_and_state(clerk, portal, world, filed):
    page = await clerk.get(HOME)
    check(page)
    assert "Cotisations 2026" in page.text
    others = len(await rows(portal, Company)) - 1
    whole = page.text.partition("<tfoot>")[2].partition("</tfoot>")[0]
    for words in (f">{others + 1}<", ">1, ", ">3<", "348,00"):
        assert words in whole, words
    assert (await clerk.get(ONE)).text.partition("<h1")[2] == page.text.partition("<h1")[2]
    assert (await clerk.get(f"{HOME}/2031")).status_code == 404


async def test_the_follow_up_is_filtered_paged_and_exported(clerk, portal, world, filed, monkeypatch):
    page = await clerk.get(f"{ONE}/suivi")
    check(page)
    assert f"{world.site.code} " in page.text
    late = await clerk.get(f"{ONE}/suivi?etat=pas-commencees")
    assert f">{world.site.code} " not in late.text
    assert f">{world.theirs.code} " in (await clerk.get(f"{ONE}/suivi?etat=a-relancer")).text
    file = (await clerk.get(f"{ONE}/suivi/export?etat=validees")).content.decode("utf-8-sig").splitlines()
    assert len(file) == 2
    assert file[1].startswith(f"{world.site.code};")
    assert file[1].endswith(";3;348,00")
    monkeypatch.setattr("app.campaigns.routes.PAGE", 1)
    monkeypatch.setattr("app.campaigns.queries.followed.__defaults__", ("", 2))
    first = await clerk.get(f"{ONE}/suivi")
    following = first.text.partition("apres=")[2].partition('"')[0]
    second = await clerk.get(f"{ONE}/suivi?apres={following}")
    assert f">{following} " in first.text
    assert f">{following} " not in second.text


async def test_a_tariff_is_tried_without_being_published_and_then_published(clerk, portal, world, filed):
    await clerk.fill(f"{ONE}/campagne", opens_on="05/01/2026", closes_on="01/03/2026")
    form = await clerk.get(NEXT)
    check(form)
    assert 'value="01/01/2027"' in form.text
    tried = await clerk.fill(NEXT, **FIELDS, act=TRY)
    assert tried.status_code == 200
    check(tried)
    assert "348,00 € HT au tarif 2026, 360,00 € HT à celui-ci, soit +3,4 %" in " ".join(
        tried.text.replace("\N{NO-BREAK SPACE}", " ").split()
    )
    assert "1 déclarations" not in tried.text
    assert 'value="120"' in tried.text
    assert not await rows(portal, Tariff, Tariff.year == 2027)
    dear = await clerk.fill(NEXT, **FIELDS | {"flat": "150,00"}, act=TRY)
    assert "hors du couloir" in dear.text
    published = await clerk.fill(NEXT, **FIELDS, act=PUBLISH)
    assert published.headers["location"].endswith("/cotisations/2027")
    (tariff,) = await rows(portal, Tariff, Tariff.year == 2027)
    assert tariff.rules["grid"] == {"kind": "flat", "cents": 12_000}
    assert (tariff.opens_on, tariff.closes_on) == (date(2027, 1, 4), date(2027, 2, 15))
    assert await events(portal, AuditKind.TARIFF_PUBLISHED)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"flat": "cent"}, "ne se lit pas"),
        ({"flat": ""}, "Donnez les prix de la grille choisie"),
        ({"closes_on": "01/01/2027"}, "La campagne finit avant de commencer"),
        ({"vat": "120"}, "Un taux ne dépasse pas"),
        ({"vat": "19,6"}, "n’est pas un taux de TVA"),
        ({"vat": "0"}, "n’est pas un taux de TVA"),
        (
            {"grid": "slices", "price_1": "120", "up_1": "9", "price_2": "100", "up_2": "9", "price_3": "90"},
            "Les tranches doivent grandir",
        ),
        ({"grid": "slices", "price_1": "120", "price_2": "100"}, "Les tranches doivent grandir"),
        ({"reference_on": "31/02/2027"}, "n’existe pas"),
    ],
)
@pytest.mark.sweep
@pytest.mark.parametrize("act", [TRY, PUBLISH])
async def test_a_tariff_that_cannot_be_is_refused_and_what_was_typed_stays(
    clerk, portal, changed, words, act
):
    if act == TRY and (words == "n’est pas un taux de TVA" or "closes_on" in changed):
        pytest.skip("looked at when they are published")
    answer = await clerk.fill(NEXT, **FIELDS | changed, act=act)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="04/01/2027"' in answer.text
    assert not await rows(portal, Tariff, Tariff.year == 2027)


@pytest.mark.parametrize(
    "grid",
    [
        {"grid": "monitoring", "si": "100", "sia": "110", "sir": "130,50"},
        {"grid": "slices", "up_1": "9", "price_1": "120", "price_2": "100"},
        {"grid": "size", "up_1": "9", "price_1": "120", "up_2": "49", "price_2": "110", "price_3": "100"},
    ],
)
async def test_each_grid_comes_back_as_it_was_typed(clerk, portal, grid):
    await clerk.fill(NEXT, **FIELDS | grid, act=PUBLISH)
    page = await clerk.get(NEXT)
    check(page)
    for name, value in grid.items():
        written = f"{value},00" if name.startswith(("si", "price")) and "," not in value else value
        assert written in page.text, name
    check(await clerk.get("/offre-et-tarifs"))


async def test_a_tariff_under_which_somebody_declared_does_not_change(clerk, portal, filed):
    answer = await clerk.fill(f"{ONE}/tarif", **FIELDS | {"opens_on": "01/01/2026"}, act=PUBLISH)
    assert answer.status_code == 422
    assert "il ne change plus" in answer.text


@pytest.mark.parametrize("year", ["2031", "1", "99999999999999999999999"])
async def test_no_year_is_left_out_and_none_is_beyond_reason(clerk, year):
    for page in ("", "/tarif", "/campagne", "/suivi", "/appel"):
        assert (await clerk.get(f"/service/cotisations/{year}{page}")).status_code == 404


async def test_a_campaign_is_closed_and_opened_again(clerk, portal, alice, world):
    page = await clerk.get(f"{ONE}/campagne")
    check(page)
    await clerk.fill(f"{ONE}/campagne", opens_on="05/01/2026", closes_on="01/03/2026")
    assert "close depuis le" in (await clerk.get(ONE)).text
    await clerk.fill(f"{ONE}/campagne", opens_on="05/01/2026", closes_on="31/03/2026")
    assert "ouverte jusqu’au" in (await clerk.get(ONE)).text
    wrong = await clerk.fill(f"{ONE}/campagne", opens_on="05/01/2026", closes_on="01/01/2026")
    assert wrong.status_code == 422
    assert len(await events(portal, AuditKind.CAMPAIGN_CHANGED)) == 2


async def test_those_who_have_not_declared_are_reminded_once_a_day(clerk, portal, world, filed, alice):
    while await remind_of_declarations(portal, clock.now(), date(2026, 3, 1)):
        pass
    before = len(await rows(portal, OutboxMail, OutboxMail.template == "declaration_due"))
    question = await clerk.get(f"{ONE}/relance?etat=pas-commencees")
    check(question)
    answer = await clerk.fill(f"{ONE}/relance")
    assert "/suivi?etat=&equipe=" in answer.headers["location"]
    assert await remind_of_declarations(portal, clock.now(), clock.today())
    mails = await rows(portal, OutboxMail, OutboxMail.template == "declaration_due")
    assert len(mails) > before
    sites = [each for each in await rows(portal, AnnualDeclaration) if each.submitted_at]
    assert {each.reminded_on for each in sites} == {None}
    assert "Personne n’est à relancer" in (await clerk.get(f"{ONE}/relance")).text
    again = await clerk.fill(f"{ONE}/relance", csrf=await clerk.token(ONE))
    assert again.status_code == 422
    assert await events(portal, AuditKind.REMINDERS_ASKED)


async def test_nobody_is_reminded_outside_the_campaign(clerk, portal, world, time_machine_at):
    await clerk.fill(f"{ONE}/campagne", opens_on="05/01/2027", closes_on="31/03/2027")
    assert "Les relances ne partent" in (await clerk.get(f"{ONE}/relance")).text
    answer = await clerk.fill(f"{ONE}/relance", csrf=await clerk.token(ONE))
    assert answer.status_code == 422


async def test_an_estimate_counts_the_lists_of_those_who_have_not_declared(clerk, portal, world):
    before = await clerk.get(f"{ONE}/estimation")
    await some_employees(portal, world.theirs, 4)
    page = await clerk.get(f"{ONE}/estimation")
    check(page)
    assert "464,00" in page.text or before.text != page.text


async def test_an_account_of_one_team_sees_its_members_and_does_not_set_the_tariff(app, portal, world, filed):
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as actor:
        clerk = await a_colleague(actor, portal, ["comptabilite"], teams=[theirs])
        page = await clerk.get(ONE)
        assert page.status_code == 200
        assert "Voir ou changer le tarif" not in page.text
        listed = (await clerk.get(f"{ONE}/suivi")).text
        assert f">{world.theirs.code} " in listed
        assert f">{world.site.code} " not in listed
        for path in (f"{ONE}/tarif", f"{ONE}/campagne"):
            assert (await clerk.get(path)).status_code == 403


async def test_the_offer_and_its_prices_are_public(visitor, clerk, portal):
    page = await visitor.get("/offre-et-tarifs")
    check(page)
    for words in ("116,00", "L4622-9-1", "Tarif 2026"):
        assert words in page.text, words
    await clerk.fill(NEXT, **FIELDS | {"opens_on": "01/03/2026", "entry": "20"}, act=PUBLISH)
    assert "120,00" in (await visitor.get("/offre-et-tarifs")).text
    async with portal.database.transaction(write=True) as session:
        for each in await rows(portal, Tariff):
            await session.delete(await session.get(Tariff, each.id))
    assert "pas encore publié" in (await visitor.get("/offre-et-tarifs")).text
    empty = await clerk.get(HOME)
    check(empty)
    assert "Écrire le tarif 2026" in empty.text


async def test_the_service_can_begin_without_any_tariff(clerk, portal):
    async with portal.database.transaction(write=True) as session:
        for each in await rows(portal, Tariff):
            await session.delete(await session.get(Tariff, each.id))
    fields = FIELDS | {"opens_on": "01/03/2026", "closes_on": "30/04/2026", "reference_on": "01/01/2026"}
    tried = await clerk.fill(f"{ONE}/tarif", **fields, act=TRY)
    assert "il n’y a rien sur quoi essayer" in tried.text
    await clerk.fill(f"{ONE}/tarif", **fields, act=PUBLISH)
    assert "ouverte jusqu’au" in (await clerk.get(HOME)).text
