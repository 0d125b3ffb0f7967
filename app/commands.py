"""Work of the `portail` command besides serving: loaded when one of its commands is typed."""

from datetime import datetime
from pathlib import Path

from sqlmodel import col, func, select

from app import clock
from app.access import VisitorAccess
from app.bounces.acts import read_bounces
from app.colleagues.staff import make_staff
from app.employees.declared import all_columns, name_keys
from app.errors import CommandRefused, Refused
from app.factors.acts import factor_of, give_back_by_hand
from app.mail.sending import Dispatcher
from app.main import make_postbox, standalone_templates
from app.member_file.acts import import_members
from app.member_file.reading import WrongFile, parse_members
from app.portal import make_portal
from app.settings import Settings
from app.sign_in.acts import account_at
from app.staff_rights import StaffRole
from app.starting import check_base, fill_demo
from app.text import counts
from app.text.fields import Email, Input, LastName, OptionalName
from app.web.forms import Form
from db.models import Company, OutboxMail
from db.seeds import service


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
