"""Invited by mail: sent, sent again, taken back, accepted."""

import asyncio
from datetime import timedelta

import pytest

from app import clock
from db.models import AuditKind
from db.seeds.world import World
from tests.actors import Actor
from tests.doors import membership_of
from tests.people.steps import (
    INVITATION,
    PEOPLE,
    a_member,
    accounts_at,
    address_of,
    invitations,
    kinds,
)
from tests.postbox import link_in, words_of
from tests.world import OURS, PASSWORD, THEIRS

NEW = "jeanne@nouvelle.example"
PERSON = {
    "last_name": "Dupont",
    "first_name": "Jeanne",
    "job_title": "Comptable",
    "new_password": "girafe tambour violet lundi",
}


async def invite(actor, email=NEW, path=INVITATION, **more):
    return await actor.fill(path, email=email, **(more or {"role_salaries": "on", "role_lecture": "on"}))


async def link(app, mailbox, to=NEW):
    """Of the last invitation to this address; letters with a link leave before the others."""
    letters = [letter for letter in await mailbox.delivered(app) if letter["To"] == to]
    return link_in([each for each in letters if "/invitation/" in words_of(each)][-1], "invitation/")


async def test_from_the_invitation_to_the_companys_space(app, alice, visitor, portal, mailbox, world):
    page = await alice.follow(await invite(alice, email=" Jeanne@Nouvelle.example "))
    assert "L’invitation est partie par courriel." in page.text
    assert "Gestion des salariés, Lecture" in page.text
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == NEW
    assert f"Alice Martin vous invite à agir pour 00010 - {OURS}" in words_of(letter)
    path = link_in(letter, "invitation/")
    assert path.rpartition("/")[2] not in repr(await invitations(portal))
    for _ in range(2):  # a mail scanner uses nothing up
        page = await visitor.get(path)
    assert "Alice Martin vous invite à agir" in page.text
    assert OURS in page.text
    home = await visitor.follow(await visitor.fill(path, **PERSON))
    assert home.status_code == 200
    assert "Jeanne Dupont" in home.text
    (account,) = await accounts_at(portal, NEW)
    membership = await membership_of(portal, account, world.ours)
    assert (membership.roles, membership.third_party) == (["salaries", "lecture"], False)
    assert await kinds(portal, world.ours) == [
        AuditKind.PERSON_INVITED,
        AuditKind.ACCOUNT_CREATED,
        AuditKind.INVITATION_ACCEPTED,
    ]
    assert (await visitor.get(path)).status_code == 404
    assert NEW in (await alice.get(PEOPLE)).text
    assert "Aucune invitation n’attend de réponse." in (await alice.get(PEOPLE)).text


async def test_who_has_an_account_accepts_with_its_password(app, alice, visitor, world, portal, mailbox):
    ends_on = clock.today() + timedelta(days=90)
    scope = {"role_facturation": "on", "third_party": "on", "ends_on": f"{ends_on:%d/%m/%Y}"}
    await invite(alice, email="charlie@theirs.example", **scope)
    path = await link(app, mailbox, "charlie@theirs.example")
    page = await visitor.get(path)
    assert "comme tiers déclarant" in page.text
    assert "new_password" not in page.text
    wrong = await visitor.fill(path, password="not this one")
    assert wrong.status_code == 422
    assert "incorrect" in wrong.text
    assert "not this one" not in wrong.text
    assert await membership_of(portal, world.charlie, world.ours) is None
    home = await visitor.follow(await visitor.fill(path, password=PASSWORD))
    assert OURS in home.text
    membership = await membership_of(portal, world.charlie, world.ours)
    assert (membership.roles, membership.third_party) == (["facturation"], True)
    assert membership.ends_on == ends_on
    assert (await visitor.get("/espace/00042")).status_code == 200


async def test_guesses_made_through_an_invitation_are_counted(app, alice, visitor, world, mailbox):
    await invite(alice, email="charlie@theirs.example", role_lecture="on")
    path = await link(app, mailbox, "charlie@theirs.example")
    seen = [(await visitor.fill(path, password="wrong")).status_code for _ in range(6)]
    assert seen == [422] * 5 + [429]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"last_name": ""}, "Saisissez votre nom."),
        ({"new_password": "court"}, "Choisissez au moins 12 caractères"),
        ({"new_password": "motdepassemotdepasse"}, "parmi les plus utilisés"),
        ({"new_password": f"{OURS}1"}, "que d’autres connaissent"),
        ({"roles": "administrateur"}, "champ inattendu"),
    ],
)
async def test_a_wrong_form_opens_no_account(app, alice, visitor, world, portal, mailbox, change, words):
    await invite(alice)
    answer = await visitor.fill(await link(app, mailbox), **(PERSON | change))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Jeanne"' in answer.text
    assert PERSON["new_password"] not in answer.text
    assert await accounts_at(portal, NEW) == []


