"""A browser that keeps no cookie is told so, and how to allow them; who came too late is not told that."""

import pytest

from tests.actors import Actor
from tests.sign_up.test_routes import CODE
from tests.world import OTHER_NUMBER

SAID = "Votre navigateur refuse les cookies"
LOST = "/connexion/mot-de-passe-oublie"
STEPS = [
    ("/connexion", {"email": "alice@ours.example"}),
    (CODE, {"code": "00042", "number": OTHER_NUMBER}),
    (LOST, {"email": "alice@ours.example"}),
]
DILLO = "Mozilla/4.0 (compatible; Dillo 3.0)"


async def refusing(actor, path, fields, *, partial=False):
    """Fill a step, lose the cookie, and see where it leads."""
    answer = await actor.fill(path, partial=partial, **fields)
    actor.cookies.clear()
    return answer


@pytest.mark.parametrize(("path", "fields"), STEPS)
async def test_a_step_whose_cookie_did_not_return_says_so(visitor, world, path, fields):
    page = await visitor.follow(await refusing(visitor, path, fields))
    assert page.status_code == 403
    assert SAID in page.text
    assert "autorisez les cookies de 127.0.0.1" in page.text


@pytest.mark.parametrize(("path", "fields"), STEPS)
async def test_a_step_swapped_in_says_so_too(visitor, world, path, fields):
    answer = await refusing(visitor, path, fields, partial=True)
    source = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Source": "form"}
    page = await visitor.get(answer.extensions["leads_to"], headers=source)
    assert page.status_code == 403
    assert SAID in page.text


async def test_how_to_allow_them_is_said_for_this_browser(app, world):
    async with Actor(app, headers={"User-Agent": DILLO}) as visitor:
        page = await visitor.follow(await refusing(visitor, *STEPS[0]))
    assert "127.0.0.1 ACCEPT_SESSION" in page.text


@pytest.mark.parametrize(("path", "fields"), STEPS)
async def test_who_left_the_step_open_too_long_begins_again_without_a_reproach(
    visitor, world, path, fields, time_machine_at
):
    answer = await refusing(visitor, path, fields)
    time_machine_at.shift(16 * 60)
    again = await visitor.follow(answer)
    assert again.headers["location"] == path
    by_link = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Source": "a"}
    again = await visitor.get("/connexion/creer-mon-compte", headers=by_link)
    assert again.headers["location"] == CODE


@pytest.mark.parametrize("number", ["", "x", "٣", "9" * 25, "99999999999999999", "-5"])
async def test_a_number_made_up_claims_nothing(visitor, world, number):
    answer = await visitor.get("/connexion/mot-de-passe", params={"n": number})
    assert answer.headers["location"] == "/connexion"


async def test_a_browser_that_keeps_another_cookie_keeps_them(visitor, world):
    answer = await refusing(visitor, *STEPS[0])
    visitor.cookies.set("device", "of-before", domain="127.0.0.1")
    assert (await visitor.follow(answer)).headers["location"] == "/connexion"


async def test_the_first_page_of_a_session_that_was_not_kept_says_so(visitor, world):
    """A link received by mail opens a session without a step that gave a cookie before."""
    answer = await refusing(visitor, *STEPS[0])
    number = answer.extensions["leads_to"].partition("?")[2]
    assert SAID in (await visitor.get(f"/espace/00010?{number}")).text
    deep = await visitor.get("/espace/00010")
    assert deep.headers["location"] == "/connexion?suite=%2Fespace%2F00010"
