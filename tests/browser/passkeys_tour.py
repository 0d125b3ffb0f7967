"""Passkeys: the list, an addition, and the two pages that wait for a key."""

from playwright.async_api import expect

from app import clock
from db.models import Passkey
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, kept
from tests.world import PASSWORD, TwoCompanies


async def passkeys_tour(reader: Reader, world: TwoCompanies) -> Tour:
    """Under a bare number no key answers: the pages say so."""
    await reader.signed_in(world.charlie)
    keys = {
        "public_key": "",
        "sign_count": 0,
        "is_syncable": True,
        "is_synced": True,
        "created_at": clock.now(),
    }
    for account, name in ((world.charlie, "Mon ordinateur"), (world.clerk, "Ma clé")):
        await kept(
            reader, Passkey(account_id=account.key, credential_id=f"AAA{account.key}", name=name, **keys)
        )
    for path in ("", "/1", "/ajout"):
        await reader.open(f"/mon-compte/cles-d-acces{path}")
        yield Stop(f"/mon-compte/cles-d-acces{path}")
    await reader.give(current_password=PASSWORD)
    await expect(reader.page.get_by_label("Nom de la clé")).to_be_visible()
    yield Stop("/mon-compte/cles-d-acces/ajout proven")
    await reader.open("/connexion/cle-d-acces")
    await expect(reader.page.get_by_role("alert")).to_contain_text("n’a pas répondu")
    yield Stop("/connexion/cle-d-acces")
    await reader.signed_in(world.clerk, needs_factor=True)
    await reader.open("/connexion/code/cle-d-acces")
    await expect(reader.page.get_by_role("alert")).to_contain_text("n’a pas répondu")
    yield Stop("/connexion/code/cle-d-acces")
