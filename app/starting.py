"""Work of the `portail` command before it serves, and before most of its other work."""

from sqlalchemy.exc import DBAPIError

from app.access import VisitorAccess
from app.demo.queries import Filled, filling_of, is_demo_base
from app.errors import CommandRefused
from app.logs import words_of
from app.portal import make_portal
from app.private import make_private_folder
from app.settings import Settings
from app.sign_in.acts import account_at
from db.engine import is_migrated, migrate
from db.migrate import MigrationRefused
from db.seeds.personas import LETTERS, PASSWORD, PERSONAS

NOT_THE_DEMOS = (
    "La démonstration n’a pas rempli cette base : elle ne s’y ouvre pas. "
    "Choisissez un autre dossier (PORTAIL_DATA_DIR) ou retirez PORTAIL_DEMO."
)


async def migrate_database(settings: Settings) -> None:
    make_private_folder(settings)
    try:
        await migrate(settings.database_url)
    except MigrationRefused as refused:
        raise CommandRefused(f"La mise à jour n’a pas été faite, rien n’a changé.\n{refused}") from None
    except (DBAPIError, OSError) as error:
        if getattr(error, "connection_invalidated", False):
            words = "La liaison avec la base s’est coupée : la mise à jour est entière ou n’a pas eu lieu."
        else:
            reason = getattr(error, "orig", None) or error
            words = f"La mise à jour n’a pas abouti, rien n’a changé : {words_of(reason)}"
        raise CommandRefused(f"{words}\nRelancez « portail migrate ».") from None


def check_workers(settings: Settings, asked: int | None) -> int:
    """The number of processes that serve: as asked, or as set."""
    workers = asked or settings.workers
    if workers > 1 and settings.database_url.startswith("sqlite"):
        raise CommandRefused(
            "Plusieurs processus ne servent ensemble que sur PostgreSQL : sur SQLite, un seul écrit."
        )
    return workers


async def check_base(settings: Settings) -> None:
    """Up to date, and the demo's if and only if the setting says so: what every command but `migrate` asks.

    The demo's passwords are known to everybody, and its mails can be read on screen.
    """
    make_private_folder(settings)
    if not await is_migrated(settings.database_url):
        raise CommandRefused("La base de données n’est pas à jour : lancez d’abord « portail migrate ».")
    portal = make_portal(settings, bcrypt_cost=4)
    try:
        async with portal.database.transaction(write=False) as session:
            access = VisitorAccess(portal, session)
            is_demo = await is_demo_base(access)
            # Filled by the demo of before it left its row: its passwords are as well known.
            is_older_demo = not is_demo and await account_at(access, PERSONAS[0].email) is not None
    finally:
        await portal.close()
    if settings.demo and not is_demo:
        raise CommandRefused(NOT_THE_DEMOS)
    if not settings.demo and (is_demo or is_older_demo):
        raise CommandRefused("Cette base contient les comptes de la démonstration : choisissez-en une autre.")


async def fill_demo(settings: Settings) -> None:
    """Migrate, and write the demo's story into an empty base; any other is left as it is."""
    make_private_folder(settings)
    portal = make_portal(settings, bcrypt_cost=4)
    try:
        async with portal.database.transaction(write=True) as session:
            if await filling_of(session) is Filled.OTHERWISE:
                raise CommandRefused(NOT_THE_DEMOS)
        if not await is_migrated(settings.database_url):  # alembic and every migration would be loaded for it
            await migrate_database(settings)
        async with portal.database.transaction(write=True) as session:
            if await filling_of(session) is Filled.NOT_YET:
                from app.demo.writing import write_demo  # noqa: PLC0415 - a story is written once

                await write_demo(session, portal)
    finally:
        await portal.close()


def demo_words(settings: Settings) -> str:
    people = "\n".join(f"    {each.email:<26}{each.words}" for each in PERSONAS)
    letters = "\n".join(f"    code adhérent {code}, n° télédéclarant {number}" for code, number in LETTERS)
    return (
        f"\n  Portail en démonstration : {settings.base_url}\n\n"
        f"  Comptes (mot de passe : {PASSWORD})\n{people}\n\n"
        f"  Courriers pour ouvrir un compte\n{letters}\n\n"
        f"  Courriels : {settings.base_url}/demo/courriels   (Ctrl+C pour arrêter)\n"
    )
