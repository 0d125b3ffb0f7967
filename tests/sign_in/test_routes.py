"""/connexion, step by step."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from app.main import create_app
from app.settings import DEMO_SELLER, Settings
from db.models import AccountSession, SignInFlow
from tests.actors import Actor
from tests.world import PASSWORD


async def give(actor, email="alice@ours.example", password=PASSWORD):
    """Both steps of the sign-in; the answer to the second."""
    await actor.fill("/connexion", email=email)
    return await actor.fill("/connexion/mot-de-passe", email=email, password=password)


async def rows(portal, model):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(model))).all()


async def test_address_then_password_opens_the_private_space(visitor, world):
    answer = await visitor.fill("/connexion", email=" Alice@Ours.example ")
    assert answer.headers["location"] == "/connexion/mot-de-passe"
    step = await visitor.follow(answer)
    assert 'value="alice@ours.example"' in step.text
    answer = await visitor.fill("/connexion/mot-de-passe", email="alice@ours.example", password=PASSWORD)
    home = await visitor.follow(answer)
    assert home.status_code == 200
    assert "Bienvenue dans votre espace privé et sécurisé" in home.text


async def test_an_unknown_address_meets_the_same_screens_and_words(app, world, visitor):
    seen = []
    for email in ("alice@ours.example", "nobody@ours.example"):
        visitor.cookies.clear()
        first = await visitor.fill("/connexion", email=email)
        second = await visitor.fill("/connexion/mot-de-passe", email=email, password="not the password")
        token = re.compile(r'(name="csrf" value=")[^"]*')
        seen.append(
            (first.status_code, second.status_code, token.sub(r"\1", second.text).replace(email, "@"))
        )
    assert seen[0] == seen[1]
    assert seen[0][1] == 422
    assert "L’adresse e-mail ou le mot de passe est incorrect." in seen[0][2]


async def test_the_step_comes_as_a_fragment_of_the_page_it_belongs_to(visitor, world):
    whole = await visitor.get("/connexion")
    part = await visitor.partial("/connexion")
    title, _, fragment = part.text.partition("\n")
    assert title == "<title>Connexion – AIST22</title>"
    assert fragment.strip() in whole.text
    assert part.headers["vary"] == "HX-Request-Type, Accept-Encoding"


async def test_a_wrong_address_comes_back_with_what_was_typed_and_where_it_is_wrong(visitor):
    answer = await visitor.fill("/connexion", email="alice@")
    assert answer.status_code == 422
    assert "<title>Erreur : Connexion – AIST22</title>" in answer.text
    assert 'value="alice@"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert '<a href="#email">Cette adresse e-mail n’est pas complète' in answer.text


async def test_the_password_step_without_the_first_goes_back_to_it(visitor):
    assert (await visitor.get("/connexion/mot-de-passe")).headers["location"] == "/connexion"
    answer = await visitor.fill("/connexion", to="/connexion/mot-de-passe", email="a@b.fr", password="x")
    assert answer.headers["location"] == "/connexion"


async def test_a_step_lasts_fifteen_minutes(visitor, world, time_machine_at):
    await visitor.fill("/connexion", email="alice@ours.example")
    time_machine_at.shift(timedelta(minutes=16))
    assert (await visitor.get("/connexion/mot-de-passe")).headers["location"] == "/connexion"


async def test_the_token_of_another_sign_in_writes_nothing(app, visitor, world, portal):
    """Sign-in by another site's form: the token of a visitor, or of another flow, is not this flow's."""
    foreign = await visitor.token("/connexion")
    await visitor.fill("/connexion", email="alice@ours.example")
    fields = {"csrf": foreign, "email": "alice@ours.example", "password": PASSWORD}
    answer = await visitor.post("/connexion/mot-de-passe", data=fields)
    assert answer.status_code == 422
    assert "ouverte depuis trop longtemps" in answer.text
    assert not await rows(portal, AccountSession)


@pytest.mark.parametrize("header", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_another_sites_form_is_refused(visitor, world, portal, header):
    token = await visitor.token("/connexion")
    answer = await visitor.post("/connexion", data={"csrf": token, "email": "a@b.fr"}, headers=header)
    assert answer.status_code == 403
    assert not await rows(portal, SignInFlow)


async def test_reading_leaves_no_row_and_no_cookie(visitor, world, portal):
    for path in ("/", "/connexion", "/connexion/code-adherent", "/connexion/mot-de-passe-oublie"):
        assert "set-cookie" not in (await visitor.get(path)).headers
    assert not await rows(portal, SignInFlow)
    assert not await rows(portal, AccountSession)


async def test_the_cookie_never_holds_what_the_table_holds(visitor, world, portal):
    await give(visitor)
    (session,) = await rows(portal, AccountSession)
    assert visitor.cookies["session"] not in repr(session)
    assert len(visitor.cookies["session"]) >= 43


async def test_a_session_id_chosen_by_the_client_is_not_adopted(visitor, world):
    visitor.cookies.set("session", "chosen-by-an-attacker", domain="127.0.0.1")
    visitor.cookies.set("flow", "chosen-too", domain="127.0.0.1")
    await visitor.fill("/connexion?fait=fin", to="/connexion", email="alice@ours.example")
    await visitor.fill("/connexion/mot-de-passe", email="alice@ours.example", password=PASSWORD)
    assert visitor.cookies.get("session", domain="127.0.0.1") != "chosen-by-an-attacker"


async def test_after_the_sign_in_one_is_back_where_one_wanted_to_go(visitor, world):
    answer = await visitor.get("/espace/00010-2")
    assert answer.headers["location"] == "/connexion?suite=%2Fespace%2F00010-2"
    form = await visitor.follow(answer)
    assert 'name="suite" value="/espace/00010-2"' in form.text
    await visitor.fill(
        answer.headers["location"], to="/connexion", email="alice@ours.example", suite="/espace/00010-2"
    )
    answer = await visitor.fill("/connexion/mot-de-passe", email="alice@ours.example", password=PASSWORD)
    assert answer.headers["location"] == "/espace/00010-2"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/connexion",
        "/deconnexion/../..",
        "/espace/00010?x=1",
        "/static/a",
    ],
)
async def test_the_sign_in_never_leads_elsewhere(visitor, world, path):
    await visitor.fill("/connexion", email="alice@ours.example", suite=path)
    answer = await visitor.fill("/connexion/mot-de-passe", email="alice@ours.example", password=PASSWORD)
    assert answer.headers["location"] == "/espace/00010"


async def test_htmx_is_told_to_leave_the_page_once_signed_in(visitor, world):
    await visitor.fill("/connexion", email="alice@ours.example")
    answer = await visitor.fill(
        "/connexion/mot-de-passe", partial=True, email="alice@ours.example", password=PASSWORD
    )
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"] == "/espace/00010"


async def test_over_https_the_cookies_are_bound_to_this_host(database_url, tmp_path):
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="k" * 40,
        base_url="https://portail.example",
        **DEMO_SELLER,
    )
    edge = create_app(settings, bcrypt_cost=4)
    async with Actor(edge) as visitor:
        visitor.base_url = "https://portail.example"
        answer = await visitor.fill("/connexion", email="a@b.fr")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-flow=")
        assert {"httponly", "secure", "path=/", "samesite=lax"} <= set(cookie.lower().split("; "))
    await edge.app.state.portal.close()
