"""A year's tariff, read from data and checked. Pure.

The service decides its tariff within the law (Code du travail, article L4622-6): hence data, not code.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from db.models import Monitoring

MOST_DAYS = 183  # of the least contract: longer would exclude seasons that last
MOST_CENTS = 100_000_00
KNOWN = {"reference_on", "grid", "least_days", "hires", "entry_cents", "vat_points"}


class Grid(StrEnum):
    """FLAT: one price. MONITORING: one for each kind of follow-up. SLICES: the first people dearer than the
    next, each slice at its own price. SIZE: everybody at the price of the size that the company has.
    """

    FLAT = "flat"
    MONITORING = "monitoring"
    SLICES = "slices"
    SIZE = "size"


class Hires(StrEnum):
    """Who comes after the reference date: pays for the year, for the months left, or not before next year."""

    FULL = "full"
    PRORATA = "prorata"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rules:
    """A year's tariff. `steps`: (up to how many people, None without end; cents each). `vat_points`: 2000 is
    20 %.
    """

    year: int
    reference_on: date
    grid: Grid
    flat_cents: int = 0
    by_monitoring: tuple[tuple[Monitoring, int], ...] = ()
    steps: tuple[tuple[int | None, int], ...] = ()
    least_days: int = 0
    hires: Hires = Hires.FULL
    entry_cents: int = 0
    vat_points: int = 2000


def rules_of(year: int, written: dict[str, Any]) -> Rules:
    """A tariff as it is kept, checked. ValueError says in French what is wrong with it."""
    grid = written.get("grid")
    if not isinstance(grid, dict) or grid.get("kind") not in set(Grid):
        raise ValueError("La grille n’est ni unique, ni par suivi, ni dégressive.")
    kind, unknown = Grid(grid["kind"]), set(written) - KNOWN
    if unknown:
        raise ValueError(f"Règle inconnue : {', '.join(sorted(unknown))}.")
    if written.get("hires", Hires.FULL) not in set(Hires):
        raise ValueError("La règle des arrivées en cours d’année n’est pas connue.")
    return Rules(
        year=year,
        reference_on=_day(written.get("reference_on")),
        grid=kind,
        flat_cents=_whole(grid.get("cents"), MOST_CENTS) if kind == Grid.FLAT else 0,
        by_monitoring=_by_monitoring(grid.get("cents")) if kind == Grid.MONITORING else (),
        steps=_steps(grid.get("steps")) if kind in {Grid.SLICES, Grid.SIZE} else (),
        least_days=_whole(written.get("least_days", 0), MOST_DAYS),
        hires=Hires(written.get("hires", Hires.FULL)),
        entry_cents=_whole(written.get("entry_cents", 0), MOST_CENTS),
        vat_points=_whole(written.get("vat_points", 2000), 10_000),
    )


def _whole(value: Any, most: int) -> int:
    """A whole number, not 116.50 nor "116": a tariff is in cents."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"« {value} » n’est pas un nombre entier entre 0 et {most}.")
    return value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"La date de référence « {value} » n’existe pas.") from None


def _by_monitoring(cents: Any) -> tuple[tuple[Monitoring, int], ...]:
    if not isinstance(cents, dict) or set(cents) != set(Monitoring):
        raise ValueError("Le tarif par suivi doit donner SI, SIA et SIR.")
    return tuple((each, _whole(cents[each], MOST_CENTS)) for each in Monitoring)


def _steps(steps: Any) -> tuple[tuple[int | None, int], ...]:
    """Bounds that grow, the last one without end."""
    if (
        not isinstance(steps, list)
        or not steps
        or not all(isinstance(each, list) and len(each) == 2 for each in steps)
    ):
        raise ValueError("La grille dégressive n’a pas de tranches.")
    *bounded, (end, cents) = steps
    limits = [_whole(last, 1_000_000) for last, _ in bounded]
    if end is not None or limits != sorted(set(limits)) or 0 in limits:
        raise ValueError("Les tranches doivent grandir, et la dernière être sans limite.")
    prices = [_whole(price, MOST_CENTS) for _, price in bounded]
    return (*zip(limits, prices, strict=True), (None, _whole(cents, MOST_CENTS)))
