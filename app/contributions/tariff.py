"""The cost of a year's contribution. Pure: an accountant could check it, line by line.

The contribution is due for each person followed, each counting for one, never in full-time equivalents (Code
du travail, article L4622-6). Everything else is the service's own tariff, hence data: grid (flat, by
follow-up, by slices or by size), reference date, least contract, mid-year hires, fees, VAT and rounding are a
row read into a frozen object. Only slices are monotone: a price that depends on size is not. Each filed
declaration keeps the window of arrivals that it charged, so nobody pays an entry fee twice. Money is in
cents; shares and taxes are rounded to the cent, half up. Revisit when a grid needs a formula.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.text.counts import plural
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
    """The price of an arrival after the reference date: the year, the months left, or nothing before next
    year.
    """

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
    """A stored tariff, checked. ValueError says in French what is wrong with it."""
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


EACH_ONE = "Chaque personne suivie compte pour une, même à temps partiel (L4622-6)."
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip
MONITORING_WORDS = {
    Monitoring.SIMPLE: "Suivi individuel simple (SI)",
    Monitoring.ADAPTED: "Suivi individuel adapté (SIA)",
    Monitoring.REINFORCED: "Suivi individuel renforcé (SIR)",
}
YEAR = 12


@dataclass(frozen=True, slots=True)
class AmountLine:
    label: str
    quantity: int
    unit_cents: int
    net_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Amount:
    lines: tuple[AmountLine, ...]
    net_cents: int
    vat_cents: int
    total_cents: int


# Numbers of people, by kind of follow-up and by months that they pay for.
Headcount = Mapping[tuple[Monitoring, int], int]


def amount(people: Headcount, newcomers: int, rules: Rules) -> Amount:
    """The lines, whose sum is the net; VAT is of the whole net, rounded once."""
    lines = list(_amount_lines(_groups_with_prices(people, rules), rules))
    if newcomers and rules.entry_cents:
        reason = "Une fois par personne, à la première déclaration après son arrivée."
        net = newcomers * rules.entry_cents
        lines.append(AmountLine("Frais d’ouverture de dossier", newcomers, rules.entry_cents, net, reason))
    net = sum(each.net_cents for each in lines)
    vat = rounded(net * rules.vat_points, 10_000)
    return Amount(tuple(lines), net, vat, net + vat)


def vat_words(points: int | None) -> str:
    """TVA 20 %; without its rate on a receipt older than the stored rates."""
    if points == 0:
        return "Exonéré de TVA"
    return "TVA" if points is None else f"TVA {points / 100:g} %".replace(".", ",")


def vat_beside(points: int) -> str:
    """The same beside prices before tax."""
    return f"{vat_words(points)} en sus" if points else "sans TVA"


def rounded(numerator: int, denominator: int) -> int:
    """Cents to the nearest, half a cent up."""
    return (2 * numerator + denominator) // (2 * denominator)


def months_charged(entry_on: date, rules: Rules) -> int:
    """The month of arrival counts whole. Who was there at the reference date pays for the year."""
    is_late = entry_on > rules.reference_on and entry_on.year == rules.year
    return YEAR + 1 - entry_on.month if is_late and rules.hires == Hires.PRORATA else YEAR


def prices(rules: Rules) -> list[tuple[str, int]]:
    """The grid in words: what each price is for, and its cents a year for one person."""
    if rules.grid == Grid.FLAT:
        return [("Chaque personne suivie", rules.flat_cents)]
    if rules.grid == Grid.MONITORING:
        return [(MONITORING_WORDS[each], cents) for each, cents in rules.by_monitoring]
    lines, first = [], 1
    for last, cents in rules.steps:
        words = _slice_words(first, last) if rules.grid == Grid.SLICES else _size_words(first, last)
        lines.append((words[0].upper() + words[1:], cents))
        first = (last or 0) + 1
    return lines


def _size_words(first: int, last: int | None) -> str:
    """« entreprise de 10 à 49 personnes »"""
    if last is None:
        return f"entreprise de {plural(first, 'personne')} ou plus"
    return (
        f"entreprise de {first} à {plural(last, 'personne')}"
        if first < last
        else f"entreprise de {plural(last, 'personne')}"
    )


# The key of people with the same price: (where in the grid, label, cents for a year, months)
Priced = tuple[tuple[int, int], str, int, int]


def _groups_with_prices(people: Headcount, rules: Rules) -> Iterator[tuple[Priced, int]]:
    """Each group at its price; in slices, those who pay for the whole year come first."""
    total, place = sum(people.values()), 0
    for (monitoring, months), number in sorted(people.items(), key=lambda each: (-each[0][1], each[0][0])):
        if rules.grid == Grid.MONITORING:
            prices = dict(rules.by_monitoring)
            order = list(prices).index(monitoring)
            yield ((order, -months), MONITORING_WORDS[monitoring], prices[monitoring], months), number
        elif rules.grid == Grid.SLICES:
            yield from _in_slices(place, number, months, rules)
            place += number
        else:
            cents = rules.flat_cents if rules.grid == Grid.FLAT else _step_at(total, rules)[2]
            yield ((0, -months), "Personnes suivies", cents, months), number


def _in_slices(place: int, number: int, months: int, rules: Rules) -> Iterator[tuple[Priced, int]]:
    while number > 0:
        order, (first, last), cents = _step_at(place + 1, rules)
        taken = number if last is None else min(number, last - place)
        yield ((order, -months), f"Personnes suivies, {_slice_words(first, last)}", cents, months), taken
        place, number = place + taken, number - taken


def _step_at(place: int, rules: Rules) -> tuple[int, tuple[int, int | None], int]:
    """The step that holds that many people: its order, its bounds, its price."""
    first = 1
    for order, (last, cents) in enumerate(rules.steps):
        if last is None or place <= last:
            return order, (first, last), cents
        first = last + 1
    raise ValueError("the last step has no end")


def _slice_words(first: int, last: int | None) -> str:
    start = "1re" if first == 1 else f"{first}e"
    return f"à partir de la {start}" if last is None else f"de la {start} à la {last}e"


def _amount_lines(priced: Iterator[tuple[Priced, int]], rules: Rules) -> Iterator[AmountLine]:
    groups: dict[Priced, int] = {}
    for key, number in priced:
        groups[key] = groups.get(key, 0) + number
    size = sum(groups.values())
    for (_, label, cents, months), number in sorted(groups.items()):
        if number:
            unit = rounded(cents * months, YEAR)
            name = label if months == YEAR else f"{label}, {months} mois sur {YEAR}"
            yield AmountLine(name, number, unit, number * unit, _reason(months, size, rules))


def _reason(months: int, size: int, rules: Rules) -> str:
    if months < YEAR:
        return f"Arrivées en {MONTHS[YEAR - months]} : {months} mois sur {YEAR}, celui d’arrivée compris."
    return {
        Grid.FLAT: EACH_ONE,
        Grid.MONITORING: f"{EACH_ONE} Le tarif dépend du suivi.",
        Grid.SLICES: f"{EACH_ONE} Le tarif baisse par tranche d’effectif.",
        Grid.SIZE: f"{EACH_ONE} Tarif des entreprises de {plural(size, 'personne')}.",
    }[rules.grid]
