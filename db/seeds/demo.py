"""The story that staff show: a family business with two sites, and an accountant with forty clients."""

from collections.abc import Callable
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Company, ContactKind
from db.numbers import draw_declarant_number
from db.seeds.personas import LETTERS
from db.seeds.workforce import Filled, employ
from db.seeds.world import World

TRADES = (
    "Boulangerie", "Garage", "Menuiserie", "Pharmacie", "Transports", "Librairie", "Maçonnerie", "Fleuriste",
    "Électricité", "Conserverie",
)  # fmt: skip
FAMILIES = ("Le Goff", "Morvan", "Kerléo", "Tanguy")
TOWNS = (("Saint-Brieuc", "22000"), ("Lannion", "22300"), ("Guingamp", "22200"), ("Loudéac", "22600"))


Keyed = Callable[[str, str], str]


async def tell(
    session: AsyncSession, *, keyed: Keyed, filled: Filled, password_hash: str, today: date
) -> None:
    """`keyed(code, number)` is what is stored of a n° télédéclarant.

    `password_hash` opens every demo account. `filled` gives the columns of an employee.
    """
    world = World(session)
    companies = await _the_employer(world, keyed, password_hash)
    companies += await _the_accountant(world, keyed, password_hash)
    sizes = {"00010": 64, "00010-2": 12, "00010-5": 7}
    for company in companies:
        await employ(world, company, sizes.get(company.code, 4), today, filled)
    clerk = await world.an_account(
        "service@demo.example",
        "Anne",
        "Riou",
        job_title="Gestionnaire des adhérents",
        password_hash=password_hash,
    )
    await world.a_staff_member(clerk)


async def _the_employer(world: World, keyed: Keyed, password_hash: str) -> list[Company]:
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
    employer = await world.an_account(
        "employeur@demo.example", "Maëlle", "Brieuc", job_title="Gérante", password_hash=password_hash
    )
    await world.acts_for(employer, brieuc, paimpol, dinan)
    await _the_team(world, brieuc, paimpol, dinan)
    await world.a_contact(brieuc, ContactKind.SUMMONS, "Maëlle Brieuc", "planning@brieuc.example")
    await world.a_contact(brieuc, ContactKind.BILLING, "Gaël Le Bris", "compta@brieuc.example")
    assistant = await world.an_account(
        "gael@brieuc.example", "Gaël", "Le Bris", job_title="Comptable", password_hash=password_hash
    )
    await world.acts_for(assistant, brieuc, roles=("facturation", "declaration"))
    return [brieuc, paimpol, dinan]


async def _the_team(world: World, *companies: Company) -> None:
    """Who follows them, and where visits take place."""
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


async def _the_accountant(world: World, keyed: Keyed, password_hash: str) -> list[Company]:
    clients = []
    accountant = await world.an_account(
        "cabinet@demo.example", "Yann", "Kerbrat", job_title="Expert-comptable", password_hash=password_hash
    )
    for index in range(40):
        trade, family = TRADES[index % len(TRADES)], FAMILIES[index // len(TRADES)]
        town, postcode = TOWNS[index % len(TOWNS)]
        code = f"{100 + index * 7:05d}"
        key = keyed(code, draw_declarant_number())
        client = await world.a_company(code, f"{trade} {family}", key=key, town=town, postcode=postcode)
        await world.acts_for(accountant, client, third_party=True)
        clients.append(client)
    return clients
