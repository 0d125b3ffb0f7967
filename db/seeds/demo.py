"""The story that staff show: a family business with two sites, and an accountant with forty clients."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession
from stdnum import luhn

from db.models import Account, AuditKind, Company, ContactKind
from db.numbers import draw_declarant_number
from db.seeds.personas import LETTERS
from db.seeds.workforce import AtWork, Filled, employ
from db.seeds.world import World

TRADES = (
    "Boulangerie", "Garage", "Menuiserie", "Pharmacie", "Transports", "Librairie", "Maçonnerie", "Fleuriste",
    "Électricité", "Conserverie",
)  # fmt: skip
FAMILIES = ("Le Goff", "Morvan", "Kerléo", "Tanguy")
TOWNS = (("Saint-Brieuc", "22000"), ("Lannion", "22300"), ("Guingamp", "22200"), ("Loudéac", "22600"))


Keyed = Callable[[str, str], str]
OPENED, JOINED = 730, 600  # days ago: the employer's account, the accountant's


async def add_companies(
    session: AsyncSession, *, keyed: Keyed, filled: Filled, at_work: AtWork, password_hash: str, today: date
) -> None:
    """`keyed(code, number)` is what is stored of a n° télédéclarant.

    `password_hash` opens every demo account. `filled` gives the columns of an employee. The service was there
    first; the employer opened its account two years ago, the accountant's clients came since.
    """
    world = World(session, at_work(today - timedelta(days=1100), 8, 45))
    await _the_clerk(world, password_hash)
    sizes = {"00010": 64, "00010-2": 12, "00010-5": 7}
    for company in await _the_employer(world, keyed, password_hash, at_work, today):
        await employ(world, company, sizes[company.code], today=today, filled=filled, at_work=at_work)
    for company in await _the_accountant(world, keyed, password_hash, at_work, today):
        world.now = company.updated_at
        await employ(world, company, 4, today=today, filled=filled, at_work=at_work)


async def _the_clerk(world: World, password_hash: str) -> None:
    clerk = await world.an_account(
        "service@demo.example",
        "Anne",
        "Riou",
        job_title="Gestionnaire des adhérents",
        password_hash=password_hash,
    )
    await world.a_staff_member(clerk)


async def _the_employer(
    world: World, keyed: Keyed, password_hash: str, at_work: AtWork, today: date
) -> list[Company]:
    """A business of Saint-Brieuc with two sites; and a neighbour who has not opened an account yet."""
    letters = dict(LETTERS)
    key = keyed("00010", letters["00010"])
    brieuc = await world.a_company(
        "00010", "Adhérent BRIEUC", key=key, town="Saint-Brieuc", siret="73282932000074", naf="4332A",
        address="12 rue de la Gare", postcode="22000",
    )  # fmt: skip
    paimpol = await world.a_company("00010-2", "Adhérent", key=key, town="Paimpol", postcode="22500")
    dinan = await world.a_company("00010-5", "Adhérent", key=key, town="Dinan", postcode="22100")
    neighbour = keyed("00042", letters["00042"])
    await world.a_company("00042", "Conserverie de la Baie", key=neighbour, town="Paimpol", postcode="22500")
    world.now = at_work(today - timedelta(days=OPENED), 10, 15)
    employer = await world.an_account(
        "employeur@demo.example", "Maëlle", "Brieuc", job_title="Gérante", password_hash=password_hash
    )
    await world.acts_for(employer, brieuc, paimpol, dinan)
    await world.an_event(AuditKind.ACCOUNT_CREATED, employer, brieuc)
    for company in (brieuc, paimpol, dinan):
        await world.an_event(AuditKind.COMPANY_LINKED, employer, company, employer.full_name)
    await _the_team(world, brieuc, paimpol, dinan)
    await world.a_contact(brieuc, ContactKind.SUMMONS, "Maëlle Brieuc", "planning@brieuc.example")
    await world.a_contact(brieuc, ContactKind.BILLING, "Gaël Le Bris", "compta@brieuc.example")
    opened = world.now
    await _the_assistant(world, employer, brieuc, password_hash, lambda days: at_work(today - days, 16, 30))
    world.now = opened
    return [brieuc, paimpol, dinan]


async def _the_assistant(
    world: World, employer: Account, brieuc: Company, password_hash: str, at: Callable[[timedelta], datetime]
) -> None:
    """Invited by the employer, there three days later."""
    roles = ("facturation", "declaration")
    world.now = at(timedelta(days=420))
    about = "gael@brieuc.example : facturation, déclaration"
    await world.an_event(AuditKind.PERSON_INVITED, employer, brieuc, about)
    world.now = at(timedelta(days=417))
    assistant = await world.an_account(
        "gael@brieuc.example", "Gaël", "Le Bris", job_title="Comptable", password_hash=password_hash
    )
    await world.acts_for(assistant, brieuc, roles=roles)
    await world.an_event(AuditKind.ACCOUNT_CREATED, assistant, brieuc)
    await world.an_event(AuditKind.INVITATION_ACCEPTED, assistant, brieuc, assistant.full_name)


async def _the_team(world: World, *companies: Company) -> None:
    """The team that follows them, and the places of visits."""
    team = await world.a_team(
        "Équipe de Saint-Brieuc",
        ("Médecin du travail", "Dr Claire Abgrall"),
        ("Infirmière en santé au travail", "Solenn Prigent"),
        ("Assistante", "Nathalie Hervé"),
        email="equipe.saint-brieuc@service.example",
        phone="+33261910001",
    )
    for company in companies:
        company.team_id = team.id
    await world.a_centre(
        "Centre de Saint-Brieuc", address="4 rue de la Santé", postcode="22000", town="Saint-Brieuc",
        phone="+33261910001", access="Entrée par la cour, deuxième porte à gauche. Parking gratuit.",
    )  # fmt: skip
    await world.a_centre("Centre de Paimpol", address="2 quai Morand", postcode="22500", town="Paimpol")


def _siret(index: int) -> str:
    """Nobody's, with the check digits that each has; one client in ten has not said its own."""
    if index % len(TRADES) == len(TRADES) - 1:
        return ""
    siren = f"9990{index:04d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001{luhn.calc_check_digit(f'{siren}0001')}"


async def _the_accountant(
    world: World, keyed: Keyed, password_hash: str, at_work: AtWork, today: date
) -> list[Company]:
    """A client more every other week; `updated_at`: since when."""
    clients = []
    world.now = at_work(today - timedelta(days=JOINED), 11, 20)
    accountant = await world.an_account(
        "cabinet@demo.example", "Yann", "Kerbrat", job_title="Expert-comptable", password_hash=password_hash
    )
    for index in range(40):
        trade, family = TRADES[index % len(TRADES)], FAMILIES[index // len(TRADES)]
        town, postcode = TOWNS[index % len(TOWNS)]
        code = f"{100 + index * 7:05d}"
        key = keyed(code, draw_declarant_number())
        world.now = at_work(today - timedelta(days=JOINED - 14 * index), 11, 20 + index)
        client = await world.a_company(
            code, f"{trade} {family}", key=key, town=town, postcode=postcode, siret=_siret(index)
        )
        await world.acts_for(accountant, client, third_party=True)
        await world.an_event(AuditKind.COMPANY_LINKED, accountant, client, accountant.full_name)
        clients.append(client)
    return clients
