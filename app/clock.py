"""The time, in one place, so that tests decide it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """The instant, aware, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day in France."""
    return now().astimezone(PARIS).date()
