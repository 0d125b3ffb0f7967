"""Attestations leave together, as one archive whose names any system unpacks."""

import io
import zipfile

import pytest

from app.files.zipped import names_in
from db.models import DocumentKind
from tests.documents.steps import DOCUMENTS, PDF, shared
from tests.employees.people import LIST, acting, an_employee

pytestmark = pytest.mark.usefixtures("time_machine_at")
ZIP = f"{DOCUMENTS}/archive/attestation"


def unpacked(answer):
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert "attestation-00010-2.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def test_the_attestations_of_all_or_of_one_person_are_one_archive(app, alice, portal, world):
    elise = await an_employee(portal, world.site)
    other = await an_employee(portal, world.site, birth_name="AUTRE")
    for person in (elise, elise, other):
        await shared(portal, world, employee_id=person.key)
    await shared(portal, world, DocumentKind.APTITUDE, "Avis d’aptitude", employee_id=elise.key)
    mine = "Attestation de suivi - LE GALL Élise"
    of_one = {f"{mine}.pdf": PDF, f"{mine} (2).pdf": PDF}
    assert unpacked(await alice.get(f"{ZIP}?salarie={elise.key}")) == of_one
    assert unpacked(await alice.get(ZIP)) == of_one | {"Attestation de suivi - AUTRE Élise.pdf": PDF}
    assert f'{ZIP}"' in (await alice.get(DOCUMENTS)).text
    assert f'{ZIP}?salarie={elise.key}"' in (await alice.get(f"{LIST}/{elise.key}")).text
    assert ZIP not in (await alice.get(f"{LIST}/{other.key}")).text
    async with acting(app, portal, world.site) as reader:
        assert len(unpacked(await reader.get(ZIP))) == 3
        assert (await reader.get(f"{DOCUMENTS}/archive/aptitude")).status_code == 404


async def test_another_company_has_nothing_of_it(alice, charlie, portal, world):
    person = await an_employee(portal, world.site)
    await shared(portal, world, employee_id=person.key)
    assert (await charlie.get(ZIP)).status_code == 404
    assert (await alice.get(f"{ZIP}?salarie={person.key + 1}")).status_code == 404


def test_names_are_told_apart_and_hold_nothing_that_a_system_refuses():
    titles = [("Avis : A/B", "x.PDF"), ("avis - a-b", "y.pdf"), ("...", "z.png"), ("é" * 300, "w.pdf")]
    assert names_in(titles) == ["Avis - A-B.pdf", "avis - a-b (2).pdf", "document.png", f"{'é' * 100}.pdf"]
