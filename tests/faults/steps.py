"""What these tests do again and again: give the two numbers, open an account, sign in, read rows."""

import httpx

from app.mail.relay import Relay
from app.mail.sending import Dispatcher
from tests.actors import Actor
from tests.world import NUMBER, PASSWORD

NEW = "new@ours.example"
WRONG = "not the password"
LONE = "00077"


def entry(email=NEW, **more):
    """The account form as a person fills it."""
    person = {"last_name": "Le Goff", "first_name": "Nolwenn", "job_title": "Comptable"}
    return person | {"email": email, "email_again": email} | more


async def give_numbers(actor, code=LONE, number=NUMBER):
    return await actor.fill("/connexion/code-adherent", code=code, number=number)


async def open_account(actor, email=NEW, **more):
    """From the letter's two numbers to the account; the answer to the last form."""
    await give_numbers(actor, **more)
    return await actor.fill("/connexion/creer-mon-compte", **entry(email))


async def give(actor, email="alice@ours.example", password=PASSWORD):
    """Both steps of the sign-in; the answer to the second."""
    await actor.fill("/connexion", email=email)
    return await actor.fill("/connexion/mot-de-passe", email=email, password=password)


async def ask_reset(actor, email="alice@ours.example"):
    return await actor.fill("/connexion/mot-de-passe-oublie", email=email)


def actor_at(app, address):
    """Somebody on another network."""
    actor = Actor(app)
    actor._transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
    return actor


def dispatcher_of(app, relay=None):
    state = app.app.state
    return Dispatcher(state.portal, relay or Relay(state.portal.settings), state.templates)
