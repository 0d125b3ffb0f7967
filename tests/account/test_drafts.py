"""A form of a company, found again after the session ended: what is sent in its place takes it away."""

from datetime import timedelta

from db.models import Draft
from tests.reading import rows

FORM = "/espace/00010/utilisateurs/invitation"


async def test_a_draft_goes_with_what_is_sent_in_its_place(alice, world, portal, time_machine_at):
    await alice.signed_in(world.alice)
    fields = {"csrf": await alice.token(FORM), "email": "nul"}
    time_machine_at.shift(timedelta(minutes=31))
    assert "fait=saisie" in (await alice.post(FORM, data=fields)).headers["location"]
    await alice.signed_in(world.alice)
    assert f'action="{FORM}?reprise=1"' in (await alice.get("/mon-compte/reprise")).text
    fields["csrf"] = await alice.token(FORM)
    assert (await alice.post(FORM, data=fields)).status_code == 422
    assert await rows(portal, Draft), "another sending of the same form is not that one"
    refused = await alice.post(f"{FORM}?reprise=1", data=fields)
    assert refused.status_code == 422
    assert 'value="nul"' in refused.text
    assert not await rows(portal, Draft), "the form is here again, filled"
