"""The lock of the data folder: many programs together, or a restore alone.

A restore needs this lock, which every command shares, and SQLite's own exclusive lock, since another program
may not know ours.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import CommandRefused
from app.private import make_private_folder
from app.settings import Settings


@contextmanager
def in_use(settings: Settings) -> Iterator[None]:
    """Hold the lock for as long as a server or a command works. The kernel releases it however the process
    dies.
    """
    with _hold(settings, fcntl.LOCK_SH, "Une restauration est en cours : attendez qu’elle finisse."):
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    words = "Le portail est en service : arrêtez-le d’abord (systemctl stop portail). Rien n’a été restauré."
    with _hold(settings, fcntl.LOCK_EX, words):
        yield


@contextmanager
def _hold(settings: Settings, kind: int, words: str) -> Iterator[None]:
    make_private_folder(settings)
    lock = os.open(settings.data_dir / "portail.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandRefused(words) from None
        yield
    finally:
        os.close(lock)
