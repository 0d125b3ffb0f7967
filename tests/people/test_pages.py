"""The pages of people are well made, refused ones too."""

from tests.pages import check
from tests.people.steps import INVITATION, LEAVING, PEOPLE, address_of, invitations
from tests.postbox import link_in


async def test_the_members_pages_are_well_made(alice, world, portal):
    await alice.fill(INVITATION, email="jeanne@nouvelle.example", role_lecture="on")
    invited = f"{PEOPLE}/invitations/{(await invitations(portal))[0].key}"
    bob, own = [await address_of(portal, each, world.ours) for each in (world.bob, world.alice)]
    for path in (PEOPLE, INVITATION, LEAVING, invited, f"{invited}/annulation"):
        check(await alice.get(path))
    for person in (bob, own):
        for act in ("", "/retrait", "/administration"):
            check(await alice.get(person + act))


async def test_refused_forms_are_well_made_and_lead_to_the_fields(alice, world, portal):
    for path in (INVITATION, await address_of(portal, world.bob, world.ours)):
        answer = await alice.fill(path, ends_on="x")
        assert answer.status_code == 422
        check(answer)
        for field in ("roles", "ends_on"):
            assert f'href="#{field}"' in answer.text
            assert f'id="{field}"' in answer.text


async def test_the_pages_of_the_person_invited_are_well_made(app, alice, visitor, world, mailbox):
    for email in ("jeanne@nouvelle.example", "charlie@theirs.example"):
        await alice.fill(INVITATION, email=email, role_lecture="on")
    for letter in await mailbox.delivered(app):
        path = link_in(letter, "invitation/")
        check(await visitor.get(path))
        check(await visitor.fill(path))


async def test_what_was_done_is_read_among_ones_own_events(alice, world):
    await alice.fill(INVITATION, email="jeanne@nouvelle.example", role_lecture="on")
    page = await alice.get("/mon-compte/connexions")
    assert "jeanne@nouvelle.example : Lecture" in page.text
