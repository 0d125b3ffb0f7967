"""A declaration filled as a browser would: Yann, a welder, exposed to nothing."""

from db.models import Employee
from tests.employees.people import LIST
from tests.reading import rows

NEW = f"{LIST}/declaration"
WHO, POST, WORK = (f"{NEW}/{step}" for step in ("identite", "poste", "expositions"))
YANN = {"birth_name": "KERBRAT", "first_names": "Yann", "birth_on": "14/07/1992", "sex": "M"}
JOB = {"entry_on": "16/03/2026", "contract": "cdi", "job_title": "Soudeur", "asked": "Soudeur", "pcs": "623e"}
NOTHING = {"expositions": "oui"}


async def three_steps(actor, who=YANN, job=JOB, work=NOTHING):
    """The answer to the third."""
    for path, fields in ((WHO, who), (POST, job), (WORK, work)):
        answer = await actor.fill(path, **fields)
    return answer


async def ours(portal, world):
    return await rows(portal, Employee, Employee.company_id == world.site.id)
