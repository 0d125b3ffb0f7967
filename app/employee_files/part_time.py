"""Part time, from the many ways in which software writes how much somebody works.

A number says nothing alone: 1 is a yes, or a whole full time; 10 and 20 are codes of the DSN, hours or
hundredths. What the column counts in is decided on all of its cells, then each is read.
"""

import re
from collections.abc import Collection

from app.text.search import folded, letters_of

SPELLINGS = {
    "oui": {
        *("oui", "o", "x", "1", "vrai", "true", "yes", "y"),
        *("partiel", "tempspartiel", "atempspartiel", "mitemps", "parttime"),
    },
    "non": {
        *("non", "n", "0", "faux", "false", "no", "plein", "complet", "tc", "100"),
        *("tempsplein", "pleintemps", "tempscomplet", "atempsplein", "atempscomplet", "fulltime"),
    },
}
SPELLED = {spelling: stored for stored, spellings in SPELLINGS.items() for spelling in spellings}
# Of the norm of the DSN, S21.G00.40.014. The other codes may tell of health: nothing is kept of them.
CODES = {"10": "non", "20": "oui"}
OTHER_CODES = {"21", "30", "31", "32", "40", "41", "42", "99"}
RUBRIC = re.compile("S21.G00.40.014")
CODED = re.compile(r"([0-9]{2})(?: *[-:–] *[^\W\d].*)?")
APART = re.compile("[0-9][^0-9]+[0-9]")
NUMBER = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,9})?) ?(%)?")
HOURS = re.compile(
    r"([0-9]{1,3})(?:(?:[.,][0-9]{1,9})? ?h(?:eures?)?\.?[0-9]{0,2}|:[0-9]{2}(?::[0-9]{2})?)"
    r"(?: ?(?:/|par|per) ?(?:sem(?:aine)?|mois|week|month)\.?)?",
    re.IGNORECASE,
)
FRACTION = re.compile(r"([0-9]{1,3}(?:[.,][0-9]+)?) ?/ ?([0-9]{1,3}(?:[.,][0-9]+)?)(?: (?:de |d['’])?temps)?")
WORDS_FIRST = re.compile(r"([^\W0-9][^0-9]*?)[ (:–-]*([0-9][^()]*)\)?")  # « Temps partiel (80 %) »
WEEK, LONGEST_WEEK, MONTH, LONGEST_MONTH = 35, 48, 151, 175  # hours; a full time has at least so many


def scale_of(cells: Collection[str], title: str = "") -> str:
    """The unit of a column of numbers: "codes" of the DSN, "percent", "shares" of a full time, of which 1 is
    the whole, or "" when each number is clear by itself.
    """
    typed = {" ".join(cell.split()) for cell in cells} - {""}
    coded = [match[1] for cell in typed if (match := CODED.fullmatch(cell))]
    has_words = any(len(cell) > len("10") and CODED.fullmatch(cell) for cell in typed)
    are_codes = bool(coded) and len(coded) == len(typed) and {*coded} <= CODES.keys() | OTHER_CODES
    is_modality = "modalite" in letters_of(title) or RUBRIC.match(title)
    if are_codes and (has_words or "10" in coded or is_modality):
        return "codes"
    numbers = {_float(match[1]) for cell in typed if (match := NUMBER.fullmatch(cell))}
    if 100 in numbers and not any(WEEK <= each < 40 or each > 100 for each in numbers):
        return "percent"
    is_yes_or_no = not title or "partiel" in letters_of(title) or "parttime" in letters_of(title)
    return "shares" if any(0 < each < 1 for each in numbers) or not is_yes_or_no else ""


def part_time(typed: str, scale: str = "") -> str:
    """« oui », « non », or "" for nothing. « TP » says both full and part: it is refused.

    A reason of health is not kept, nor repeated in what is said of the cell.
    """
    if not typed or tells_health(typed):
        return ""
    if scale == "codes" and (coded := CODED.fullmatch(typed)):
        return CODES.get(coded[1], "")
    number = NUMBER.fullmatch(typed)
    # 10,0 and 1:00 are no hundred.
    spelled = typed if APART.search(typed) else letters_of(typed)
    if (not number or (not number[2] and scale == "")) and (stored := SPELLED.get(spelled)):
        return stored
    answer = _of_number(_float(number[1]), number[2] or scale) if number else _of_measure(typed, scale)
    if answer:
        return answer
    raise ValueError(f"le temps partiel « {typed[:40]} » ne se lit pas : oui ou non")


def tells_health(typed: str) -> bool:
    return "therapeutique" in folded(typed)


def _of_measure(typed: str, scale: str) -> str:
    """Hours, a fraction, or words that a number only repeats."""
    if (hours := HOURS.fullmatch(typed)) and int(hours[1]):
        return _of_hours(int(hours[1]))
    if share := FRACTION.fullmatch(typed):
        return _of_share(*map(_float, share.groups()))
    if parts := WORDS_FIRST.fullmatch(typed):
        answers = {part_time(part, scale) for part in parts.groups()}
        return answers.pop() if len(answers) == 1 else ""
    return ""


def _of_number(number: float, scale: str) -> str:
    """A share of a full time, hundredths of it, or hours of a week or of a month."""
    if 0 < number <= 1 and scale not in {"%", "percent"}:
        return "oui" if number < 1 else "non"
    if 0 < number <= 100 and (scale in {"%", "percent"} or number > LONGEST_WEEK):
        return "oui" if number < 100 else "non"
    if scale != "%" and 1 < number <= LONGEST_MONTH:
        return _of_hours(int(number))
    return ""


def _of_share(part: float, whole: float) -> str:
    return "" if not 0 < part <= whole else "oui" if part < whole else "non"


def _float(written: str) -> float:
    return float(written.replace(",", "."))


def _of_hours(hours: int) -> str:
    whole = WEEK if hours <= LONGEST_WEEK else MONTH
    return "oui" if hours < whole else "non"
