"""/service/equipe: invited, changed, gone; and the page of what was opened."""

import pytest
from sqlmodel import select

from app.access import StaffAccess
from app.factors.acts import HALF_LIFE
from db.models import (
    Account,
    AccountSession,
    AuditEvent,
    AuditKind,
    Company,
    Employee,
    OutboxMail,
    RecoveryCode,
    SecondFactor,
    StaffMember,
)
from tests.actors import Actor
from tests.factors.steps import STEP_PAGE, installed, signs_in
from tests.postbox import password_in, words_of
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams
from tests.test_pages import check

TEAM = "/service/equipe"
NEW = {"email": "nina@service.example", "first_name": "Nina", "last_name": "Le Bris"}


async def staff_of(portal, email="nina@service.example"):
    accounts = await rows(portal, Account, Account.email == email)
    return await rows(portal, StaffMember, StaffMember.account_id == accounts[0].key) if accounts else []


async def test_somebody_invited_comes_in_with_their_roles(app, clerk, portal, mailbox):
    check(await clerk.get(f"{TEAM}/invitation"))
    done = await clerk.fill(f"{TEAM}/invitation", role_accueil="on", **NEW)
    page = await clerk.follow(done)
    check(page)
    assert "Nina Le Bris" in page.text
    assert "à installer" in page.text
    (member,) = await staff_of(portal)
    assert (member.roles, member.teams, member.centres) == (["accueil"], [], [])
    sent = {each.template for each in await rows(portal, OutboxMail, OutboxMail.recipient == NEW["email"])}
    assert sent == {"account_created", "staff_changed"}
    (line,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.STAFF_INVITED)
    assert "Nina Le Bris : Accueil" in line.about
    async with Actor(app) as nina:
        letters = await mailbox.delivered(app)
        (password,) = [password_in(each) for each in letters if "Mot de passe" in words_of(each)]
        await nina.fill("/connexion", email=NEW["email"])
        await nina.fill("/connexion/mot-de-passe", email=NEW["email"], password=password)
        chosen = await nina.fill("/connexion/premier-mot-de-passe", new_password="Un goéland sur la jetée 7")
        assert chosen.status_code == 303
        assert (await nina.get("/service/a-traiter")).headers["location"].startswith(STEP_PAGE)
        await installed(nina)
        assert (await nina.get("/service/a-traiter")).status_code == 200
        assert (await nina.get(TEAM)).status_code == 403


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Cochez au moins un rôle"),
        ({"role_direction": "on", "team_1": "on"}, "La direction travaille pour tous"),
        ({"role_accueil": "on", "team_99": "on"}, "n’existe plus"),
        ({"role_accueil": "on", "email": "clerk@service.example"}, "travaille déjà pour le service"),
        ({"role_accueil": "on", "email": "pas une adresse"}, "adresse"),
        ({"role_roi": "on"}, "champ inattendu"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(clerk, portal, world, typed, words):
    await two_teams(portal, world)
    answer = await clerk.fill(f"{TEAM}/invitation", **(NEW | typed))
    assert answer.status_code == 422
    assert words in answer.text
    check(answer)
    assert len(await rows(portal, StaffMember)) == 1


async def test_a_change_of_role_holds_at_the_next_request(app, clerk, portal, world, mailbox):
    ours, _ = await two_teams(portal, world)
    async with Actor(app) as colleague:
        await a_colleague(colleague, portal, ["planning"])
        assert (await colleague.get("/service/vacations")).status_code == 200
        check(await clerk.get(f"{TEAM}/2"))
        done = await clerk.fill(f"{TEAM}/2", role_accueil="on", **{f"team_{ours}": "on"})
        assert "Équipe de Saint-Brieuc" in (await clerk.follow(done)).text
        assert (await colleague.get("/service/vacations")).status_code == 403
        assert (await colleague.get("/service/a-traiter")).status_code == 200
    member = (await rows(portal, StaffMember))[-1]
    assert (member.roles, member.teams) == (["accueil"], [ours])
    assert [each.context["what"] for each in await rows(portal, OutboxMail)] == ["changed"]


@pytest.mark.parametrize("path", [f"{TEAM}/1", f"{TEAM}/1/depart"])
async def test_the_last_of_the_direction_stays(clerk, portal, path):
    answer = await clerk.fill(path, role_accueil="on") if path.endswith("1") else await clerk.fill(path)
    assert answer.status_code == 422
    assert "garde toujours une personne à la direction" in answer.text
    assert (await rows(portal, StaffMember))[0].roles == ["direction", "medical"]


async def test_of_two_of_the_direction_one_may_leave(app, clerk, portal):
    async with Actor(app) as second:
        await a_colleague(second, portal, ["direction"])
        assert (await second.fill(f"{TEAM}/1/depart")).status_code == 303
        assert (await clerk.get("/service/a-traiter")).headers["location"].startswith("/connexion")
        assert "garde toujours" in (await second.fill(f"{TEAM}/2/depart")).text


async def test_leaving_ends_everything_at_once(app, clerk, portal, world):
    async with Actor(app) as colleague:
        await signs_in(colleague, "clerk@service.example")
        await installed(colleague)
    async with Actor(app) as boss, Actor(app) as left:
        await a_colleague(boss, portal, ["direction"])
        await left.signed_in(world.clerk)
        check(await boss.get(f"{TEAM}/1/depart"))
        await boss.fill(f"{TEAM}/1/depart")
        assert (await left.get("/mon-compte")).status_code == 303
        opened = await rows(portal, AccountSession, AccountSession.account_id == world.clerk.key)
        assert all(each.ended_at for each in opened)
        assert not await rows(portal, SecondFactor)
        assert not await rows(portal, RecoveryCode)
        assert not await staff_of(portal, "clerk@service.example")
        assert [each.kind for each in await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.STAFF_LEFT)]
        await signs_in(left, "clerk@service.example")
        assert (await left.get("/service/a-traiter")).status_code == 404


