"""Attestations of a day: dropped as files, told by their names, looked at, shared."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clinic.rules import Seen, seen_by_name
from db.models import Document, DocumentKind, DroppedPaper, OutboxMail, Visit
from tests.clinic.steps import MONDAY, SHEET
from tests.pages import check
from tests.planning.steps import a_person, a_slot, confirm
from tests.reading import rows

NINE = datetime(2026, 3, 9, 8, tzinfo=UTC)
DAY = f"?centre=1&jour={MONDAY:%d/%m/%Y}"
PAPERS = f"{SHEET}/attestations{DAY}"
SHARE = f"{SHEET}/attestations/partage{DAY}"
PDF = b"%PDF-1.7 une attestation "
LE_GALL = Seen(1, frozenset({"le", "gall"}), "elise", frozenset({"m12", "1"}))
RIOU = Seen(2, frozenset({"riou"}), "elise", frozenset({"2"}))
OTHER_RIOU = Seen(3, frozenset({"riou"}), "marc", frozenset({"3"}))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("LE GALL Élise.pdf", 1),
        ("attestation_le-gall.pdf", 1),
        ("M12.pdf", 1),
        ("Riou Élise.PDF", 2),
        ("riou.pdf", None),
        ("scan0001.pdf", None),
        ("convocation-2026-03-09-3.pdf", 3),
    ],
)
def test_a_name_or_a_number_tells_the_visit(name, told):
    assert seen_by_name(name, [LE_GALL, RIOU, OTHER_RIOU]) == told


@given(st.text(max_size=60))
def test_any_name_tells_one_or_nobody(name):
    assert seen_by_name(name, [LE_GALL, RIOU, OTHER_RIOU]) in {None, 1, 2, 3}


@pytest.fixture
async def seen(clerk, alice, portal, world, time_machine_at):
    """Two people who came."""
    found = []
    for hour, name in enumerate(("LE GALL", "RIOU")):
        person = await a_person(portal, world.site, name)
        slot = await a_slot(portal, world.site, person, NINE + timedelta(hours=hour))
        await confirm(alice, slot)
        found.append(slot)
    time_machine_at.move_to(datetime(2026, 3, 9, 16, tzinfo=UTC))
    await clerk.signed_in(world.clerk)
    await clerk.fill(f"{SHEET}{DAY}", **{f"slot_{each.id}": "venu" for each in found})
    return found


async def drop(clerk, *files):
    token = await clerk.token(PAPERS)
    sent = [("fichier", (name, content, "application/pdf")) for name, content in files]
    return await clerk.post(PAPERS, data={"csrf": token}, files=sent)


async def test_many_are_dropped_at_once_looked_at_and_shared(clerk, portal, seen):
    assert "Attestations de la journée" in (await clerk.get(f"{SHEET}{DAY}")).text
    names = ("LE GALL Élise.pdf", "RIOU.pdf", "scan0001.pdf")
    page = await clerk.follow(await drop(clerk, *((name, PDF + name.encode()) for name in names)))
    check(page)
    papers = await rows(portal, DroppedPaper)
    assert [each.slot_id for each in papers] == [seen[0].id, seen[1].id, None]
    assert not await rows(portal, Document, Document.employee_id.is_not(None))
    first, second, scan = papers
    choices = {f"paper_{first.id}": str(seen[0].id), f"paper_{second.id}": "", f"paper_{scan.id}": "ecarter"}
    check(await clerk.follow(await clerk.fill(SHARE, **choices)))
    (document,) = await rows(portal, Document, Document.employee_id.is_not(None))
    assert (document.kind, document.employee_id) == (DocumentKind.ATTESTATION, seen[0].employee_id)
    (visit,) = await rows(portal, Visit, Visit.notice != "")
    assert visit.notice == "Attestation de suivi"
    assert [each.id for each in await rows(portal, DroppedPaper)] == [second.id]
    assert [each.template for each in await rows(portal, OutboxMail)].count("document_shared") == 1


async def test_the_same_file_twice_is_once(clerk, portal, seen):
    for _ in range(2):
        await drop(clerk, ("RIOU.pdf", PDF))
    assert len(await rows(portal, DroppedPaper)) == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((("a.docx", b"PK"),), "une attestation est un PDF"),
        ((("a.pdf", b"not one"),), "n’est"),
        ((("", b""),), "Choisissez un fichier"),
        ((("a.pdf", PDF + b"0" * 5_000_001),), "dépasse 5 Mo"),
    ],
)
async def test_what_is_no_attestation_is_said_and_nothing_is_kept(clerk, portal, seen, files, words):
    answer = await drop(clerk, *files)
    assert answer.status_code == 422
    check(answer)
    assert words in answer.text
    assert not await rows(portal, DroppedPaper)


async def test_a_visit_of_another_day_is_no_choice(clerk, portal, seen):
    await drop(clerk, ("RIOU.pdf", PDF))
    (paper,) = await rows(portal, DroppedPaper)
    answer = await clerk.fill(SHARE, **{f"paper_{paper.id}": "999"})
    assert "Choisissez une visite de la journée" in answer.text
    assert await rows(portal, DroppedPaper)
