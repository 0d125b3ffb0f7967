"""/espace/{code}/utilisateurs: seen, changed, taken back, handed over, given up."""

from datetime import timedelta

import pytest

from app import clock
from app.text.formats import day_typed
from db.models import AuditKind
from tests.actors import Actor
from tests.doors import membership_of
from tests.people.steps import INVITATION, LEAVING, PEOPLE, a_member, address_of, kinds
from tests.postbox import words_of
from tests.statements import statements_of

SOON = (clock.today() + timedelta(days=30)).isoformat()


async def test_the_list_says_who_may_do_what_and_since_when(alice, world, portal):
    tiers = {"third_party": True, "ends_on": clock.today() + timedelta(days=30)}
    await a_member(portal, world.ours, "cabinet@tiers.example", "salaries", "facturation", **tiers)
    page = await alice.get(PEOPLE)
    assert page.status_code == 200
    assert "Alice Martin (vous)" in page.text
    assert "bob@ours.example" in page.text
    assert "Gestion des salariés, Facturation<br>Tiers déclarant<br>Jusqu’au" in page.text
    assert page.text.count("Jamais") == 3
    assert "charlie@theirs.example" not in page.text
    assert "Aucune invitation n’attend de réponse." in page.text


async def test_the_list_takes_as_many_queries_for_fifty_people_as_for_two(alice, world, portal):
    with statements_of(portal) as few:
        await alice.get(PEOPLE)
    for number in range(50):
        await a_member(portal, world.ours, f"p{number}@ours.example")
    with statements_of(portal) as many:
        page = await alice.get(PEOPLE)
    assert few == many
    assert page.text.count("@ours.example") >= 50


async def test_more_than_fifty_people_are_shown_page_by_page(alice, world, portal):
    for number in range(51):
        await a_member(portal, world.ours, f"p{number}@ours.example")
    first = await alice.get(PEOPLE)
    following = first.text.partition("utilisateurs?")[2].partition('"')[0].replace("&amp;", "&")
    second = await alice.get(f"{PEOPLE}?{following}")
    assert "accès à l’entreprise, la liste continue</caption>" in first.text
    assert "accès à l’entreprise, page 2</caption>" in second.text
    assert f'<a href="{PEOPLE}">Revenir au début</a>' in second.text
    shown = [n for n in range(51) if f">p{n}@ours" in first.text]
    rest = [n for n in range(51) if f">p{n}@ours" in second.text]
    assert shown + rest == list(range(51))
    assert "apres=" not in second.text
    assert (await alice.get(f"{PEOPLE}?apres=99999999999999999999")).status_code == 200
    assert (await alice.get(f"{PEOPLE}?apres=-5")).status_code == 200


async def test_a_role_is_changed_told_and_traced(app, alice, world, portal, mailbox):
    path = await address_of(portal, world.bob, world.ours)
    form = await alice.get(path)
    assert 'name="role_administrateur" checked' in form.text
    done = await alice.follow(await alice.fill(path, role_facturation="on", role_lecture="on"))
    assert "L’accès est modifié." in done.text
    membership = await membership_of(portal, world.bob, world.ours)
    assert membership.roles == ["facturation", "lecture"]
    assert await kinds(portal, world.ours) == [AuditKind.ROLES_CHANGED]
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "bob@ours.example"
    assert "Alice Martin a modifié votre accès" in words_of(letter)
    assert "Vos rôles : Facturation, Lecture." in words_of(letter)


