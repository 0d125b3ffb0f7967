"""What somebody does with a passkey."""

from tests.actors import Actor
from tests.passkeys.key import SoftKey, options_on
from tests.world import PASSWORD

LIST, ADDING = "/mon-compte/cles-d-acces", "/mon-compte/cles-d-acces/ajout"
SIGN_IN, STEP = "/connexion/cle-d-acces", "/connexion/code/cle-d-acces"


async def key_added(actor: Actor, key: SoftKey | None = None, name: str = "Ma clé", **proof: str) -> SoftKey:
    """A key of this account, added from « Mon compte »."""
    key = key or SoftKey()
    if "data-options" not in (await actor.get(ADDING)).text:
        proven = await actor.fill(ADDING, **(proof or {"current_password": PASSWORD}))
        assert proven.status_code == 303, proven.text
    page = await actor.get(ADDING)
    done = await actor.fill(ADDING, name=name, credential=key.made(options_on(page)))
    assert done.status_code == 303, done.text
    return key


async def asks(actor: Actor, path: str = SIGN_IN, first: str = "/connexion", **fields: str):
    """The page of a challenge, by the button that the script of `first` shows."""
    return await actor.follow(await actor.fill(first, to=path, **fields))


async def answers(actor: Actor, answer: str, path: str = SIGN_IN):
    return await actor.fill(path, credential=answer)
