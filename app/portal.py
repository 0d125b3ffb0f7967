"""The parts of the running portal that the acts reach: settings, database, keys, passwords."""

from dataclasses import dataclass, field

from app.files.companion import Companion
from app.files.held import HeldFiles
from app.files.storage import Storage
from app.security.keys import Keys
from app.security.passwords import Passwords
from app.security.presence import Presence
from app.security.reads import ReadLog
from app.settings import Settings
from app.text.addresses import accept_reserved
from db.engine import Database


@dataclass(frozen=True, slots=True)
class Portal:
    """`archives`: the accounts for which papers are being drawn into an archive, one at a time for each.
    `companion`: the process that works beside the pages; without one they do its work too. `shares`: of the
    rows of a portion, by job (`app/portions.py`).
    """

    settings: Settings
    database: Database
    keys: Keys
    passwords: Passwords
    presence: Presence
    reads: ReadLog
    held_files: HeldFiles
    storage: Storage
    archives: set[int] = field(default_factory=set)
    shares: dict[type, float] = field(default_factory=dict)
    companion: Companion | None = None

    async def close(self) -> None:
        if self.companion:
            await self.companion.close()
        self.passwords.close()
        await self.database.dispose()


def make_portal(settings: Settings, bcrypt_cost: int = 12, companion: Companion | None = None) -> Portal:
    accept_reserved(settings.reserved_addresses)
    keys = Keys(settings.secret_key)
    database = Database(settings.database_url)
    passwords, presence = Passwords(keys, bcrypt_cost), Presence(database)
    return Portal(
        settings=settings,
        database=database,
        keys=keys,
        passwords=passwords,
        presence=presence,
        reads=ReadLog(database),
        held_files=HeldFiles(keys),
        storage=Storage(settings),
        companion=companion,
    )
