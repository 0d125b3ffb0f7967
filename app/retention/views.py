"""Words of the screen of periods."""

from typing import NamedTuple

from app.retention.queries import Effect
from app.retention.rules import Line, duration_in_months
from app.text.counts import thousands
from app.text.formats import day


class LineView(NamedTuple):
    """`period`: with what it counts from; `bounds`: "" where nothing may be changed."""

    key: str
    title: str
    period: str
    proposed: str
    bounds: str
    fate: str
    waits: str
    source: str


def line_view(line: Line, months: int) -> LineView:
    bounds = ""
    if line.months.least != line.months.most:
        years = f"{duration_in_months(line.months.least)} à {duration_in_months(line.months.most)}"
        bounds = f"De {line.months.least} à {line.months.most} : {years}"
    proposed = "" if months == line.months.proposed else duration_in_months(line.months.proposed)
    return LineView(
        line.key, line.title, line.words(months), proposed, bounds, line.fate.value, line.waits, line.source
    )


def keepers_words(number: int) -> str:
    """2 comptes inutilisés sont les derniers administrateurs d’un adhérent : ils attendent…; "" for none."""
    if not number:
        return ""
    until = "que cet adhérent en ait un autre, ou soit radié."
    if number == 1:
        return f"1 compte inutilisé est le dernier administrateur d’un adhérent : il attend {until}"
    each = f"{thousands(number)} comptes inutilisés sont chacun le dernier administrateur d’un adhérent"
    return f"{each} : ils attendent {until}"


def effect_words(line: Line, effect: Effect) -> str:
    """2 431 personnes seraient rendues anonymes ; la plus ancienne date du 3 mai 2019 ; 4 attendent."""
    words = [f"{line.counted(effect.number)} {'serait' if effect.number < 2 else 'seraient'} "]
    words[0] += line.fate_words(effect.number)
    if effect.oldest:
        first = "le plus ancien" if line.is_masculine else "la plus ancienne"
        words.append(f"{first} date du {day(effect.oldest)}")
    if effect.waiting:
        words.append(f"{thousands(effect.waiting)} {'attend' if effect.waiting < 2 else 'attendent'}")
    return " ; ".join(words)
