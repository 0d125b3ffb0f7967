"""The time, in one place, so that tests decide it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """The instant, aware, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day in France."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The day of an aware instant in France."""
    return instant.astimezone(PARIS).date()


@dataclass(frozen=True, slots=True)
class Moment:
    """The time of an act: the instant that is stored, and the day that the rules count from."""

    now: datetime
    today: date


def moment(at: datetime | None = None) -> Moment:
    """Now, or that aware instant, with its day in France."""
    at = at or now()
    return Moment(at, day_of(at))