@pytest.mark.parametrize("fields", [{}, {"email": ""}, {"email": "jeanne"}, {"email": "x" * 300 + "@y.fr"}])
async def test_a_wrong_invitation_is_not_sent(app, alice, portal, mailbox, fields):
    answer = await alice.fill(INVITATION, role_lecture="on", **fields)
    assert answer.status_code == 422
    assert 'id="role_lecture" name="role_lecture" checked' in answer.text
    assert await invitations(portal) == []
    assert await mailbox.delivered(app) == []


async def test_who_has_access_already_is_not_invited(alice, world, portal):
    answer = await invite(alice, email="Bob@ours.example")
    assert answer.status_code == 422
    assert "Cette personne a déjà accès à l’entreprise." in answer.text
    assert await invitations(portal) == []


async def test_a_revoked_person_is_invited_again(app, alice, world, portal, mailbox):
    await invite(alice, email="charlie@theirs.example", role_lecture="on")
    older = await link(app, mailbox, "charlie@theirs.example")
    await alice.fill(await address_of(portal, world.bob, world.ours, "/retrait"))
    await invite(alice, email="bob@ours.example", role_lecture="on")
    async with Actor(app) as bob:
        path = await link(app, mailbox, "bob@ours.example")
        assert path != older
        assert (await bob.follow(await bob.fill(path, password=PASSWORD))).status_code == 200
    assert (await membership_of(portal, world.bob, world.ours)).roles == ["lecture"]


async def test_a_person_whose_access_ended_is_invited_again(app, alice, world, portal, mailbox, visitor):
    ended = {"third_party": True, "ends_on": clock.today() - timedelta(days=1)}
    past = await a_member(portal, world.ours, "ancien@tiers.example", "facturation", **ended)
    async with portal.database.transaction(write=True) as session:
        row = await session.merge(past)
        row.password_hash = world.alice.password_hash
    assert ">accès terminé</span> le" in (await alice.get(PEOPLE)).text
    await invite(alice, email="ancien@tiers.example", role_lecture="on")
    answer = await visitor.fill(await link(app, mailbox, "ancien@tiers.example"), password=PASSWORD)
    assert (await visitor.follow(answer)).status_code == 200
    membership = await membership_of(portal, past, world.ours)
    assert (membership.roles, membership.ends_on) == (["lecture"], None)


async def test_an_older_invitation_does_not_bring_a_revoked_person_back(
    app, alice, visitor, world, portal, mailbox
):
    await invite(alice, email="charlie@theirs.example", role_administrateur="on")
    path = await link(app, mailbox, "charlie@theirs.example")
    async with portal.database.transaction(write=True) as session:
        await World(session).acts_for(world.charlie, world.ours, roles=["lecture"])
    await alice.fill(await address_of(portal, world.charlie, world.ours, "/retrait"))
    assert (await visitor.get(path)).status_code == 404


async def test_a_second_invitation_replaces_the_first(app, alice, visitor, portal, mailbox, world):
    await invite(alice)
    first = await link(app, mailbox)
    await invite(alice, role_facturation="on")
    second = await link(app, mailbox)
    assert (await visitor.get(first)).content == (await visitor.get("/nowhere")).content
    assert "Facturation" in (await visitor.get(second)).text
    assert (await alice.get(PEOPLE)).text.count(f'<th scope="row">{NEW}') == 1


async def test_an_invitation_is_sent_again_once_a_minute(
    app, alice, visitor, world, portal, mailbox, time_machine_at
):
    await alice.signed_in(world.alice)
    await invite(alice)
    first = await link(app, mailbox)
    path = f"{PEOPLE}/invitations/{(await invitations(portal))[0].key}"
    answer = await alice.fill(path)
    assert answer.status_code == 422
    assert "Attendez une minute" in answer.text
    time_machine_at.shift(timedelta(minutes=2))
    page = await alice.follow(await alice.fill(path))
    assert "L’invitation est partie de nouveau." in page.text
    second = await link(app, mailbox)
    assert (await visitor.get(first)).status_code == 404
    assert (await visitor.get(second)).status_code == 200
    assert ">expirée</span>" not in page.text


async def test_a_mailbox_is_not_flooded(alice, world, portal, mailbox, app):
    seen = [(await invite(alice)).status_code for _ in range(5)]
    assert seen == [303] * 3 + [429] * 2
    assert len(await mailbox.delivered(app)) == 3
    assert (await invite(alice, email="other@nouvelle.example")).status_code == 303


