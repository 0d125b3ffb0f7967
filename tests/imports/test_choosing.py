"""Which lines of a file are taken: one by one, a page after the other, or all of them."""

import re

import pytest

from db.models import Employee, ImportLine
from tests.imports.test_routes import ZOE, compared, csv
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_each_line_is_chosen_or_left(alice, world, portal):
    place, _ = await compared(alice, csv(ZOE, "9;RIOU;Luc;01/01/1980;01/02/2026;CDI;Maçon;"))
    lines = await rows(portal, ImportLine, ImportLine.company_id == world.site.id)
    shown = ",".join(str(each.id) for each in lines)
    keep = {f"line_{lines[1].id}": "apply"}
    kept = await alice.follow(await alice.fill(f"{place}/lignes/nouveaux", shown=shown, tous="", **keep))
    assert "Votre choix est gardé." in kept.text
    assert "Appliquer 1 changement" in (await alice.get(place)).text
    await alice.fill(f"{place}/lignes/nouveaux", shown=shown, tous="aucun")
    assert "Aucune ligne n’est choisie" in (await alice.fill(place)).text
    await alice.fill(f"{place}/lignes/nouveaux", shown=shown, tous="tous")
    await alice.fill(place)
    assert len(await rows(portal, Employee, Employee.company_id == world.site.id)) == 2


async def test_what_is_ticked_on_a_page_is_kept_by_going_on_to_the_next(alice, world, portal):
    names = (f"NOM{chr(65 + at // 26)}{chr(65 + at % 26)}" for at in range(60))
    place, page = await compared(
        alice, csv(*(f"{at};{name};Luc;01/01/1980;01/02/2026;CDI;Maçon;" for at, name in enumerate(names)))
    )
    assert "Appliquer 60 changements" in page.text
    path = f"{place}/lignes/nouveaux"
    first = await alice.get(path)
    assert "Lignes suivantes" not in first.text
    (shown,) = re.findall(r'name="shown" value="([\d,]+)"', first.text)
    (last,) = re.findall(r'name="suite" value="(\d+)"', first.text)
    assert shown.endswith(last)
    answer = await alice.fill(path, shown=shown, tous="", suite=last, page="1")
    second = await alice.follow(answer)
    assert "Votre choix est gardé." in second.text
    assert "10 lignes, page 2" in second.text
    assert 'name="suite"' not in second.text
    assert "Appliquer 10 changements" in (await alice.get(place)).text
    await alice.fill(place)
    after = await alice.follow(await alice.fill(path, shown=shown, tous="tous", suite=last, page="1"))
    assert "Import appliqué" in after.text
    assert "Votre choix" not in after.text
