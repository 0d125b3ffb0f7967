"""An administrator invited by the service: by the employers' own invitation, traced, accepted by its link."""

import pytest

from app import clock
from db.models import Account, AuditEvent, AuditKind, Company, Membership
from tests.actors import Actor
from tests.pages import check
from tests.people.steps import PEOPLE
from tests.people.test_invitations import NEW, PERSON, link
from tests.postbox import link_in, words_of
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

MEMBER = "/service/adherents/00010"
PATH = f"{MEMBER}/invitation"


async def test_from_the_services_invitation_to_an_administrator(
    app, clerk, alice, visitor, portal, mailbox, world
):
    check(await clerk.get(PATH))
    done = await clerk.follow(await clerk.fill(PATH, email=" Jeanne@Nouvelle.example "))
    check(done)
    assert "L’invitation est partie par courriel." in done.text
    assert f"Invitation en attente : {NEW}, Administrateur" in done.text.replace("\N{NO-BREAK SPACE}", " ")
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.PERSON_INVITED)
    assert (event.company_id, event.account_id) == (world.ours.id, world.clerk.id)
    assert event.about == f"{NEW} : Administrateur"
    assert NEW in (await alice.get(PEOPLE)).text
    service = portal.settings.service_name
    (letter,) = [each for each in await mailbox.delivered(app) if each["To"] == NEW]
    assert f"{service} vous invite à agir pour 00010" in words_of(letter)
    path = link_in(letter, "invitation/")
    page = await visitor.get(path)
    assert f"{service} vous invite à agir" in page.text
    assert "Claude Riou" not in page.text
    await visitor.follow(await visitor.fill(path, **PERSON))
    (account,) = await rows(portal, Account, Account.email == NEW)
    (access,) = await rows(portal, Membership, Membership.account_id == account.key)
    assert (access.company_id, access.roles, access.ends_on) == (world.ours.id, ["administrateur"], None)
    assert "Invitation en attente" not in (await clerk.get(MEMBER)).text


async def test_a_second_invitation_replaces_the_first(app, clerk, visitor, portal, mailbox):
    await clerk.fill(PATH, email=NEW)
    first = await link(app, mailbox)
    await clerk.fill(PATH, email=NEW)
    assert (await visitor.get(first)).status_code == 404
    assert (await clerk.get(MEMBER)).text.count("Invitation en attente") == 1


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Saisissez l’adresse e-mail"),
        ("pas une adresse", "adresse"),
        ("bob@ours.example", "Cette personne a déjà un accès : nommez-la administratrice."),
    ],
)
async def test_what_cannot_be_invited_is_said(clerk, portal, world, email, words):
    answer = await clerk.fill(PATH, email=email)
    assert answer.status_code == 422
    check(answer)
    assert words in answer.text
    assert not await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.PERSON_INVITED)


async def test_a_member_with_nobody_is_offered_the_invitation(clerk, portal, world):
    async with portal.database.transaction(write=True) as session:
        session.add(
            Company(
                code="00077", member_code="00077", name="Lann", town="Dinan", declarant_key="-" * 64,
                created_at=clock.now(), updated_at=clock.now(),
            )
        )  # fmt: skip
    assert (
        "invitez un administrateur par courriel"
        in (await clerk.get("/service/adherents/00077/administrateur")).text
    )
    await clerk.fill("/service/adherents/00077/invitation", email=NEW)
    assert f"Invitation en attente : {NEW}" in (await clerk.get("/service/adherents/00077")).text.replace(
        "\N{NO-BREAK SPACE}", " "
    )


async def test_neither_another_team_nor_reception_invites(app, portal, world):
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as far, Actor(app) as reception:
        await a_colleague(far, portal, ["adhesions"], teams=[theirs])
        assert (await far.get(PATH)).status_code == 404
        token = await far.token("/service/adherents/00042/invitation")
        assert (await far.post(PATH, data={"csrf": token, "email": NEW})).status_code == 404
        await a_colleague(reception, portal, ["accueil"])
        assert (await reception.get(PATH)).status_code == 403
        assert "Inviter un administrateur" not in (await reception.get(MEMBER)).text
