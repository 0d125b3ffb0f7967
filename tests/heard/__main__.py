"""`python -m tests.heard`: walks through the portal in Firefox, and what Orca says at each step.

Outside the suite: it needs Debian's orca, firefox-esr (in French: firefox-esr-l10n-fr, and the locale),
at-spi2-core, dbus-x11, xvfb, openbox and xdotool, and somebody who reads what it writes.
`python -m tests.heard planning list` takes two of the walks.
"""

import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from app import clock
from app.portal import Portal
from db.seeds.world import World
from tests.bench.served import portal_served
from tests.browser.test_heard import FAR
from tests.contributions.steps import some_employees
from tests.employees.people import put
from tests.heard.ear import Ear, listening
from tests.planning.steps import a_person, a_slot
from tests.world import PASSWORD, TwoCompanies

NEEDED = ("orca", "firefox-esr", "dbus-run-session", "Xvfb", "openbox", "xdotool")
LIST, SITE = "/espace/00010/salaries", "/espace/00010-2"
WEEK, NEXT_WEEK = (f"{SITE}/planning?semaine=2099-W{number}" for number in (10, 11))
PEOPLE = "/espace/00010/demandes/nouvelle/employeur/salaries"
NEARLY_OVER = (
    "UPDATE accountsession SET created_at = strftime('%Y-%m-%d %H:%M:%f000', 'now', '-43020 seconds')"
)
# As if a worker read it: at its start the server gave up what nobody reads.
READ = "sql UPDATE employeeimport SET state = 'reading', touched_at = datetime('now'), rows_read ="
# By walk: what a step is, the acts before it that nobody listens to, and the acts that are heard.
WALKS: dict[str, list[tuple[str, list[str], list[str]]]] = {
    "sign-in": [
        ("the page", [], ["go /connexion"]),
        ("after the skip link", ["at Aller au contenu"], ["key Return", "wait 3", "key Tab"]),
        ("a wrong address", ["go /connexion", "at Votre adresse"], ["type alice@", "key Return"]),
        ("back to the field", [], ["key Tab", "key Return"]),
        ("a right address", [], ["key ctrl+a", "type alice@ours.example", "key Return"]),
        ("a wrong password", [], ["type none", "key Return"]),
        ("the password", ["at Mot de passe"], [f"type {PASSWORD}", "key Return"]),
    ],
    "list": [
        ("a search that finds nobody", [f"go {LIST}", "at Nom, poste"], ["type zzz"]),
        ("the search cleared", [], ["key ctrl+a", "key Delete"]),
        ("the next page", [f"go {LIST}", "at Salariés suivants"], ["key Return"]),
        ("the page after", ["at Salariés suivants"], ["key Return"]),
        ("another company", [f"go {LIST}", "at Entreprise"], ["key Down", "key Tab", "key Return"]),
    ],
    "planning": [
        ("confirming", [f"go {WEEK}", "at Confirmer"], ["key Return"]),
        ("the ways to change it", ["at Modifier"], ["key Return"]),
        ("the form of an absence", ["at Rendre ce rendez-vous"], ["key Return"]),
        ("an absence without a reason", ["at Rendre au service"], ["key Return"]),
        ("nothing is changed", ["at Ne rien changer"], ["key Return"]),
        ("one that is near", [f"go {SITE}/planning", "at Confirmer"], ["key Return"]),
        ("what it costs to change it", ["at Modifier"], ["key Return"]),
        ("the next month", [f"go {SITE}/planning/mois?mois=2099-03", "at Mois suivant"], ["key Return"]),
    ],
    "alerts": [
        (
            "somebody was quicker",
            [f"go {NEXT_WEEK}", "at Confirmer", "sql UPDATE slot SET sequence = sequence + 1"],
            ["key Return"],
        ),
        ("what is gone", ["at Modifier", "sql DELETE FROM slot"], ["key Return"]),
        ("nobody chosen", [f"go {PEOPLE}", "at Continuer"], ["key Return"]),
    ],
    "declaration": [
        ("the first step", [], [f"go {SITE}/cotisation/2026/entreprise"]),
        ("the second step", ["at Enregistrer"], ["key Return"]),
        ("the second step refused", ["at Enregistrer"], ["key Return"]),
    ],
    "import": [
        ("a file is read", [f"{READ} 10, rows_total = 4000"], [f"go {LIST}/imports/1"]),
        ("a fifth is read", ["at Actualiser"], [f"{READ} 800", "wait 3"]),
        ("half is read", [], [f"{READ} 2100", "wait 3"]),
        ("some lines more", [], [f"{READ} 2200", "wait 3"]),
    ],
    "end": [
        (
            "the twelve hours are nearly over",
            [f"sql {NEARLY_OVER}"],
            ["go /mon-compte", "wait 75"],
        ),
    ],
}


def main() -> None:
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        sys.exit(f"Il manque : {', '.join(missing)}")
    if "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        os.execvp("dbus-run-session", ["dbus-run-session", "--", sys.executable, *sys.orig_argv[1:]])
    with (
        TemporaryDirectory(prefix="portail-heard-") as folder,
        portal_served(fill) as portal,
        listening(Path(folder), portal) as ear,
    ):
        for name in sys.argv[1:] or WALKS:
            walk(ear, name)


def walk(ear: Ear, name: str) -> None:
    if name != "sign-in":
        ear.sign_in()
    for words, before, acts in WALKS[name]:
        ear.prepare(before)
        print(f"== {name}: {words}", flush=True)
        for spoken in ear.hear(acts):
            print(f"   {spoken}", flush=True)


async def fill(portal: Portal, world: TwoCompanies) -> None:
    """Appointments of the site, two of them far and one too near to be given back free of charge; somebody
    of whom the declaration doubts; and a list of four pages.
    """
    await a_slot(portal, world.site, await a_person(portal, world.site), FAR)
    await a_slot(portal, world.site, await a_person(portal, world.site, "RIOU"), FAR + timedelta(days=7))
    near = (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    await a_slot(portal, world.site, await a_person(portal, world.site, "MORVAN"), near)
    await some_employees(portal, world.site, 1, birth_name="PATRON", contract="mandat")
    async with portal.database.transaction(write=True) as session:
        for number in range(80):
            await put(World(session), world.ours, birth_name=f"GUILLOU-{number:02}")


if __name__ == "__main__":
    main()
