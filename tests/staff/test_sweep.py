"""Every route of the service × every role × scopes of teams and centres: nothing of another one is shown."""

import io
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

import pytest

from app import clock
from app.planning.rules import midnight
from app.staff_rights import StaffRole
from db.models import CareCentre, ClinicSession, Employee, Professional, VisitKind
from db.seeds.world import World
from tests.actors import Actor
from tests.staff.scopes import a_colleague, another_centre, two_teams
from tests.staff.test_rights import of_the_service
from tests.test_access import everything
from tests.test_matrix import PARTIAL
from tests.world import OURS, THEIRS

REQUESTS = 5_000
NEAR, FAR = "Rade-marque-2b7d", "Large-marque-e41a"
# Of the numbers in an address: one of each company.
NUMBERS = {"1", "2"}


@dataclass(frozen=True)
class Scope:
    """`sees` is shown somewhere to somebody, so that its absence elsewhere says something."""

    teams: tuple[str, ...] = ()
    centres: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


SCOPES = {
    "a team": Scope(teams=(OURS,), sees=(OURS, NEAR, FAR), foreign=(THEIRS,)),
    "the other team": Scope(teams=(THEIRS,), sees=(THEIRS, NEAR, FAR), foreign=(OURS,)),
    "a centre": Scope(centres=(NEAR,), sees=(OURS, THEIRS, NEAR), foreign=(FAR,)),
    "a team at the other centre": Scope((OURS,), (FAR,), sees=(OURS, FAR), foreign=(THEIRS, NEAR)),
}


async def marked_places(portal, world) -> dict[str, int]:
    """Two centres and two teams by their marks. At each centre, today and one day: a session, and somebody
    of each company, seen by somebody who bears the centre's mark.
    """
    far = await another_centre(portal)
    marks = dict(zip((OURS, THEIRS), await two_teams(portal, world), strict=True)) | {NEAR: 1, FAR: far}
    today = midnight(clock.today()) + timedelta(hours=10)
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        for hour, (mark, kind) in enumerate(((NEAR, VisitKind.INTERMEDIATE), (FAR, VisitKind.EMPLOYER))):
            centre = await session.get_one(CareCentre, marks[mark])
            centre.name, centre.address = f"Centre {mark}", f"Quai {mark}"
            person = Professional(name=f"Dr Itinérant {hour}", role="médecin du travail")  # works anywhere
            await seeds.keep(person)
            opens = today + timedelta(hours=hour)
            await seeds.keep(
                ClinicSession(
                    centre_id=centre.key, professional_id=person.key, starts_at=opens,
                    ends_at=opens + timedelta(hours=1), minutes=30, kinds="", room="", created_at=seeds.now,
                )
            )  # fmt: skip
            for company, employee in ((world.ours, world.employee), (world.theirs, world.their_employee)):
                minutes = 0 if company is world.ours else 30
                await seeds.a_slot(
                    company, centre, opens + timedelta(minutes=minutes), professional=f"Dr {mark}",
                    employee_id=employee.key, kind=kind,
                )  # fmt: skip
                (await session.get_one(Employee, employee.key)).due_on = clock.today()
    return marks


def asked_of(app):
    """Requests of the service's routes; whole pages and fragments by turns."""
    headers = cycle(({}, PARTIAL))
    for method, path, _ in of_the_service(app):
        numbers = {part for part in path.split("/") if part.isdigit()}
        if numbers <= NUMBERS:
            yield method, path, next(headers)


def told_by(answer) -> str:
    """The words of an answer, of a spreadsheet too."""
    words = answer.text + str(answer.headers)
    if answer.content.startswith(b"PK"):
        book = zipfile.ZipFile(io.BytesIO(answer.content))
        words += "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return words


@pytest.mark.sweep
@pytest.mark.parametrize("name", SCOPES)
async def test_nothing_of_another_scope_is_ever_shown(app, world, portal, name):
    scope, asked, seen = SCOPES[name], 0, set()
    marks = await marked_places(portal, world)
    places = {"teams": [marks[each] for each in scope.teams], "centres": [marks[e] for e in scope.centres]}
    for role in StaffRole:
        async with Actor(app) as actor:
            await a_colleague(actor, portal, [role], **places)
            token = await actor.token("/deconnexion")
            before = await everything(portal)
            for method, path, headers in asked_of(app):
                fields = {"data": {"csrf": "faux" + token}} if method == "POST" else {}
                answer = await actor.request(method, path, headers=headers, **fields)
                words, asked = told_by(answer), asked + 1
                assert answer.status_code < 500, f"{role}: {method} {path}"
                leaked = [mark for mark in scope.foreign if mark in words]
                assert not leaked, f"{role}, {name}: {method} {path} shows {leaked}"
                seen |= {mark for mark in scope.sees if mark in words}
            assert await everything(portal) == before
    assert seen == set(scope.sees), "a mark that nobody sees proves nothing"
    assert asked * len(SCOPES) >= REQUESTS, asked
