"""What a year's contribution costs. Pure: an accountant could check it, line by line.

The contribution is due for each person followed, each counting for one, never in full-time equivalents
(Code du travail, article L4622-6). Everything else is the service's own tariff, hence data. Money is in
cents; what is shared or taxed is rounded to the cent, half up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.contributions.rules import Grid, Hires, Rules
from app.formats import plural
from db.models import Monitoring

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
class Line:
    label: str
    quantity: int
    unit_cents: int
    net_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Amount:
    lines: tuple[Line, ...]
    net_cents: int
    vat_cents: int
    total_cents: int


# How many people, by kind of follow-up and by months that they pay for.
Headcount = Mapping[tuple[Monitoring, int], int]


def amount(people: Headcount, newcomers: int, rules: Rules) -> Amount:
    """The lines, whose sum is the net; VAT is of the whole net, rounded once."""
    lines = list(_merged(_priced(people, rules), rules))
    if newcomers and rules.entry_cents:
        reason = "Une fois par personne, à la première déclaration après son arrivée."
        net = newcomers * rules.entry_cents
        lines.append(Line("Frais d’ouverture de dossier", newcomers, rules.entry_cents, net, reason))
    net = sum(each.net_cents for each in lines)
    vat = rounded(net * rules.vat_points, 10_000)
    return Amount(tuple(lines), net, vat, net + vat)


def vat_words(points: int | None) -> str:
    """TVA 20 %; without its rate on a receipt of before it was kept."""
    return "TVA" if points is None else f"TVA {points / 100:g} %".replace(".", ",")


def rounded(numerator: int, denominator: int) -> int:
    """To the nearest cent, half a cent up."""
    return (2 * numerator + denominator) // (2 * denominator)


def months_charged(entry_on: date, rules: Rules) -> int:
    """The month of arrival counts whole. Who was there at the reference date pays for the year."""
    is_late = entry_on > rules.reference_on and entry_on.year == rules.year
    return YEAR + 1 - entry_on.month if is_late and rules.hires == Hires.PRORATA else YEAR


# What is priced alike: (where in the grid, label, cents for a year, months)
Priced = tuple[tuple[int, int], str, int, int]


def _priced(people: Headcount, rules: Rules) -> Iterator[tuple[Priced, int]]:
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
    """Which step holds that many people: its order, its bounds, its price."""
    first = 1
    for order, (last, cents) in enumerate(rules.steps):
        if last is None or place <= last:
            return order, (first, last), cents
        first = last + 1
    raise ValueError("the last step has no end")


def _slice_words(first: int, last: int | None) -> str:
    start = "1re" if first == 1 else f"{first}e"
    return f"à partir de la {start}" if last is None else f"de la {start} à la {last}e"


def _merged(priced: Iterator[tuple[Priced, int]], rules: Rules) -> Iterator[Line]:
    found: dict[Priced, int] = {}
    for key, number in priced:
        found[key] = found.get(key, 0) + number
    size = sum(found.values())
    for (_, label, cents, months), number in sorted(found.items()):
        if number:
            unit = rounded(cents * months, YEAR)
            name = label if months == YEAR else f"{label}, {months} mois sur {YEAR}"
            yield Line(name, number, unit, number * unit, _reason(months, size, rules))


def _reason(months: int, size: int, rules: Rules) -> str:
    if months < YEAR:
        return f"Arrivées en {MONTHS[YEAR - months]} : {months} mois sur {YEAR}, celui d’arrivée compris."
    return {
        Grid.FLAT: EACH_ONE,
        Grid.MONITORING: f"{EACH_ONE} Le tarif dépend du suivi.",
        Grid.SLICES: f"{EACH_ONE} Le tarif baisse par tranche d’effectif.",
        Grid.SIZE: f"{EACH_ONE} Tarif des entreprises de {plural(size, 'personne')}.",
    }[rules.grid]
