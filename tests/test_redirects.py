"""Where a POST leads: to an address that nobody visited, which says of the act only what is true."""

import re
import sys
from datetime import timedelta

import pytest

from app.main import ACCOUNT, ANYBODY, MEMBER, STAFF, VISITOR
from tests.actors import Actor
from tests.pages import TOKEN
from tests.test_access import VALUES
from tests.world import PASSWORD

PARAMETER = re.compile(r"\{(\w+)(:\w+)?\}")
# Drawn anew by each page: the tokens of forms, and the instant of now.
CHANGING = re.compile(r'(token|batch|once|e)" value="[^"]*"|<time.*?</time>')

PROFILE = "/mon-compte"
FIELDS = {"last_name": "Martin", "first_name": "Alice", "job_title": "Gérante", "mobile": ""}
SAID = "Vos coordonnées sont enregistrées."


async def saved(actor, **more):
    """The address that a browser is sent to, as it is."""
    answer = await actor.fill(PROFILE, **FIELDS, **more)
    assert answer.status_code == 303
    return answer.extensions["leads_to"]


async def test_what_was_done_is_said_once_to_who_did_it(alice, time_machine_at):
    address = await saved(alice)
    assert SAID in (await alice.get(address)).text
    time_machine_at.shift(timedelta(seconds=61))
    assert SAID not in (await alice.get(address)).text


@pytest.mark.parametrize("mark", ["profil", f"profil.1772442000000000.{'A' * 16}", "profil.x.y", ".", "é"])
async def test_an_address_made_up_claims_nothing(alice, mark):
    page = await alice.get(PROFILE, params={"fait": mark})
    assert page.status_code == 200
    assert SAID not in page.text


async def test_a_shared_address_claims_nothing(app, alice, world):
    address = await saved(alice)
    async with await Actor(app).signed_in(world.alice) as elsewhere:
        assert SAID not in (await elsewhere.get(address)).text


async def test_the_word_of_one_page_says_nothing_on_another(alice):
    mark = (await saved(alice)).partition("?")[2]
    for path in ("/mon-compte/connexions", "/espace/00010/salaries", "/espace/00010/utilisateurs"):
        whole = await alice.get(f"{path}?{mark}")
        assert whole.status_code == 200
        assert 'class="notice"' not in whole.text


async def test_a_new_password_is_said_in_the_session_that_it_opens(alice, world):
    answer = await alice.fill(
        "/mon-compte/mot-de-passe",
        current_password=PASSWORD,
        new_password="trois mots sans rapport 47",
    )
    assert answer.status_code == 303
    assert 'role="status">' in (await alice.follow(answer)).text.partition("<h1")[0]


async def test_two_acts_of_a_kind_lead_to_two_addresses(alice):
    first, second = await saved(alice), await saved(alice)
    assert first != second
    left = await alice.fill(PROFILE, to="/deconnexion")
    assert "/connexion?fait=deconnecte." in left.extensions["leads_to"]


async def test_htmx_gets_no_number(visitor):
    answer = await visitor.fill("/connexion", partial=True, email="alice@ours.example")
    assert answer.extensions["leads_to"].endswith("/connexion/mot-de-passe")


async def test_a_redirect_names_the_host_that_the_reader_came_by(visitor):
    answer = await visitor.fill("/connexion", email="alice@ours.example")
    assert answer.extensions["leads_to"].startswith("http://127.0.0.1:8000/connexion/mot-de-passe?n=")
    token = await visitor.token("/connexion")
    data = {"csrf": token, "email": "alice@ours.example"}
    answer = await visitor.post("/connexion", data=data, headers={"Host": "localhost:8000"})
    assert answer.extensions["leads_to"].startswith("/connexion/mot-de-passe?n=")


async def test_a_browser_sent_back_to_the_sign_in_from_memory_goes_on(alice):
    """links2 and Dillo show the redirect of before the sign-in again."""
    answer = await alice.get("/connexion", params={"suite": "/espace/00010/salaries"})
    assert answer.extensions["leads_to"].startswith("http://127.0.0.1:8000/espace/00010/salaries?n=")
    answer = await alice.get("/connexion", params={"suite": "//evil.example"})
    assert answer.headers["location"] == "/espace"


def hearing():
    """Each page that announces acts, with the words that its module knows."""
    for handler in (*ANYBODY, *VISITOR, *ACCOUNT, *MEMBER, *STAFF):
        if "fait" in handler.parsed_fn_signature.parameters and "GET" in handler.http_methods:
            known = getattr(sys.modules[handler.fn.__module__], "DONE", {})
            for path in handler.paths:
                yield PARAMETER.sub(lambda found: VALUES[found[1]], path), [*known, "envoye", "annule"]


HEARING = dict(hearing())


def test_the_pages_that_announce_acts_are_swept():
    assert {"/connexion", "/contact/envoye", "/mon-compte", "/espace/00010/planning"} <= HEARING.keys()
    assert "/service/demandes/1" in HEARING
    assert sum(map(len, HEARING.values())) > 60


@pytest.mark.sweep
@pytest.mark.parametrize("path", HEARING)
async def test_a_word_typed_in_an_address_claims_no_act(alice, clerk, visitor, path):
    """The page is the one that it is without the word."""
    actor = alice if path.startswith(("/espace", "/mon-compte")) else visitor
    actor = clerk if path.startswith("/service") else actor
    plain = TOKEN.sub("", (await actor.get(path)).text)
    for word in HEARING[path]:
        said = TOKEN.sub("", (await actor.get(path, params={"fait": word})).text)
        assert CHANGING.sub("", said) == CHANGING.sub("", plain), word


@pytest.mark.parametrize(
    ("path", "claim"),
    [
        ("/contact/envoye", "est envoyé"),
        ("/connexion/lien-envoye", "vient de partir"),
        ("/connexion/mot-de-passe-oublie/envoye", "vient de partir"),
        ("/connexion/compte-cree", "viennent de partir"),
        ("/connexion?raison=adresse", "est changée"),
    ],
)
async def test_an_address_alone_says_that_nothing_left(visitor, path, claim):
    """Even in the middle of a sign-in, where an e-mail address was typed and nothing sent."""
    await visitor.fill("/connexion", email="alice@ours.example")
    answer = await visitor.get(path)
    page = await visitor.follow(answer) if answer.status_code == 303 else answer
    assert page.status_code == 200
    assert claim not in page.text


async def test_a_visitor_hears_what_they_just_did(alice, visitor):
    left = await alice.follow(await alice.fill(PROFILE, to="/deconnexion"))
    assert "Vous êtes déconnecté." in left.text
    asked = await visitor.fill("/connexion/mot-de-passe-oublie", email="alice@ours.example")
    assert "vient de partir" in (await visitor.follow(asked)).text
