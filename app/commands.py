"""Work of the `portail` command besides serving."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app import clock
from app.access import StaffAccess, VisitorAccess
from app.bounces.acts import read_bounces
from app.colleagues.staff import make_staff
from app.demo.hours import at_work
from app.demo.papers_story import (
    add_accounts,
    add_contributions,
    add_documents,
    add_invoices,
    add_mandate,
)
from app.demo.queries import Filled, filling_of, is_demo_base
from app.demo.service_story import add_clinic, add_contact, add_morning
from app.demo.story import add_past, add_planning
from app.employees.declared import all_columns, name_keys
from app.errors import CommandRefused, Refused
from app.factors.acts import factor_of, give_back_by_hand
from app.follow_up.law import DoneVisit
from app.logs import words_of
from app.mail.sending import Dispatcher
from app.main import make_postbox, standalone_templates
from app.member_file.acts import import_members
from app.member_file.reading import WrongFile, parse_members
from app.portal import Portal, make_portal
from app.private import make_private_folder
from app.settings import Settings
from app.sign_in.acts import account_at
from app.staff_rights import StaffRole
from app.text import counts
from app.text.fields import Email, Input, LastName, OptionalName
from app.web.forms import Form
from db.engine import is_migrated, migrate
from db.migrate import MigrationRefused
from db.models import Company, DemoBase, OutboxMail, VisitKind
from db.seeds import demo, service
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
                await write_demo(session, portal)
    finally:
        await portal.close()


async def write_demo(session: AsyncSession, portal: Portal) -> None:
    """The demo's story, with this portal's keys and rules; the service's part of it with its own acts."""
    session.add(DemoBase(id=1, filled_at=clock.now()))
    # Printed on screen, it needs no slow hash.
    hashed, keyed = await portal.passwords.hashed(PASSWORD), portal.keys.declarant_key
    await demo.add_companies(
        session, keyed=keyed, filled=_all_columns, at_work=at_work, password_hash=hashed, today=clock.today()
    )
    clerk = await account_at(VisitorAccess(portal, session), PERSONAS[-1].email)
    if clerk:
        staff = StaffAccess(portal, session, clerk)
        past = await add_past(staff, clock.now())
        await add_planning(staff, clock.now())
        await add_clinic(staff, clock.now())
        await add_contact(staff, clock.now())
        await add_documents(staff, clock.now())
        await add_contributions(staff, clock.now())
        await add_morning(staff, clock.now())
        await add_invoices(past, clock.now())
        await add_accounts(staff, clock.now())
        await add_mandate(staff, clock.now())


def _all_columns(
    fields: dict[str, str], visits: Sequence[tuple[VisitKind, date, date | None]]
) -> dict[str, Any]:
    return all_columns(fields, [DoneVisit(*visit) for visit in visits])


async def seed_service(settings: Settings, members: int) -> str:
    """A service of that many members beside the demo's story, to measure with: of the demo only."""
    await fill_demo(settings)
    portal = make_portal(settings, bcrypt_cost=4)
    try:
        async with portal.database.transaction(write=True) as session:
            if await session.scalar(
                select(Company.id).where(col(Company.code) == f"{service.FIRST_CODE:05d}")
            ):
                raise CommandRefused("Cette base a déjà son grand service : choisissez un autre dossier.")
            await service.add_service(
                session, members, today=clock.today(), filled=lambda fields: all_columns(fields, []),
                keyed=name_keys,
            )  # fmt: skip
    finally:
        await portal.close()
    return f"{counts.thousands(members)} adhérents ajoutés à la démonstration."


def demo_words(settings: Settings) -> str:
    people = "\n".join(f"    {each.email:<26}{each.words}" for each in PERSONAS)
    letters = "\n".join(f"    code adhérent {code}, n° télédéclarant {number}" for code, number in LETTERS)
    return (
        f"\n  Portail en démonstration : {settings.base_url}\n\n"
        f"  Comptes (mot de passe : {PASSWORD})\n{people}\n\n"
        f"  Courriers pour ouvrir un compte\n{letters}\n\n"
        f"  Courriels : {settings.base_url}/demo/courriels   (Ctrl+C pour arrêter)\n"
    )


