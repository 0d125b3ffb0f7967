"""Apply the periods again and again, killed one statement later each time, until a night comes to its end.

    python -m tests.retention.killing SETTINGS NIGHT [STEP]

After each kill, whoever is not anonymous is whole, and whoever is says nothing any more. Prints the number of
kills. Its own process: it forks, and what is killed is killed as `kill -9` does it.
"""

import asyncio
import sys
from datetime import datetime, timedelta

from app import clock
from app.portal import make_portal
from app.retention import acts
from app.settings import Settings
from db.models import AuditEvent, Employee, EmployeeChange, RequestMessage
from tests.killing import killed_at
from tests.reading import rows


def main(settings: Settings, night: datetime, step: int) -> None:
    acts.PORTION, kills = 2, 0
    while killed_at(1 + kills * step, lambda: asyncio.run(_night(settings, night))):
        kills += 1
        asyncio.run(check(settings))
    asyncio.run(check(settings))
    print(kills)


async def _night(settings: Settings, night: datetime) -> None:
    portal = make_portal(settings, bcrypt_cost=4)
    await acts.apply_periods(portal, night, clock.now() + timedelta(hours=1))
    await portal.close()


async def check(settings: Settings) -> None:
    portal = make_portal(settings, bcrypt_cost=4)
    people = await rows(portal, Employee, Employee.exit_on.is_not(None))
    changes = {each.employee_id: each for each in await rows(portal, EmployeeChange)}
    messages = len(await rows(portal, RequestMessage, RequestMessage.token == "jeton"))
    named = [each for each in people if not each.anonymised_at]
    for each in people:
        assert bool(each.search_key) is (each in named)
        # A line of its own empties the values of before; the name goes with the person.
        assert (changes[each.key].about != "Personne rendue anonyme") is (each in named)
    assert messages in {len(named), 0}
    proofs = await rows(portal, AuditEvent, AuditEvent.about.startswith("Salariés sortis"))
    counted = sum(int(each.about.split(" : ")[1].split()[0]) for each in proofs)
    assert counted == len(people) - len(named), "each portion has its proof, and no proof lacks its portion"
    await portal.close()


if __name__ == "__main__":
    main(
        Settings.model_validate_json(sys.argv[1]), datetime.fromisoformat(sys.argv[2]),
        int(sys.argv[3]) if len(sys.argv) > 3 else 1,
    )  # fmt: skip
