"""10 000 companies, 200 000 employees: one company has 10 000 of them, one has 10, the others 19 each."""

import random
from datetime import date, timedelta

from sqlalchemy import insert, select
from sqlmodel import col

from app.text.search import folded
from db.models import NEVER, Company, Contract, Employee, Membership, Monitoring

COMPANIES, EMPLOYEES = 10_000, 200_000
LARGE, SMALL = "00010", "00042"
IN_LARGE, IN_SMALL = 10_000, 10
CHUNK = 20_000
NAMES = (
    "Le Bris", "Martin", "Le Goff", "Durand", "Kerdoncuff", "Petit", "Guillou", "Thomas", "Le Gall", "Morvan",
    "Riou", "Tanguy", "Hamon", "Corre", "Jégou", "Prigent", "Salaün", "Le Roux", "Quéré", "Rolland",
)  # fmt: skip
FIRST_NAMES = ("Anne", "Yann", "Maëlle", "Loïc", "Gwenaëlle", "Erwan", "Nolwenn", "Tristan", "Zoé", "Émile")
JOBS = (
    "Comptable",
    "Cariste",
    "Soudeur",
    "Aide-soignante",
    "Chauffeur poids lourd",
    "Vendeuse en boulangerie",
)
# The beginning of a name that one in twenty has, of one that two or three have, and of nobody's.
COMMON, RARE, NOBODY = "guil", "k123", "zzyzx"


async def fill(portal, told) -> None:
    """The rows, and Alice's right to the small company too."""
    chance = random.Random(2026)
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        now = told.ours.created_at
        codes = [f"{number:05d}" for number in range(20_000, 20_000 + COMPANIES)]
        await connection.execute(insert(Company), [_company(code, now) for code in codes])
        mine = {"account_id": told.alice.key, "company_id": told.theirs.key, "roles": ["administrateur"]}
        await connection.execute(insert(Membership), [mine | {"third_party": False, "created_at": now}])
        first = (
            await connection.execute(select(col(Company.id)).where(col(Company.code) == codes[0]))
        ).scalar_one()
        left = EMPLOYEES - IN_LARGE - IN_SMALL
        owners = [told.ours.key] * IN_LARGE + [told.theirs.key] * IN_SMALL
        owners += [first + number % COMPANIES for number in range(left)]
        for start in range(0, len(owners), CHUNK):
            rows = [_employee(chance, owner, now) for owner in owners[start : start + CHUNK]]
            await connection.execute(insert(Employee), rows)
        await connection.exec_driver_sql("ANALYZE")


def _company(code, now):
    return {
        "code": code, "member_code": code, "name": f"Entreprise {code}", "town": "Dinan", "siret": "",
        "address": "", "postcode": "", "naf": "", "email": "", "phone": "", "naf_version": "",
        "declarant_key": "-" * 64,
        "created_at": now, "updated_at": now,
    }  # fmt: skip


def _employee(chance, company_id, now):
    name, first, job = chance.choice(NAMES), chance.choice(FIRST_NAMES), chance.choice(JOBS)
    name = f"{name} {chance.choice('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}{chance.randrange(1000):03d}"
    entry_on = date(2026, 1, 5) - timedelta(days=chance.randrange(8000))
    return {
        "company_id": company_id, "birth_name": name, "first_names": first, "sex": "", "job_title": job,
        "birth_on": date(1965, 1, 1) + timedelta(days=chance.randrange(14_000)), "entry_on": entry_on,
        "contract": Contract.CDI, "monitoring": chance.choice(list(Monitoring)),
        "sort_key": folded(f"{name} {first}"), "search_key": f" {folded(f'{name} {first} {job}')}",
        "last_visit_on": entry_on + timedelta(days=60), "created_at": now, "updated_at": now, "version": 1,
        "due_on": NEVER if chance.random() < 0.05 else entry_on + timedelta(days=60 + 1825),
        "staff_number": "", "usual_name": "", "email": "", "phone": "", "pcs": "", "part_time": False,
        "risks": "", "post_reason": "",
    }  # fmt: skip
