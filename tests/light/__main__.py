"""`python -m tests.light [browser…] [task…]`: a member's tasks in text browsers, and in windows under Xvfb.

Outside the suite: it takes a quarter of an hour a browser; of a window, tasks may be named. A table
(tasks × browsers) and, for each, what the screen showed at the end of the task (a picture, or the text of a
terminal) go to `.cache/light/`. What was walked before, in other browsers, stays in the table.
"""

import asyncio
import json
import re
import signal
import subprocess
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.served import ROOT, free_port, portal_served
from tests.light import terminal, text_walk, walk
from tests.light.stand import SERVICE, standing
from tests.light.tasks import DEEP_LINK, REFUSED_COOKIES, TASKS
from tests.light.window import PROGRAMS, missing, opened
from tests.postbox import Mailbox

KEPT = ROOT / ".cache/light"
KNOWN = (*terminal.PROGRAMS, *PROGRAMS)
Outcomes = dict[str, str]


def main(given: list[str]) -> None:
    chosen = [each for each in given if each in TASKS]
    names = [each for each in given if each not in TASKS] or list(KNOWN)
    if strangers := [name for name in names if name not in KNOWN]:
        sys.exit(f"Inconnu : {', '.join(strangers)}. Connus : {', '.join(KNOWN)}")
    if away := away_of(names):
        sys.exit(f"Il manque : sudo apt-get install {' '.join(away)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in names:
        keep(name, asyncio.run(read(name)) if name in terminal.PROGRAMS else walked(name, chosen))
    table = table_of([json.loads(kept_of(name).read_text()) for name in KNOWN if kept_of(name).exists()])
    (KEPT / "table.md").write_text(table)
    print(table)


def away_of(names: list[str]) -> list[str]:
    """Debian's packages that these need and that are not installed."""
    windows = [name for name in names if name in PROGRAMS]
    return (missing(windows) if windows else []) + (terminal.missing() if len(windows) < len(names) else [])


def keep(name: str, outcomes: Outcomes) -> None:
    kept_of(name).write_text(json.dumps({"browser": version_of(name), "outcomes": outcomes}))


def kept_of(name: str) -> Path:
    return KEPT / f"{name}.json"


async def read(name: str) -> Outcomes:
    """What became of each task in this text browser, over a portal of its own."""
    outcomes: Outcomes = {}
    with TemporaryDirectory(prefix="portail-") as served, TemporaryDirectory(prefix="portail-") as home:
        async with standing(Path(served)) as stand:
            async for task, became in text_walk.walk(name, stand, Path(home), KEPT):
                print(f"{name}: {task}: {became}", flush=True)
                outcomes[task] = became
                keep(name, outcomes)
    return outcomes


def walked(name: str, chosen: list[str]) -> Outcomes:
    """What became of each task in this window, over a portal of its own; of those that are not `chosen`, what
    became of them before.
    """
    mailbox = Mailbox()
    mailbox.port = free_port()
    settings = SERVICE | {"smtp_url": f"smtp://127.0.0.1:{mailbox.port}"}
    variables = {f"PORTAIL_{name.upper()}": value for name, value in settings.items()}
    with (
        portal_served(walk.a_second_slot, **variables) as portal,
        TemporaryDirectory(prefix=f"{name}-", ignore_cleanup_errors=True) as folder,
    ):
        return asyncio.run(_walk(name, chosen, Path(folder), portal.url, portal.database, mailbox))


async def _walk(
    name: str, chosen: list[str], folder: Path, site: str, database: Path, mailbox: Mailbox
) -> Outcomes:
    await mailbox.open()
    program = PROGRAMS[name]
    outcomes: Outcomes = json.loads(kept_of(name).read_text())["outcomes"] if chosen else {}
    acts = {task: act for task, act in walk.WALK.items() if not chosen or task in {DEEP_LINK, *chosen}}
    if program.refuses_cookies and not chosen:
        as_installed = replace(program, files={})
        async with opened(as_installed, folder / "as-installed", f"{site}/connexion") as window:
            reader = walk.Reader(window, site, mailbox, database, folder)
            outcomes[REFUSED_COOKIES] = await _tried(reader, walk.refused_cookies)
            window.keep(KEPT / f"cookies-{name}.png")
    async with opened(program, folder / "home", f"{site}/connexion") as window:
        reader = walk.Reader(window, site, mailbox, database, folder / "home")
        for file, content in walk.FILES.items():
            (reader.folder / file).write_bytes(content)
        for task, act in acts.items():
            outcomes[task] = await _tried(reader, act)
            if outcomes[task] != "ok":  # a key or a letter was lost: somebody would begin again
                outcomes[task] = await _tried(reader, act)
            print(f"{name}: {task}: {outcomes[task]}", flush=True)
            keep(name, outcomes)
            window.keep(KEPT / f"{re.sub(r'[^a-zé]+', '-', task)}-{name}.png")
    await mailbox.close()
    return outcomes


async def _tried(reader: walk.Reader, act: walk.Task) -> str:
    try:
        await act(reader)
    except AssertionError as failure:
        (KEPT / f"last-fault-{reader.window.program.package}.txt").write_text(traceback.format_exc())
        reader.window.keep(KEPT / f"{act.__name__}-fault-{reader.window.program.package}.png", 2400)
        await reader.window.gives_up()
        return f"non ({failure})"
    return "ok"


def table_of(columns: list[dict[str, Any]]) -> str:
    rows = [["tâche", *(each["browser"] for each in columns)], ["---"] * (1 + len(columns))]
    rows += [[task, *(each["outcomes"].get(task, absent(task)) for each in columns)] for task in TASKS]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def absent(task: str) -> str:
    """A word for a task that was not walked here: only Dillo refuses cookies as it is installed."""
    return "sans objet" if task == REFUSED_COOKIES else "–"


def version_of(name: str) -> str:
    title, package = (PROGRAMS[name].name, PROGRAMS[name].package) if name in PROGRAMS else (name, name)
    asked = ("dpkg-query", "-W", "-f", "${Version}", package)
    version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return f"{title} {version.partition('-')[0]}"


if __name__ == "__main__":
    main(sys.argv[1:])