async def import_companies(settings: Settings, content: bytes, letters: Path | None, now: datetime) -> str:
    await check_base(settings)
    portal = make_portal(settings, bcrypt_cost=4)
    target = letters or settings.data_dir / f"courriers-{now:%Y%m%d-%H%M%S}.csv"
    try:
        # The numbers drawn are on disk before the commit: afterwards nobody could know them again.
        result = await import_members(portal, parse_members(content), now, letters_to=target)
    except WrongFile as wrong:
        raise CommandRefused("Rien n’a été chargé.\n" + "\n".join(wrong.problems)) from None
    except OSError as error:
        raise CommandRefused(f"Rien n’a été chargé : {target} ne s’écrit pas ({error.strerror}).") from None
    finally:
        await portal.close()
    words = f"{result.created} créés, {result.updated} mis à jour, {result.unchanged} inchangés."
    if result.letters:
        drawn = counts.plural(len(result.letters), "numéro tiré", "numéros tirés")
        words += f"\n{drawn}, à joindre aux courriers : {target}"
    return words


class NewStaff(Input):
    email: Email
    first_name: OptionalName = ""
    last_name: LastName


async def create_staff(settings: Settings, typed: str, first_name: str, last_name: str, now: datetime) -> str:
    """A staff account; its temporary password leaves by mail like anybody's."""
    await check_base(settings)
    last_name = last_name or typed.partition("@")[0]
    form: Form[NewStaff] = Form({"email": typed, "first_name": first_name, "last_name": last_name})
    form.check(NewStaff)
    if form.data is None:
        raise CommandRefused("\n".join(form.errors.values()))
    portal = make_portal(settings, bcrypt_cost=4)
    try:
        async with portal.database.transaction(write=True) as session:
            fields = form.data.model_dump()
            await make_staff(VisitorAccess(portal, session), fields, [StaffRole.DIRECTION], now)
    except Refused as refused:
        raise CommandRefused(refused.message) from None
    finally:
        await portal.close()
    return f"{form.data.email} est gestionnaire du service. Son accès part par courriel."


async def forget_factor(settings: Settings, typed: str, now: datetime) -> str:
    """A lost second factor given back by whoever holds the machine: the direction may be of one person."""
    await check_base(settings)
    portal = make_portal(settings, bcrypt_cost=4)
    try:
        async with portal.database.transaction(write=True) as session:
            access = VisitorAccess(portal, session)
            account = await account_at(access, typed.strip().lower(), held=True)
            if account is None or await factor_of(access, account.key) is None:
                raise CommandRefused(f"{typed} n’a pas de second facteur.")
            await give_back_by_hand(access, account, now)
    finally:
        await portal.close()
    return f"{account.email} installera un autre second facteur à sa prochaine connexion."


async def read_returns(settings: Settings, now: datetime) -> str:
    await check_base(settings)
    if not settings.bounce_box:
        raise CommandRefused("PORTAIL_BOUNCE_BOX manque : aucune boîte de retours n’est connue.")
    portal = make_portal(settings)
    try:
        reading = await read_bounces(portal, now)
    finally:
        await portal.close()
    return (
        f"Courriels revenus : {reading.noted}. Déjà connus ou d’ailleurs : {reading.known}. "
        f"Autres messages, laissés : {reading.left}."
    )


async def send_mail(settings: Settings) -> str:
    await check_base(settings)
    portal = make_portal(settings)
    postbox = make_postbox(settings, portal)
    if postbox is None:
        raise CommandRefused("PORTAIL_SMTP_URL manque : aucun serveur de courrier n’est connu.")
    sent = await Dispatcher(portal, postbox, standalone_templates(settings)).send_due()
    async with portal.database.transaction(write=False) as session:
        waiting = select(func.count(col(OutboxMail.id))).where(col(OutboxMail.sent_at).is_(None))
        left = await VisitorAccess(portal, session).first(waiting)
    await portal.close()
    return f"Courriels partis : {sent}. En attente : {left}."
