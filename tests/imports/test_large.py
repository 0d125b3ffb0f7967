"""A DSN of a thousand people, as heavy as real ones, and what the portal holds of it."""

import asyncio

import pytest
from sqlmodel import select

from app.access import VisitorAccess
from app.employee_files.dsn import Sieve
from app.web.uploads import PIECE
from db.models import EmployeeImport, SentFile
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
    async with portal.database.transaction(write=False) as session:
        file = await portal.held_files.get(
            VisitorAccess(portal, session), row.id, row.account_id, row.created_at
        )
        (sealed,) = (await session.exec(select(SentFile.sealed))).all()
    held = file.content
    assert held[:100] not in sealed
    assert len(held) < len(content) / 5
    assert NIR.encode() not in held
    assert b"123.45" not in held


async def test_others_have_their_turn_between_two_pieces_of_a_payroll(alice, world, monkeypatch):
    turns, pieces, sift = [0], [], Sieve.feed

    def feed(sieve, piece, *, is_last=False):
        pieces.append((len(piece), turns[0]))
        return sift(sieve, piece, is_last=is_last)

    async def others():
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(Sieve, "feed", feed)
    beside = asyncio.create_task(others())
    await compared(alice, dsn_bytes(*[[*dsn_person({}), *PAY] for _ in range(100)]), "paie.dsn")
    beside.cancel()
    sizes, at = zip(*pieces[:-1], strict=True)  # The last one is the end of the file, which has no bytes.
    assert len(sizes) > 10
    assert max(sizes) < 2 * PIECE
    assert len(set(at)) == len(at)
