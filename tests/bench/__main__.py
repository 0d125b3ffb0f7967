"""What the portal weighs and how fast it answers, in one table. Figures are ratios, measured side by side.

    python -m tests.bench [--quick] [weight] [rate] [storm] [guesses] [timing] [employees]

Without a name, all five in less than seven minutes, timing being quick.
"""

import argparse
import os
import sys
import time

from tests.bench import (
    batches,
    beside,
    calendars,
    call,
    calls_killed,
    contributions,
    crowd,
    documents,
    employees,
    growth,
    guesses,
    import_turns,
    imports,
    mail,
    member_import,
    night,
    pages,
    peers,
    rate,
    resident,
    searching,
    service,
    sides,
    storm,
    timing,
    under_load,
    weight,
    writes,
)
from tests.bench.table import shown

PARTS = {
    "weight": ("Bytes, as a browser fetches them", weight.lines),
    "rate": ("Requests a second", rate.lines),
    "pages": ("Private pages, against a bare handler and the build of before", pages.lines),
    "peers": ("Home and list, against FastAPI and Django", peers.lines),
    "growth": ("Private pages, where everything is many", growth.lines),
    "storm": ("While passwords are guessed", storm.lines),
    "guesses": ("A known browser among guessers", guesses.lines),
    "crowd": ("A crowd", crowd.lines),
    "employees": ("The list of employees, in a base of 200 000", employees.lines),
    "searching": ("The service's search, over 1.1 million employees", searching.lines),
    "service": ("A service at work", service.lines),
    "load": ("A large service under load, against the build of before", under_load.lines),
    "writes": ("Forms of 32 people at once, against the build of before", writes.lines),
    "imports": ("A file of 5 000 people", imports.lines),
    "sides": ("Comparisons, against the build of before", sides.lines),
    "beside": ("Other pages while files are compared", beside.lines),
    "memory": ("Memory of a process", resident.memory),
    "workers": ("Memory of two workers, on PostgreSQL", resident.workers),
    "start": ("A start", resident.start),
    "import_turns": ("A short file behind four heavy ones", import_turns.lines),
    "documents": ("A convocation and an invoice as a PDF", documents.lines),
    "contributions": ("The declaration of 10 000 employees", contributions.lines),
    "calendars": ("A calendar of 2 000 appointments", calendars.lines),
    "mail": ("Mail that leaves", mail.lines),
    "member_import": ("A file of 60 000 members", member_import.lines),
    "batches": ("2 000 convocations proposed together", batches.lines),
    "night": ("53 000 reminders in one night", night.lines),
    "call": ("A contribution call of the largest service, and its money", call.lines),
    "calls_killed": ("A contribution call killed again and again", calls_killed.lines),
    "timing": ("Time of an answer, address with or without an account", timing.lines),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", help=f"among {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    blocks, busy = {}, os.getloadavg()[0]
    for name in given.parts or PARTS:
        title, lines = PARTS[name]
        began = time.monotonic()
        blocks[title] = lines(quick=given.quick or (name == "timing" and not given.parts))
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(shown(blocks))
    print(f"the machine's load: {busy:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
