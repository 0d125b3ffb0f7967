"""A DSN of a thousand people, as heavy as real ones, and what the portal holds of it."""

import pytest

from db.models import EmployeeImport
from tests.employee_files.files import BRIEUC, NIR, dsn_bytes, dsn_person
from tests.imports.test_routes import compared
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
PAY = [f"S21.G00.81.00{1 + at % 4},'123.45'" for at in range(210)]


async def test_a_thousand_people_are_compared_and_no_pay_is_held(alice, world, portal):
    async with portal.database.transaction(write=True) as session:
        (await session.merge(world.site)).siret = BRIEUC
    people = [[*dsn_person({"002": f"NOM{at}", "018": ""}), *PAY] for at in range(1_000)]
    content = dsn_bytes(*people)
    assert len(content) > 5_500_000
    _, page = await compared(alice, content, "paie.dsn")
    assert "1\u202f000 lignes lues" in page.text
    (row,) = await rows(portal, EmployeeImport, EmployeeImport.company_id == world.site.id)
    held = portal.held_files.get(row.id, row.created_at).content
    assert len(held) < len(content) / 5
    assert NIR.encode() not in held
    assert b"123.45" not in held
