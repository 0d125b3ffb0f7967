"""Pages of many years: each is read from an index in its order, whatever lies before and after it."""

import pytest

from tests.db.test_readers import only_sqlite
from tests.statements import watched

LISTS = (
    "/historique", "/planning/passees", "/planning/passees?avant=2026-03-01_7", "/demandes",
    "/demandes?etat=encours", "/demandes?etat=lire", "/documents", "/contact",
)  # fmt: skip


@only_sqlite
@pytest.mark.parametrize("path", LISTS)
async def test_a_list_is_not_sorted(alice, portal, path):
    asked = []
    with watched(portal, lambda _c, _cursor, words, given, *_: asked.append((words, given))):
        assert (await alice.get(f"/espace/00010{path}")).status_code == 200
    async with portal.database.transaction(write=False) as session:
        connection = await session.connection()
        for words, given in asked:
            if words.startswith("SELECT json_group_array"):
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", tuple(given))
                assert [step for *_, step in plan.all() if "TEMP B-TREE" in step] == [], words
