"""A page that only reads: its statements are made once, and SQLite answers them where the request is."""

import pytest

from db import sqlite
from db.engine import LaterSession
from tests.db.test_readers import only_sqlite
from tests.test_pages import SIGNED_IN

# Addresses that still make a statement at each request: what they read depends on what is typed, or is rare.
MADE_ANEW = {
    "/entreprises/choix?code=00010&code=00010-2",
    "/espace/00010/demandes/nouvelle/accident?salarie=1",
    "/espace/00010/demandes/nouvelle/employeur/salaries",
    "/espace/00010/demandes/nouvelle/employeur?salarie=1",
    "/espace/00010/demandes/nouvelle/fin_carriere?salarie=1",
    "/espace/00010/demandes/nouvelle/reprise/salaries?q=brieuc&salarie=1",
    "/espace/00010/demandes/nouvelle/reprise?salarie=1",
    "/espace/00010/demandes/nouvelle/retard/salaries",
    "/espace/00010/documents/archive/csv",
    "/espace/00010/planning/1/autre-date",
    "/espace/00010/planning/1/salarie",
    "/espace/00010/salaries/imports/1",
    "/espace/00010/salaries/imports/1/erreurs/fichier",
    "/espace/00010/salaries/imports/1/lignes/modifies",
    "/espace/00010/utilisateurs/1",
    "/espace/00010/utilisateurs/1/administration",
    "/espace/00010/utilisateurs/1/retrait",
    "/espace/00010/utilisateurs/depart",
    "/mon-compte/mot-de-passe",
}


# A mandate holds its account sealed, in bytes, which JSON does not carry: its pages are read the usual way.
SEALED = {
    "/espace/00010/factures/prelevement",
    "/espace/00010/factures/prelevement/1/pdf",
    "/espace/00010/factures/prelevement/revocation",
    "/espace/00010/factures/prelevement/signature",
}


@pytest.fixture
def dear(portal, monkeypatch):
    """What costs more than the reading: a statement made for this request, a trip to a thread, a session."""
    seen = []
    # A base of 500 companies in a test before may have shown a statement to be long.
    portal.database._readers._plans.clear()

    def noted(owner, name, word):
        usual = getattr(owner, name)

        def watched(*given):
            seen.append(word)
            return usual(*given)

        monkeypatch.setattr(owner, name, watched)

    noted(sqlite.ReadOnlyConnections, "plan_like", "statement")
    noted(sqlite, "in_thread", "trip")
    noted(LaterSession, "__getattr__", "session")
    return seen


@only_sqlite
@pytest.mark.parametrize("path", [path for path in SIGNED_IN if path not in SEALED])
async def test_a_page_makes_no_statement_no_trip_and_no_session(alice, portal, dear, path):
    # While the log of what was written before is copied, a reading may find the file busy: a thread waits.
    if copying := portal.database._copying._task:
        await copying
    await alice.get(path)
    assert set(dear) == ({"statement"} if path in MADE_ANEW else set())
