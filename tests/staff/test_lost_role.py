"""A role taken away while a form is being filled: what was typed waits, and who gives it back is named."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from db.models import CareCentre, Draft, StaffMember
from tests.actors import Actor
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

NEW = "/service/lieux"
TYPED = {"name": "Centre de Lannion", "address": "3 quai d’Aiguillon", "postcode": "22300", "town": "Lannion"}


async def roles_are(portal, *roles):
    """Of the colleague, from the next request on."""
    async with portal.database.transaction(write=True) as session:
        theirs = update(StaffMember).where(col(StaffMember.id) != 1)
        await session.exec(theirs.values(roles=list(roles)))


@pytest.fixture
async def planner(app, world, portal):
    """Of the planning, at the form of a new centre."""
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["planning"])
        actor.form_token = await actor.token(NEW)
        yield actor


async def sends(actor, **more):
    return await actor.post(NEW, data={"csrf": actor.form_token, **TYPED}, **more)


async def test_what_was_typed_waits_until_the_role_is_back(planner, portal):
    await roles_are(portal, "accueil")
    refused = await sends(planner)
    assert refused.status_code == 403
    check(refused)
    for words in (
        "n’a plus le droit « tenir les vacations et les rendez-vous »", "ce que vous avez saisi est conservé",
        "Claude Riou (clerk@service.example)", 'href="/mon-compte/reprise"',
    ):  # fmt: skip
        assert words in refused.text, words
    assert "Collègue" not in refused.text.partition("Peuvent vous rendre")[2].partition("</p>")[0]
    draft = await planner.get("/mon-compte/reprise")
    check(draft)
    again = {"csrf": await planner.token("/mon-compte/reprise"), **TYPED}
    assert (await planner.post(f"{NEW}?reprise=1", data=again)).status_code == 403, "not yet"
    assert "Reprendre ma saisie" in (await planner.get("/service")).text

    await roles_are(portal, "planning")
    draft = await planner.get("/mon-compte/reprise")
    for value in TYPED.values():
        assert f'value="{value}"' in draft.text
    assert f'action="{NEW}?reprise=1"' in draft.text
    before = len(await rows(portal, CareCentre))
    assert (await planner.post(f"{NEW}?reprise=1", data={**again, "csrf": "x" * 43})).status_code == 422
    assert await rows(portal, Draft), "an old page takes nothing away"
    assert (await planner.post(f"{NEW}?reprise=1", data=again)).status_code == 303
    assert len(await rows(portal, CareCentre)) == before + 1
    assert "Reprendre ma saisie" not in (await planner.get("/service")).text


async def test_htmx_shows_it_above_the_form_that_stays(planner, portal):
    await roles_are(portal, "comptabilite")
    refused = await sends(planner, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert refused.status_code == 403
    assert '<div id="erreur"' in refused.text
    assert "est conservé" in refused.text


async def test_nothing_is_kept_of_nothing_nor_without_the_token(planner, portal):
    await roles_are(portal, "accueil")
    empty = await planner.post(NEW, data={"csrf": planner.form_token})
    assert "que votre compte n’a pas" in empty.text
    forged = await planner.post(NEW, data={"csrf": "x" * 43, **TYPED})
    assert forged.status_code == 403
    assert "est conservé" not in forged.text
    assert not await rows(portal, Draft)


async def test_a_page_of_another_role_names_its_right(planner):
    page = await planner.get("/service/equipe")
    check(page)
    assert (
        "Il faut le droit « décider qui travaille au service, et combien de temps il garde les données »"
        in page.text
    )
    assert "Claude Riou" in page.text
    assert "Reprendre ma saisie" not in (await planner.get("/service")).text


async def test_whoever_left_meanwhile_is_told_nothing(planner, portal):
    async with portal.database.transaction(write=True) as session:
        (member,) = [each for each in await rows(portal, StaffMember) if each.id != 1]
        await session.delete(await session.get(StaffMember, member.id))
    answer = await sends(planner)
    assert answer.status_code == 404
    assert "Claude" not in answer.text
    assert not await rows(portal, Draft)


async def test_a_team_taken_away_in_mid_form_is_named_and_what_was_typed_waits(app, clerk, portal, world):
    ours, theirs = await two_teams(portal, world)
    page, typed = (
        f"/service/adherents/{world.theirs.code}/suspension",
        {"reason": "Cotisation impayée depuis mai"},
    )
    async with Actor(app) as colleague:
        await a_colleague(colleague, portal, ["adhesions"], teams=[ours, theirs])
        token = await colleague.token(page)
        foreign, absent = (
            await colleague.get("/service/adherents/99999"),
            await colleague.get("/service/rien"),
        )
        (member,) = [each for each in await rows(portal, StaffMember) if each.id != 1]
        await clerk.fill(f"/service/equipe/{member.id}", role_adhesions="on", **{f"team_{ours}": "on"})
        refused = await colleague.post(page, data={"csrf": token, **typed})
        assert refused.status_code == 404
        check(refused)
        for words in (
            "ne travaillez plus pour « Équipe de Paimpol ».", "est conservé", "Claude Riou",
            'href="/mon-compte/reprise"',
        ):  # fmt: skip
            assert words in refused.text, words
        assert typed["reason"] in (await colleague.get("/mon-compte/reprise")).text
        assert foreign.status_code == absent.status_code == 404
        # Neither of them is told from the other: not before, not after.
        after = [
            await colleague.get("/service/adherents/99999"),
            await colleague.get(page.rpartition("/")[0]),
        ]
        assert after[0].content == after[1].content
        assert "Équipe de Paimpol" in after[0].text
        both = {f"team_{ours}": "on", f"team_{theirs}": "on"}
        await clerk.fill(f"/service/equipe/{member.id}", role_adhesions="on", **both)
        again = {"csrf": await colleague.token("/mon-compte/reprise"), **typed}
        assert (await colleague.post(f"{page}?reprise=1", data=again)).status_code == 303


async def test_a_scope_that_is_as_before_or_wider_loses_nothing(app, clerk, portal, world):
    ours, _ = await two_teams(portal, world)
    async with Actor(app) as colleague:
        await a_colleague(colleague, portal, ["adhesions"], teams=[ours])
        (member,) = [each for each in await rows(portal, StaffMember) if each.id != 1]
        await clerk.fill(f"/service/equipe/{member.id}", role_accueil="on", **{f"team_{ours}": "on"})
        await clerk.fill(f"/service/equipe/{member.id}", role_accueil="on")
        (member,) = [each for each in await rows(portal, StaffMember) if each.id != 1]
        assert (member.lost, member.narrowed_at) == ([], None)
        await clerk.fill(f"/service/equipe/{member.id}", role_accueil="on", **{f"team_{ours}": "on"})
        (member,) = [each for each in await rows(portal, StaffMember) if each.id != 1]
        assert member.lost == ["Équipe de Paimpol"]
