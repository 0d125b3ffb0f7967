"""Several people of the list at once: where they are chosen, and where they leave together."""

from sqlmodel import col

from db.models import Employee
from tests.employees.people import LIST, fields_of
from tests.reading import rows

CHOICE, TOGETHER = f"{LIST}/choix", f"{LIST}/departs"


def led_to(answer):
    """The page of a redirect, whatever it says was done."""
    assert answer.status_code == 303
    return answer.headers["location"].partition("?fait=")[0]


def ids(people):
    return [str(each.id) for each in people]


async def shown(actor, people):
    """The form that lists these people, as a browser would send it."""
    return fields_of((await actor.get(TOGETHER, params={"salarie": ids(people)})).text)


async def leave_on(actor, day, typed):
    token = await actor.token("/mon-compte/mot-de-passe")
    return await actor.post(TOGETHER, data=typed | {"exit_on": day, "csrf": token})


async def by_name(portal, world):
    found = await rows(portal, Employee, col(Employee.company_id) == world.site.id)
    return {each.birth_name: each for each in found}