async def test_what_is_already_so_is_not_told_again(app, alice, world, portal, mailbox):
    await alice.fill(await address_of(portal, world.bob, world.ours), role_administrateur="on")
    assert await kinds(portal, world.ours) == []
    assert await mailbox.delivered(app) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Cochez au moins un rôle."),
        ({"role_chef": "on", "role_lecture": "on"}, "champ inattendu"),
        ({"role_lecture": "on", "third_party": "on", "ends_on": "2020-01-01"}, "Choisissez un jour à venir"),
        ({"role_lecture": "on", "third_party": "on", "ends_on": "31/02/2030"}, "Saisissez la date de fin"),
        ({"role_lecture": "on", "third_party": "on", "ends_on": "bientôt"}, "Saisissez la date de fin"),
        ({"role_lecture": "on", "ends_on": SOON}, "ne vaut que pour un tiers"),
    ],
)
async def test_a_wrong_form_comes_back_with_what_was_typed(alice, world, portal, fields, words):
    path = await address_of(portal, world.bob, world.ours)
    answer = await alice.fill(path, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<title>Erreur : " in answer.text
    if "ends_on" in fields:
        assert f'value="{day_typed(fields["ends_on"])}"' in answer.text
    assert (await membership_of(portal, world.bob, world.ours)).roles == ["administrateur"]


@pytest.mark.parametrize("shape", ["%Y-%m-%d", "%d/%m/%Y", " %d / %m / %Y ", "%d.%m.%Y"])
async def test_an_end_date_is_understood_from_a_calendar_or_typed_by_hand(alice, world, portal, shape):
    day = clock.today() + timedelta(days=30)
    path = await address_of(portal, world.bob, world.ours)
    fields = {"role_lecture": "on", "third_party": "on", "ends_on": day.strftime(shape)}
    assert (await alice.fill(path, **fields)).status_code == 303
    assert (await membership_of(portal, world.bob, world.ours)).ends_on == day
    assert f'value="{day_typed(day.isoformat())}"' in (await alice.get(path)).text


async def test_a_revoked_person_is_out_at_the_next_request(app, alice, world, portal, mailbox):
    path = await address_of(portal, world.bob, world.ours, "/retrait")
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        assert (await bob.get("/espace/00010")).status_code == 200
        done = await alice.follow(await alice.fill(path))
        assert "L’accès est retiré." in done.text
        assert "bob@ours.example" not in done.text
        absent = await bob.get("/espace/98765")
        assert (await bob.get("/espace/00010")).content == absent.content
        assert (await bob.get("/mon-compte")).status_code == 200
    assert await kinds(portal, world.ours) == [AuditKind.ACCESS_REVOKED]
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "bob@ours.example"
    assert "Alice Martin a retiré votre accès" in words_of(letter)
    assert (await alice.get(path)).status_code == 404


async def test_ones_own_access_is_not_revoked_but_left(alice, world, portal):
    path = await address_of(portal, world.alice, world.ours, "/retrait")
    assert "Mon accès" in (await alice.get(path)).text
    answer = await alice.fill(LEAVING, to=path)
    assert answer.status_code == 422
    assert await membership_of(portal, world.alice, world.ours)


async def test_administration_is_handed_over_in_one_act(app, alice, world, portal, mailbox):
    reader = await a_member(portal, world.site, "lecteur@ours.example")
    path = await address_of(portal, reader, world.site, "/administration")
    done = await alice.follow(await alice.fill(path))
    assert "L’administration est transmise." in done.text
    assert "lecteur@ours.example" in done.text
    assert (await membership_of(portal, reader, world.site)).roles == ["administrateur", "lecture"]
    mine = await membership_of(portal, world.alice, world.site)
    assert mine.roles == ["salaries", "rendez-vous", "facturation", "declaration"]
    assert (await alice.get("/espace/00010-2/utilisateurs")).status_code == 403
    assert (await alice.get("/espace/00010-2")).status_code == 200
    assert await kinds(portal, world.site) == [AuditKind.ROLES_CHANGED] * 2
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "lecteur@ours.example"


async def test_administration_is_not_handed_over_to_oneself_nor_to_who_leaves_soon(alice, world, portal):
    ends_on = clock.today() + timedelta(days=30)
    tiers = await a_member(portal, world.site, "t@tiers.example", third_party=True, ends_on=ends_on)
    for account in (world.alice, tiers):
        path = await address_of(portal, account, world.site, "/administration")
        answer = await alice.fill("/espace/00010-2/utilisateurs/depart", to=path)
        assert answer.status_code == 422
    assert (await membership_of(portal, world.alice, world.site)).roles == ["administrateur"]


async def test_the_last_administrator_stays_whatever_is_tried(alice, world, portal):
    path = await address_of(portal, world.alice, world.site)
    for fields in (
        {"role_lecture": "on"},
        {"role_administrateur": "on", "third_party": "on", "ends_on": SOON},
    ):
        answer = await alice.fill(path, **fields)
        assert answer.status_code == 422
        assert "Une entreprise garde toujours un administrateur" in answer.text
    answer = await alice.fill("/espace/00010-2/utilisateurs/depart")
    assert answer.status_code == 422
    assert "Transmettez d’abord l’administration." in answer.text
    membership = await membership_of(portal, world.alice, world.site)
    assert (membership.roles, membership.ends_on) == (["administrateur"], None)
    assert await kinds(portal, world.site) == []


async def test_who_gives_up_administering_sees_their_own_access(alice, world, portal):
    path = await address_of(portal, world.alice, world.ours)
    page = await alice.follow(await alice.fill(path, role_lecture="on"))
    assert "Votre rôle est modifié." in page.text
    assert "Lecture : voir et écrire au service, sans rien changer d’autre" in page.text
    assert "bob@ours.example" in page.text


async def test_anybody_leaves_by_oneself(app, world, portal):
    tiers = await a_member(portal, world.ours, "cabinet@tiers.example", third_party=True)
    async with Actor(app) as accountant:
        await accountant.signed_in(tiers)
        assert "comme tiers déclarant" in (await accountant.get(LEAVING)).text
        page = await accountant.follow(await accountant.fill(LEAVING))
        assert "Votre compte n’agit encore pour aucune entreprise." in page.text
        assert (await accountant.get("/espace/00010")).status_code == 404
    assert await membership_of(portal, tiers, world.ours) is None
    assert await kinds(portal, world.ours) == [AuditKind.COMPANY_LEFT]


@pytest.mark.parametrize("role", ["salaries", "rendez-vous", "facturation", "declaration", "lecture"])
async def test_another_role_sees_nothing_of_it_and_changes_nothing(app, world, portal, role):
    reader = await a_member(portal, world.ours, "lecteur@ours.example", role)
    bobs = await address_of(portal, world.bob, world.ours)
    async with Actor(app) as actor:
        await actor.signed_in(reader)
        token = await actor.token(LEAVING)
        fields = {"csrf": token, "role_lecture": "on", "email": "x@y.example"}
        invited = (INVITATION, f"{PEOPLE}/invitations/1", f"{PEOPLE}/invitations/1/annulation")
        for path in (PEOPLE, bobs, f"{bobs}/retrait", f"{bobs}/administration", *invited):
            answer = await actor.get(path)
            assert answer.status_code == 403, path
            assert "bob@ours.example" not in answer.text
            if path != PEOPLE:
                assert (await actor.post(path, data=fields)).status_code == 403, path
    assert (await membership_of(portal, world.bob, world.ours)).roles == ["administrateur"]
    assert await kinds(portal, world.ours) == []


async def test_a_stranger_and_a_foreign_number_get_the_same_404(alice, charlie, world, portal):
    theirs = (await address_of(portal, world.charlie, world.theirs)).replace("00042", "00010")
    ours = await address_of(portal, world.bob, world.ours)
    for act in ("", "/retrait", "/administration"):
        absent = await alice.get(f"{PEOPLE}/88888{act}")
        for path in (theirs, f"{PEOPLE}/99999", f"{PEOPLE}/{10**30}"):
            assert (await alice.get(path + act)).content == absent.content
            token = await alice.token(LEAVING)
            answer = await alice.post(path + act, data={"csrf": token, "role_lecture": "on"})
            assert (answer.status_code, answer.content) == (404, absent.content)
        no_company = await charlie.get(f"/espace/99999/utilisateurs/1{act}")
        assert (await charlie.get(ours + act)).content == no_company.content
    assert (await charlie.get(LEAVING)).content == no_company.content
    assert (await membership_of(portal, world.charlie, world.theirs)).roles == ["administrateur"]
