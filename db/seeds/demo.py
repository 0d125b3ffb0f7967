"""The story that staff show: a family business with two sites, and an accountant with forty clients.

Employees are drawn once, always the same; their dates are counted back from today.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from stdnum import luhn

from db.models import Account, AuditKind, Company, ContactKind, VisitKind
from db.numbers import draw_declarant_number
from db.seeds.personas import LETTERS
from db.seeds.world import World

# (declared fields, visits) → the columns of an employee: the rules are the portal's, not the story's.
Filled = Callable[[dict[str, str], Sequence[tuple[VisitKind, date, date | None]]], dict[str, Any]]

NAMES = (
    "Le Gall", "Morvan", "Guillou", "Tanguy", "Kerbrat", "Le Roux", "Prigent", "Abgrall", "Madec", "Cadiou",
    "Le Goff", "Rolland", "Hamon", "Jaouen", "Riou", "Salaün", "Thomas", "Nédélec", "Quéré", "Bothorel",
)  # fmt: skip
FIRST_NAMES = (
    ("Anne", "F"), ("Yann", "M"), ("Solenn", "F"), ("Erwan", "M"), ("Nolwenn", "F"), ("Gwenaël", "M"),
    ("Élodie", "F"), ("Loïc", "M"), ("Maëlle", "F"), ("Ronan", "M"), ("Aïcha", "F"), ("Mathieu", "M"),
)  # fmt: skip
# Job, PCS-ESE, risks.
JOBS = (
    ("Menuisier poseur", "632d", ""), ("Couvreur", "632e", "ECHAFAUDAGE"), ("Peintre", "632g", "CMR"),
    ("Secrétaire", "542a", ""), ("Comptable", "543b", ""), ("Chef de chantier", "481a", ""),
    ("Conducteur d’engins", "651a", ""), ("Désamiantage, opérateur", "681a", "AMIANTE"),
    ("Gardien de nuit", "534a", "NUIT"), ("Commercial", "463c", ""), ("Électricien", "632b", ""),
    ("Magasinier", "653a", ""), ("Agent d’entretien", "684a", "BIO2"),
)  # fmt: skip


# A day, an hour, a minute → that instant of the last working day up to then.
AtWork = Callable[..., datetime]


async def employ(
    world: World, company: Company, number: int, today: date, filled: Filled, at_work: AtWork
) -> None:
    """As many people as asked for; the same company always gets the same ones."""
    draw = Random(company.code)  # noqa: S311 - a story, not a secret
    drawn = [_somebody(draw, index, today) for index in range(number)]
    seen = [[(kind, at_work(on).date(), next_on) for kind, on, next_on in visits] for _, visits in drawn]
    columns = [filled(fields, visits) for (fields, _), visits in zip(drawn, seen, strict=True)]
    people = [world.employee_of(company, each) for each in columns]
    await world.keep(*people)
    held = [
        world.visit_of(
            employee, kind, done_on, next_on=next_on, professional="Dr Claire Abgrall",
            place="Centre de Saint-Brieuc",
            notice="attestation de suivi" if "vip" in kind else "avis d’aptitude",
        )
        for employee, visits in zip(people, seen, strict=True)
        for kind, done_on, next_on in visits
    ]  # fmt: skip
    await world.keep(*held)


def _somebody(
    draw: Random, index: int, today: date
) -> tuple[dict[str, str], list[tuple[VisitKind, date, date | None]]]:
    first_names, sex = draw.choice(FIRST_NAMES)
    job_title, pcs, risks = JOBS[index % len(JOBS)]
    entry = today - timedelta(
        days=draw.choice((20, 75, 140, 400, 900, 1500, 2200, 3000)) + draw.randrange(60)
    )
    fields = {
        "staff_number": f"M{index + 101}",
        "birth_name": draw.choice(NAMES).upper(),
        "first_names": first_names,
        "sex": sex,
        "birth_on": (today - timedelta(days=draw.randrange(20 * 365, 60 * 365))).isoformat(),
        "entry_on": entry.isoformat(),
        "contract": "cdi",
        "job_title": job_title,
        "pcs": pcs,
        "risks": risks,
    }
    _variety(fields, index, today, draw)
    return fields, _visits(draw, "SIR" if risks in {"ECHAFAUDAGE", "CMR", "AMIANTE"} else "", entry, today)


def _variety(fields: dict[str, str], index: int, today: date, draw: Random) -> None:
    """Every state that the list can show."""
    if index % 11 == 3:
        fields |= {
            "contract": "cdd",
            "contract_ends_on": (today + timedelta(days=draw.randrange(-20, 90))).isoformat(),
        }
    if index % 13 == 5:
        fields |= {"exit_on": (today - timedelta(days=draw.randrange(1, 18))).isoformat()}
    if index % 17 == 6:
        fields |= {"contract": "apprentissage", "birth_on": (today - timedelta(days=17 * 365)).isoformat()}
        fields |= {"entry_on": (today - timedelta(days=40)).isoformat()}
    if index % 6 == 0:
        fields["driving_until"] = (today + timedelta(days=draw.randrange(-30, 900))).isoformat()
    if fields["sex"] == "F" and index % 4 == 1:
        fields["usual_name"] = draw.choice(NAMES).upper()


def _visits(draw: Random, kind: str, entry: date, today: date) -> list[tuple[VisitKind, date, date | None]]:
    """First visit after two months, then every four or five years; every two under a reinforced follow-up."""
    kinds = [VisitKind.VIP_INITIAL, VisitKind.VIP, VisitKind.VIP]
    if kind == "SIR":
        kinds = [VisitKind.EXAM_HIRING, VisitKind.INTERMEDIATE, VisitKind.EXAM]
    day = entry - timedelta(days=5) if kind == "SIR" else entry + timedelta(days=draw.randrange(30, 85))
    visits: list[tuple[VisitKind, date, date | None]] = []
    while day < today:
        after_first = 1 + (len(visits) - 1) % 2
        visits.append((kinds[after_first if visits else 0], day, None))
        day += timedelta(days=draw.randrange(680, 760) if kind == "SIR" else draw.randrange(1500, 1900))
    return visits


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
