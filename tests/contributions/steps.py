"""A declaration of the site for 2026, step by step as a browser sends it."""

from datetime import date

from sqlmodel import select, update

from db.models import AnnualDeclaration, Tariff
from tests.employees.people import an_employee, as_shown
from tests.reading import rows

YEAR = "/espace/00010-2/cotisation/2026"
FLAT = {"kind": "flat", "cents": 11_600}
CONTACT = {
    "contact_name": "Gaël Le Bris", "contact_email": "compta@ours.example", "contact_phone": "02 96 00 00 22",
}  # fmt: skip


async def some_employees(portal, company, number=3, **declared):
    return [
        await an_employee(portal, company, **{"birth_name": f"LE GALL{chr(65 + place)}"} | declared)
        for place in range(number)
    ]


async def declare(actor, path=YEAR):
    """The three steps, when nobody is in doubt; the recap."""
    await actor.fill(f"{path}/entreprise", **CONTACT)
    await actor.fill(f"{path}/salaries", **await as_shown(actor, f"{path}/salaries"))
    return await actor.follow(await actor.fill(f"{path}/postes", checked="oui"))


async def validate(actor, path=YEAR, **more):
    return await actor.fill(f"{path}/validation", **await as_shown(actor, f"{path}/validation") | more)


async def the_declaration(portal, company, year=2026) -> AnnualDeclaration | None:
    found = await rows(
        portal, AnnualDeclaration, AnnualDeclaration.company_id == company.id, AnnualDeclaration.year == year
    )
    return found[0] if found else None


async def close(portal, last_day=date(2026, 2, 15)):
    await _change_tariff(portal, lambda _: {"closes_on": last_day})


async def charge(portal, **rules):
    """Another tariff for 2026, whatever was declared already."""
    await _change_tariff(portal, lambda tariff: {"rules": {**tariff.rules, **rules}})


async def _change_tariff(portal, changed):
    async with portal.database.transaction(write=True) as session:
        tariff = (await session.exec(select(Tariff).where(Tariff.year == 2026))).one()
        await session.exec(update(Tariff).where(Tariff.id == tariff.id).values(changed(tariff)))
