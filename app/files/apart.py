"""Processes of ours beside the portal: they know no secret, and end with their standard input."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# All that a Python needs to start; no PORTAIL_… variable, no password of anything else.
PASSED_VARIABLES = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "TZ"}


def start_apart(module: str) -> subprocess.Popen[bytes]:
    """`python -m <module>`, not yet connected; `OSError` when the system has no room for it.

    Called in a thread: the loop that serves the pages would copy the map of all its memory to start one, and
    answer nobody for 20 ms; Python's own way takes 2.
    """
    return subprocess.Popen(  # noqa: S603 - our own module, by its name
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name in PASSED_VARIABLES},
        cwd=ROOT,
    )
