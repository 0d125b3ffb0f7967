"""What the `portail` command does besides serving."""

import os
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app import clock, formats
from app.access import StaffAccess, VisitorAccess
from app.companies.import_file import WrongFile, parse_members
from app.companies.import_service import import_members
from app.database import is_migrated, migrate
from app.demo.contact_story import tell_contact
from app.demo.contributions_story import tell_contributions
from app.demo.documents_story import tell_documents
from app.demo.invoices_story import tell_invoices
from app.demo.story import tell_planning
from app.dispatcher import Dispatcher
from app.employees.declared import filled
from app.employees.rules import Seen
from app.fields import email_address
from app.logs import words_of
from app.mail import new_seed, queue_mail
from app.main import make_postbox, standalone_templates
from app.passwords import Passwords
from app.portal import Portal, make_portal
from app.settings import Settings
from app.sign_in.service import account_at
from db.migrate import MigrationRefused
from db.models import Account, OutboxMail, StaffMember, VisitKind
from db.seeds import demo
from db.seeds.personas import LETTERS, PASSWORD, PERSONAS


class CommandRefused(Exception):  # noqa: N818
    """One sentence, in French, on why the command did nothing."""


async def migrate_database(settings: Settings) -> None:
    _make_data_dir(settings)
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


async def check_production(settings: Settings) -> None:
    """Refuse to serve a database that is not up to date, or the demo's, whose passwords everybody knows."""
    _make_data_dir(settings)
    if not await is_migrated(settings.database_url):
        raise CommandRefused("La base de données n’est pas à jour : lancez d’abord « portail migrate ».")
    portal = make_portal(settings, bcrypt_cost=4)
    async with portal.database.transaction(write=False) as session:
        if await account_at(VisitorAccess(portal, session), PERSONAS[0].email):
            raise CommandRefused(
                "Cette base contient les comptes de la démonstration : choisissez-en une autre."
            )
    await portal.close()


async def fill_demo(settings: Settings) -> None:
    """Migrate, and tell the demo's story into an empty database; a real one is left alone."""
    await migrate_database(settings)
    portal = make_portal(settings, bcrypt_cost=4)
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        if not await access.first(select(func.count(col(Account.id)))):
            await tell_demo(session, portal)
        elif not await account_at(access, PERSONAS[0].email):
            raise CommandRefused("Cette base contient de vrais comptes : la démonstration ne s’y ouvre pas.")
    await portal.close()


async def tell_demo(session: AsyncSession, portal: Portal) -> None:
    """The demo's story, with this portal's keys and rules; the service's part of it with its own acts."""
    hashed, keyed = await Passwords(portal.keys).hashed(PASSWORD), portal.keys.declarant_key
    await demo.tell(session, keyed=keyed, filled=_filled, password_hash=hashed, today=clock.today())
    clerk = await account_at(VisitorAccess(portal, session), PERSONAS[-1].email)
    if clerk:
        staff = StaffAccess(portal, session, clerk)
        await tell_planning(staff, clock.now())
        await tell_contact(staff, clock.now())
        await tell_documents(staff, clock.now())
        await tell_contributions(staff, clock.now())
        await tell_invoices(staff, clock.now())


def _filled(fields: dict[str, str], visits: Sequence[tuple[VisitKind, date, date | None]]) -> dict[str, Any]:
    return filled(fields, [Seen(*visit) for visit in visits])


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
    await _check_migrated(settings)
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
        drawn = formats.plural(len(result.letters), "numéro tiré", "numéros tirés")
        words += f"\n{drawn}, à joindre aux courriers : {target}"
    return words


async def create_staff(settings: Settings, typed: str, first_name: str, last_name: str, now: datetime) -> str:
    """A staff account; its temporary password leaves by mail like anybody's."""
    await _check_migrated(settings)
    try:
        email = email_address(typed.strip())
    except ValueError as wrong:
        raise CommandRefused(str(wrong)) from None
    portal = make_portal(settings, bcrypt_cost=4)
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        account = await account_at(access, email)
        if account is None:
            account = Account(email=email, first_name="", last_name="", job_title="Service", created_at=now)
            account.first_name, account.last_name = first_name, last_name or email.partition("@")[0]
            access.add(account)
            await access.flush()
        if not await access.first(select(StaffMember).where(StaffMember.account_id == account.key)):
            access.add(StaffMember(account_id=account.key, created_at=now))
        if account.password_hash is None:
            name = settings.service_name
            queue_mail(
                access, "account_created", email, now, account_id=account.key, seed=new_seed(), company=name
            )
    await portal.close()
    return f"{email} est gestionnaire du service. Son accès part par courriel."


async def send_mail(settings: Settings) -> str:
    await _check_migrated(settings)
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


def backup(settings: Settings, file: Path) -> None:
    """A consistent copy through SQLite's own backup: copying the live file would lose acknowledged writes."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise CommandRefused("La base est sous PostgreSQL : sauvegardez-la avec pg_dump.")
    if not Path(url.database).is_file():
        raise CommandRefused(f"Il n’y a pas de base à cette adresse : {url.database}")
    if file.exists():
        raise CommandRefused(f"{file} existe déjà : choisissez un autre nom.")
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    source, target = sqlite3.connect(url.database), sqlite3.connect(file)
    with source, target:
        source.backup(target)
    source.close()
    target.close()


async def _check_migrated(settings: Settings) -> None:
    _make_data_dir(settings)
    if not await is_migrated(settings.database_url):
        raise CommandRefused("La base de données n’est pas à jour : lancez d’abord « portail migrate ».")


def _make_data_dir(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