async def test_an_invitation_lasts_seven_days_and_is_then_sent_again(
    app, alice, visitor, world, portal, mailbox, time_machine_at
):
    await alice.signed_in(world.alice)
    await invite(alice)
    path = await link(app, mailbox)
    time_machine_at.shift(timedelta(days=6, hours=23))
    assert (await visitor.get(path)).status_code == 200
    time_machine_at.shift(timedelta(hours=2))
    token = await visitor.token("/connexion")
    assert (await visitor.get(path)).status_code == 404
    assert (await visitor.post(path, data={"csrf": token, **PERSON})).status_code == 404
    await alice.signed_in(world.alice)
    assert ">expirée</span>" in (await alice.get(PEOPLE)).text
    await alice.fill(f"{PEOPLE}/invitations/{(await invitations(portal))[0].key}")
    assert (await visitor.get(await link(app, mailbox))).status_code == 200


async def test_an_invitation_ends_with_the_access_that_it_promises(
    app, alice, visitor, world, portal, mailbox, time_machine_at
):
    await alice.signed_in(world.alice)
    await invite(alice, role_lecture="on", third_party="on", ends_on="04/03/2026")
    path = await link(app, mailbox)
    assert (await visitor.get(path)).status_code == 200
    time_machine_at.shift(timedelta(days=3))
    assert (await visitor.get(path)).status_code == 404
    await alice.signed_in(world.alice)
    answer = await alice.fill(f"{PEOPLE}/invitations/{(await invitations(portal))[0].key}")
    assert "La date de fin prévue est passée." in answer.text


async def test_a_cancelled_invitation_opens_nothing(app, alice, visitor, world, portal, mailbox):
    await invite(alice)
    path = await link(app, mailbox)
    cancelling = f"{PEOPLE}/invitations/{(await invitations(portal))[0].key}/annulation"
    page = await alice.follow(await alice.fill(cancelling))
    assert "L’invitation est annulée." in page.text
    assert (await visitor.get(path)).status_code == 404
    assert (await alice.get(cancelling)).status_code == 404
    assert await kinds(portal, world.ours) == [AuditKind.PERSON_INVITED, AuditKind.INVITATION_CANCELLED]


async def test_the_invitation_of_another_company_is_not_found(app, alice, charlie, world, portal):
    await invite(charlie, path="/espace/00042/utilisateurs/invitation")
    for act in ("", "/annulation"):
        absent = await alice.get(f"{PEOPLE}/invitations/99999{act}")
        path = f"{PEOPLE}/invitations/{(await invitations(portal))[0].key}{act}"
        assert (await alice.get(path)).content == absent.content
        token = await alice.token(INVITATION)
        assert (await alice.post(path, data={"csrf": token})).content == absent.content
    assert (await invitations(portal))[0].cancelled_at is None
    assert THEIRS not in (await alice.get(PEOPLE)).text


@pytest.mark.parametrize("has_account", [True, False])
async def test_accepted_twice_at_once_an_invitation_gives_one_access(
    app, alice, world, portal, mailbox, has_account
):
    email = "charlie@theirs.example" if has_account else NEW
    await invite(alice, email=email, role_lecture="on")
    path = await link(app, mailbox, email)
    fields = {"password": PASSWORD} if has_account else PERSON
    async with Actor(app) as one, Actor(app) as other:
        tokens = [await actor.token(path) for actor in (one, other)]
        answers = await asyncio.gather(
            one.post(path, data={"csrf": tokens[0], **fields}),
            other.post(path, data={"csrf": tokens[1], **fields}),
        )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 303
    assert statuses[1] in {404, 409}
    (account,) = await accounts_at(portal, email)
    assert (await membership_of(portal, account, world.ours)).roles == ["lecture"]


async def test_an_accepted_invitation_leaves_access_that_is_there_as_it_is(
    app, alice, visitor, world, portal, mailbox
):
    await invite(alice, email="charlie@theirs.example", role_administrateur="on")
    path = await link(app, mailbox, "charlie@theirs.example")
    async with portal.database.transaction(write=True) as session:
        await World(session).acts_for(world.charlie, world.ours, roles=["lecture"])
    assert (await visitor.follow(await visitor.fill(path, password=PASSWORD))).status_code == 200
    assert (await membership_of(portal, world.charlie, world.ours)).roles == ["lecture"]


async def test_a_link_acts_only_with_the_token_of_its_page(app, alice, visitor, world, portal, mailbox):
    await invite(alice)
    path = await link(app, mailbox)
    answer = await visitor.post(path, data=PERSON)
    assert answer.status_code == 422
    assert await accounts_at(portal, NEW) == []
