"""The time for which the portal keeps what it deletes by itself: read by the hourly deletion, and by the
page that promises it.
"""

from datetime import timedelta

from app.devices import LIFE, NETWORK_LIFE
from app.files.held import HELD_FOR
from app.security.presence import ABSOLUTE, IDLE
from app.sign_in.flows import LIFE as FLOW
from db.models import DRAFT_KEPT

COUNTED = timedelta(days=1)  # guesses, bytes sent
UNAPPLIED = timedelta(days=1)  # lines read of a file that nobody applied
LINK = timedelta(days=30)  # after it expired
STARTED = timedelta(days=30)  # the declaration of an employee
SESSION = timedelta(days=365)
READS = timedelta(days=365)  # of the service's people
MAIL = timedelta(days=365)
PUBLIC_MESSAGE = timedelta(days=365)

__all__ = [
    "ABSOLUTE", "COUNTED", "DRAFT_KEPT", "FLOW", "HELD_FOR", "IDLE", "LIFE", "LINK", "MAIL", "NETWORK_LIFE",
    "PUBLIC_MESSAGE", "READS", "SESSION", "STARTED", "UNAPPLIED",
]  # fmt: skip


def duration(kept: timedelta) -> str:
    """In French: 15 minutes, 12 heures, 1 jour, 1 an."""
    for days, one, many in ((365, "an", "ans"), (1, "jour", "jours")):
        if kept % timedelta(days=days) == timedelta():
            number = kept // timedelta(days=days)
            return f"{number} {one if number == 1 else many}"
    minutes = kept // timedelta(minutes=1)
    number, unit = (minutes // 60, "heure") if minutes % 60 == 0 else (minutes, "minute")
    return f"{number} {unit}{'s' if number > 1 else ''}"
