"""/service/conservation: the table, a preview, a change within bounds, who may."""

from datetime import timedelta

import pytest

from app import clock
from app.retention.acts import apply_periods
from app.retention.lines import LINES
from db.models import AuditEvent, AuditKind, RetentionPeriod
from tests.actors import Actor
from tests.reading import rows
from tests.retention.leavers import NAME, NIGHT, a_leaver
from tests.staff.scopes import a_colleague, two_teams
from tests.test_pages import check

PAGE = "/service/conservation"


async def test_the_table_says_every_period_and_where_it_comes_from(clerk):
    page = await clerk.get(PAGE)
    check(page)
    for line in LINES:
        assert line.title in page.text
    assert "5 ans après le départ du salarié" in page.text
    assert "article L4121-3-1 du Code du travail" in page.text
    assert "Rien n’est encore arrivé à son terme" in page.text


async def test_a_preview_counts_without_touching(clerk, portal, world):
    await a_leaver(portal, world.ours, world.alice)
    page = await clerk.get(f"{PAGE}/apercu")
    check(page)
    assert "1 personne serait rendue anonyme ; la plus ancienne date du 29 mai 2020" in page.text
    with_less = await clerk.get(f"{PAGE}/employees?months=120")
    check(with_less)
    assert "Avec 120 mois : 0 personne serait rendue anonyme" in with_less.text
    assert not await rows(portal, RetentionPeriod)


async def test_a_change_holds_is_in_the_history_and_may_be_changed_again(clerk, portal, world):
    page = await clerk.follow(await clerk.fill(f"{PAGE}/employees?months=36", months="36"))
    check(page)
    assert "3 ans après le départ du salarié (proposé : 5 ans)" in page.text
    assert "Salariés sortis : 5 ans → 3 ans" in page.text
    await clerk.fill(f"{PAGE}/employees?months=48", months="48")
    (row,) = await rows(portal, RetentionPeriod)
    assert (row.line, row.months, row.account_id) == ("employees", 48, world.clerk.key)
    lines = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.RETENTION_CHANGED)
    assert [each.about for each in lines] == [
        "Salariés sortis : 5 ans → 3 ans", "Salariés sortis : 3 ans → 4 ans",
    ]  # fmt: skip
    assert clock.now() >= lines[0].at


@pytest.mark.parametrize("typed", ["", "0", "23", "121", "-60", "6O", "٣٦", "99999", "3 ans"])
async def test_a_period_out_of_bounds_is_refused_with_them(clerk, portal, typed):
    token = await clerk.token(f"{PAGE}/employees?months=36")
    answer = await clerk.post(f"{PAGE}/employees", data={"csrf": token, "months": typed})
    assert answer.status_code == 422
    assert "entre 24 (2 ans) et 120 (10 ans)" in answer.text
    check(answer)
    assert not await rows(portal, RetentionPeriod)


async def test_the_same_period_changes_nothing(clerk, portal):
    token = await clerk.token(f"{PAGE}/employees?months=36")
    answer = await clerk.post(f"{PAGE}/employees", data={"csrf": token, "months": "60"})
    assert answer.status_code == 422
    assert "déjà la durée" in answer.text


async def test_what_the_law_fixes_has_no_form(clerk):
    page = await clerk.get(f"{PAGE}/duerp")
    check(page)
    assert "La loi fixe cette durée" in page.text
    assert '<form method="post"' not in page.text.partition("<main")[2]
    assert (await clerk.get(f"{PAGE}/rien")).status_code == 404


@pytest.mark.parametrize("role", ["adhesions", "medical", "comptabilite", "technique"])
async def test_it_is_the_directions(app, portal, world, role):
    async with Actor(app) as other:
        await a_colleague(other, portal, [role])
        assert (await other.get(PAGE)).status_code == 403
        assert (await other.get(f"{PAGE}/apercu")).status_code == 403


async def test_who_works_for_one_team_neither_counts_nor_changes_what_is_for_all(app, portal, world):
    mine, _ = await two_teams(portal, world)
    async with Actor(app) as other:
        await a_colleague(other, portal, ["direction"], teams=[mine])
        token = await other.token("/deconnexion")
        answers = [await other.get(f"{PAGE}{path}") for path in ("", "/apercu", "/employees?months=24")]
        answers.append(await other.post(f"{PAGE}/employees", data={"csrf": token, "months": "24"}))
        for answer in answers:
            assert answer.status_code == 403
            assert "pour tous les adhérents" in answer.text
    assert not await rows(portal, RetentionPeriod)


async def test_somebody_made_anonymous_has_no_page_and_no_words_to_be_found_by(clerk, alice, portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    places = ((clerk, f"/service/salaries/{person.key}"), (alice, f"/espace/00010/salaries/{person.key}"))
    for actor, path in places:
        assert (await actor.get(path)).status_code == 200
    assert NAME in (await clerk.get(f"/service/recherche?q={NAME}")).text.partition("<h2")[2]
    await apply_periods(portal, NIGHT, clock.now() + timedelta(hours=1))
    for actor, path in places:
        gone = await actor.get(path)
        assert gone.status_code == 410
        assert "rendues anonymes" in gone.text
        check(gone)
    assert NAME not in (await clerk.get(f"/service/recherche?q={NAME}")).text.partition("<h2")[2]
    for state in ("presents", "sortis", "tous"):
        assert "rendue anonyme" not in (await alice.get(f"/espace/00010/salaries?etat={state}")).text
    assert (
        "Personne rendue anonyme" not in (await alice.get("/espace/00010/salaries/export/csv?etat=tous")).text
    )
    assert (await alice.get("/espace/00010/historique")).status_code == 200
