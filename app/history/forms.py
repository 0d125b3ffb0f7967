"""The address of the history: what each of its filters may say. One that says nonsense is left aside."""

from datetime import UTC, date, datetime, time, timedelta

from app.clock import PARIS
from app.history.queries import Filters, HistoryPlace
from app.text.values import read_day
from app.web.paging import row_number
from db.models import AuditKind


def read_filters(typed: dict[str, str], before: str) -> tuple[Filters, dict[str, str]]:
    """The filters that are understood, and by field a sentence for each day that is not."""
    since, until, problems = day_filter(typed)
    person = row_number(typed["personne"]) or None
    kind = _kind_of(typed["nature"])
    return Filters(kind=kind, person=person, since=since, until=until, before=place_of(before)), problems


def day_filter(typed: dict[str, str]) -> tuple[datetime | None, datetime | None, dict[str, str]]:
    """The instants from which and until which, of the days `du` and `au`, and what does not read."""
    problems: dict[str, str] = {}
    since, until = (_day_of(typed, name, problems) for name in ("du", "au"))
    after = _start_of(until + timedelta(days=1)) if until else None
    return (_start_of(since) if since else None), after, problems


def cursor(place: tuple[datetime, int]) -> str:
    at, row_id = place
    return f"{at.isoformat()}_{row_id}"


def place_of(typed: str) -> HistoryPlace | None:
    """The place of a cursor; None when this portal did not write it: the reader sees the first page."""
    instant, _, number = typed[:60].partition("_")
    row_id = row_number(number)
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        return None
    if not row_id or at.utcoffset() != timedelta(0) or typed != cursor(HistoryPlace(at, row_id)):
        return None
    return HistoryPlace(at, row_id)


def _day_of(typed: dict[str, str], name: str, problems: dict[str, str]) -> date | None:
    if not typed[name].strip():
        return None
    try:
        return read_day(typed[name])
    except ValueError as error:
        problems[name] = str(error)
        return None


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS).astimezone(UTC)


def _kind_of(typed: str) -> AuditKind | None:
    return AuditKind(typed) if typed in set(AuditKind) else None
