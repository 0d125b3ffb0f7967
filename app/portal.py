"""What the running portal is made of, for the services to reach: settings, database, keys, passwords."""

from dataclasses import dataclass

from app.addresses import accept_reserved
from app.database import Database
from app.held_files import HeldFiles
from app.keys import Keys
from app.passwords import Passwords
from app.presence import Presence
from app.settings import Settings
from app.storage import Storage


@dataclass(frozen=True, slots=True)
class Portal:
    settings: Settings
    database: Database
    keys: Keys
    passwords: Passwords
    presence: Presence
    held_files: HeldFiles
    storage: Storage

    async def close(self) -> None:
        self.passwords.close()
        await self.database.dispose()


def make_portal(settings: Settings, bcrypt_cost: int = 12) -> Portal:
    accept_reserved(settings.reserved_addresses)
    keys = Keys(settings.secret_key)
    database = Database(settings.database_url)
    passwords, presence = Passwords(keys, bcrypt_cost), Presence(database)
    return Portal(settings, database, keys, passwords, presence, HeldFiles(), Storage(settings))