async def test_a_lost_factor_is_given_back_by_two_others_of_the_direction(app, portal, world):
    async with Actor(app) as claude, Actor(app) as one, Actor(app) as two, Actor(app) as again:
        await signs_in(again, "clerk@service.example")
        await signs_in(claude, "clerk@service.example")
        secret, _ = await installed(claude)
        await a_colleague(one, portal, ["direction"])
        await a_colleague(two, portal, ["direction"])
        path = f"{TEAM}/1/second-facteur"
        assert (await claude.fill(path)).status_code == 422
        check(await one.get(path))
        assert "confirmer" in (await one.follow(await one.fill(path))).text
        assert (await one.fill(path)).status_code == 409
        assert await rows(portal, SecondFactor)
        assert "L’accès est rendu" in (await two.follow(await two.fill(path))).text
        assert not await rows(portal, SecondFactor)
        assert (await claude.get("/service/a-traiter")).headers["location"].startswith("/connexion")
        again.cookies.clear()
        await signs_in(again, "clerk@service.example")
        other, _ = await installed(again)
        assert other != secret
    kinds = [each.kind for each in await rows(portal, AuditEvent)]
    assert kinds.count(AuditKind.FACTOR_LOST) == kinds.count(AuditKind.FACTOR_GIVEN_BACK) == 2
    mails = [each.context["kind"] for each in await rows(portal, OutboxMail)]
    assert mails == ["factor_installed", "factor_lost", "factor_given_back", "factor_installed"]


async def test_what_was_said_lost_is_forgotten_when_nobody_confirms_it(app, portal, world, monkeypatch):
    async with Actor(app) as claude, Actor(app) as one:
        await signs_in(claude, "clerk@service.example")
        await installed(claude)
        await a_colleague(one, portal, ["direction"])
        assert 'Second facteur perdu<span class="sr"> de Claude Riou' in (await one.get(TEAM)).text
        path = f"{TEAM}/1/second-facteur"
        await one.fill(path)
        assert "dit perdu" in (await one.get(TEAM)).text
        assert "Vous l’avez déjà dit" in (await one.get(path)).text
        async with portal.database.transaction(write=True) as session:
            (factor,) = (await session.exec(select(SecondFactor))).all()
            factor.given_back_at -= HALF_LIFE
        assert "dit perdu" not in (await one.get(TEAM)).text
        assert "déjà dit" not in (await one.get(path)).text
        assert "confirmer" in (await one.follow(await one.fill(path))).text


async def test_names_are_elided_in_the_list(app, clerk, portal, world):
    async with portal.database.transaction(write=True) as session:
        account = await session.get(Account, world.clerk.key)
        account.first_name = "Élise"
    async with Actor(app) as one:
        await signs_in(one, "clerk@service.example")
        await installed(one)
        await a_colleague(one, portal, ["direction"])
        text = (await one.get(TEAM)).text
    assert 'Second facteur perdu<span class="sr"> d’Élise Riou' in text


async def test_the_access_of_somebody_who_never_came_leaves_again(clerk, portal):
    await clerk.fill(f"{TEAM}/invitation", role_accueil="on", **NEW)
    check(await clerk.get(f"{TEAM}/2/acces"))
    assert "provisoire est parti" in (await clerk.follow(await clerk.fill(f"{TEAM}/2/acces"))).text
    sent = await rows(portal, OutboxMail, OutboxMail.template == "account_created")
    assert len(sent) == 2
    assert (await clerk.fill(f"{TEAM}/1/acces")).status_code == 422


async def test_the_direction_sees_who_opened_what(app, clerk, portal, world):
    async with portal.database.transaction(write=False) as session:
        access = StaffAccess(portal, session, world.clerk)
        access.reads(await access.get(Company, world.theirs.key))
        access.reads(await access.get(Employee, world.employee.key))
    await portal.reads.flush()
    page = await clerk.get("/service/consultations")
    check(page)
    assert "2 consultations" in page.text
    filtered = await clerk.get("/service/consultations?code=00042")
    assert "1 consultation," in filtered.text
    assert "Aucune consultation" in (await clerk.get("/service/consultations?personne=999")).text
    wrong = await clerk.get("/service/consultations?du=hier&nature=x&avant=zzz")
    assert 'href="#du"' in wrong.text
