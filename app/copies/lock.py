"""Who uses the data folder: many together, or a restore alone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import CommandRefused
from app.private import make_private_folder
from app.settings import Settings


@contextmanager
def in_use(settings: Settings) -> Iterator[None]:
    """For as long as a server or a command works. The kernel lets go of it when the process dies, however."""
    with _held(settings, fcntl.LOCK_SH, "Une restauration est en cours : attendez qu’elle finisse."):
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    words = "Le portail est en service : arrêtez-le d’abord (systemctl stop portail). Rien n’a été restauré."
    with _held(settings, fcntl.LOCK_EX, words):
        yield


@contextmanager
def _held(settings: Settings, kind: int, words: str) -> Iterator[None]:
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
