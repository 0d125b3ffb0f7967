"""Parts of the table of periods (`lines`), and the day when one ends: read by the work of the night, by the
screen of the direction and by the page that promises it. Pure.

A service decides its periods itself and must be able to prove them (CNIL, guide SPST, 2023). Where a law or
the CNIL says a period, the line names it; elsewhere it says that the service decides. Revisit with mandates
of direct debit, which have no table yet: 36 months after the last one.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.clock import PARIS
from app.devices import LIFE, NETWORK_LIFE
from app.files.held import HELD_FOR
from app.follow_up.law import add_months
from app.security.presence import ABSOLUTE, IDLE
from app.sign_in.flows import LIFE as FLOW
from app.text.counts import plural
from db.models import DRAFT_KEPT, AuditKind

# What is deleted every hour, whatever the direction decides.
COUNTED = timedelta(days=1)  # guesses, bytes sent
UNAPPLIED = timedelta(days=1)  # lines read of a file that nobody applied
LINK = timedelta(days=30)  # after it expired
STARTED = timedelta(days=30)  # the declaration of an employee
ERASED = "efface-"  # before the number of a row whose own reference is gone
NOBODY = "Personne rendue anonyme"
WARNED = timedelta(days=30)  # between the mail to an unused account and its end
# Months in which nothing was recorded of somebody, before they are anonymous: a departure typed with a wrong
# year is old at once, nothing brings the person back, and an employer meets it at the next deadline or list.
SETTLED = 6

__all__ = [
    "ABSOLUTE", "COUNTED", "DRAFT_KEPT", "FLOW", "HELD_FOR", "IDLE", "LIFE", "LINK", "NETWORK_LIFE",
    "STARTED", "UNAPPLIED",
]  # fmt: skip


class Fate(StrEnum):
    """The end of a row: it goes, or it counts and is of nobody."""

    ERASED = "effacé"
    ANONYMOUS = "rendu anonyme"
    EMPTIED = "vidé de données personnelles"

    def words(self, number: int, *, is_feminine: bool) -> str:
        """effacées, rendu anonyme, vidées de données personnelles"""
        many = "s" if number >= 2 else ""
        verb, _, rest = self.value.partition(" ")
        agrees = many if self is Fate.ANONYMOUS else ""
        return f"{verb}{'e' * is_feminine}{many} {rest}{agrees}".strip()


class Months(NamedTuple):
    """`proposed`: in force as long as the service sets no other, from `least` to `most`."""

    proposed: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Line:
    """A period that the direction may change. `nouns`: what is counted, one and many, in the feminine unless
    `is_masculine`. `since`: words that follow the period (« 5 ans après le départ »). `tables`: those that it
    is about, separated by spaces. `waits`: what is still open, and so is left until it is not.
    """

    key: str
    title: str
    nouns: tuple[str, str]
    fate: Fate
    since: str
    months: Months
    source: str
    tables: str
    waits: str = ""
    is_masculine: bool = False

    def counted(self, number: int) -> str:
        """2 431 personnes"""
        return plural(number, *self.nouns)

    def fate_words(self, number: int) -> str:
        """rendues anonymes"""
        return self.fate.words(number, is_feminine=not self.is_masculine)

    def words(self, months: int) -> str:
        """5 ans après le départ"""
        return f"{duration_in_months(months)} {self.since}"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A period that no direction decides: its rows go within the hour, or with what they belong to.
    `kept`: for how long, in words.
    """

    title: str
    kept: str
    tables: str


def duration(kept: timedelta) -> str:
    """In French: 15 minutes, 12 heures, 1 jour, 1 an."""
    for days, one, many in ((365, "an", "ans"), (1, "jour", "jours")):
        if kept % timedelta(days=days) == timedelta():
            number = kept // timedelta(days=days)
            return f"{number} {one if number == 1 else many}"
    minutes = kept // timedelta(minutes=1)
    number, unit = (minutes // 60, "heure") if minutes % 60 == 0 else (minutes, "minute")
    return f"{number} {unit}{'s' if number > 1 else ''}"


def duration_in_months(months: int) -> str:
    """In French: 6 mois, 1 an, 18 mois, 3 ans."""
    return f"{months} mois" if months % 12 else plural(months // 12, "an")


# Kinds of events by the line that they are kept under; all the others are of the history.
SECURITY = frozenset(
    {
        AuditKind.SIGNED_IN, AuditKind.SIGNED_OUT, AuditKind.SESSION_ENDED, AuditKind.DEVICE_FORGOTTEN,
        AuditKind.PASSWORD_CHANGED, AuditKind.PASSWORD_RESET_ASKED, AuditKind.EMAIL_CHANGE_ASKED,
        AuditKind.EMAIL_CHANGED, AuditKind.EMAIL_RESTORED, AuditKind.GUESSING_ALERT, AuditKind.CODE_LINK_SENT,
        AuditKind.FACTOR_INSTALLED, AuditKind.RECOVERY_CODE_USED, AuditKind.RECOVERY_CODES_RENEWED,
        AuditKind.FACTOR_LOST, AuditKind.FACTOR_GIVEN_BACK, AuditKind.PASSKEY_ADDED,
        AuditKind.PASSKEY_REMOVED,
    }
)  # fmt: skip
OF_PERIODS = frozenset({AuditKind.RETENTION_APPLIED, AuditKind.RETENTION_CHANGED})
PROOFS = OF_PERIODS | {AuditKind.DATA_GIVEN}


@dataclass(frozen=True, slots=True)
class End:
    """The end of a period: what is from before `day`, or from before `instant`, is over today."""

    day: date
    instant: datetime
    today: date
    now: datetime


def end_of(months: int, now: datetime) -> End:
    """The day itself is still kept: who left on 30 November 2021 is anonymous on 1 December 2026, not before.

    >>> end_of(60, datetime(2026, 12, 1, 3, tzinfo=UTC)).day
    datetime.date(2021, 12, 1)
    """
    today = now.astimezone(PARIS).date()
    day = add_months(today, -months)
    return End(day, datetime.combine(day, time(), PARIS).astimezone(UTC), today, now)
