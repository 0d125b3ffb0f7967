"""The text of a spreadsheet from its bytes: which of the encodings in use in France wrote it.

UTF-8 and UTF-16 prove themselves. The others give a letter to nearly every byte: what tells them apart is
how much the result looks like French. All of this is guessed on the accents alone, and shown to the reader.
"""

import re
import unicodedata
from typing import Any, NamedTuple

from app.employee_files.rows import Unreadable

NO_SHEET = "Ce fichier n’est pas du texte, ni un tableur (.xlsx ou .csv), ni une DSN."
ACCENTS = "Les accents du fichier ne se lisent pas : enregistrez-le au format « CSV UTF-8 » ou .xlsx."
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1e]")
# 0x1F stands before a number in some exports, for a spreadsheet to take it for text.
BEFORE_NUMBER = "\x1f"
ENDS = "\x1a\x00\r\n"  # how DOS ended a text, and what filled its last block
# In the order of what is most often met; the first wins when nothing tells them apart.
ENCODINGS = {"cp1252": "Windows", "mac_roman": "Mac", "cp850": "MS-DOS", "iso8859_15": "Latin 9"}
CHOOSABLE = ENCODINGS | {"utf-8": "UTF-8", "utf-16": "UTF-16"}
# « é » in UTF-8, once its two bytes are taken for two letters of Windows.
TWICE = re.compile("[ÃÂÅ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]|â€")
MIXED = re.compile(rb"\xef\xbb\xbf|\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]|\xc5[\x92\x93]")
# Frequency of each in French, roughly: é is as frequent as all the others together.
FRENCH = {"é": 4, "è": 3, "à": 2, "ç": 2, "ê": 2} | dict.fromkeys("âëîïôùûüœæ’", 1)
USUAL_MARKS = set("«»’‘“”–—…€°ºª·£§²³½\xa0\u202f")
BETWEEN_LETTERS = set("’‘–·")
LOOKED_AT = 5_000  # accents
SAMPLES = 3  # words
USUAL_FIRST = 2  # what being the usual encoding is worth, in the weights of FRENCH


class Decoded(NamedTuple):
    """`encoding`: as `Reading.encoding`, nothing when the bytes leave no choice. `is_certain`: what was
    chosen looks right, and no other looks as right.
    """

    text: str
    encoding: dict[str, Any]
    is_certain: bool = True


class Look(NamedTuple):
    """`score`: how French the accents are. `odd`: how many of them no French text has there."""

    score: int
    odd: int


def decoded(content: bytes, chosen: str = "") -> Decoded:
    """`chosen`: one of CHOOSABLE, which the reader said. What mixes two encodings, or is no text, is
    refused.
    """
    if chosen in CHOOSABLE:
        return Decoded(_clean(content.decode(chosen, "replace")), _told(content, chosen))
    if wide := _wide(content):
        return Decoded(_clean(_strictly(content, wide)), {})
    if NOT_TEXT.search(content.rstrip(ENDS.encode()).decode("latin-1")):
        raise Unreadable(NO_SHEET)
    try:
        text = decoded_once(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _guessed(content)
    # Where some accents were encoded twice and others once, none is sure.
    is_certain = not TWICE.search(text)
    return Decoded(_clean(text), {} if is_certain else _told(content, "utf-8"), is_certain)


def decoded_once(text: str) -> str:
    """« AndrÃ©a » is Andréa, that was in UTF-8 and was taken for Windows-1252 when it was put in UTF-8."""
    if not TWICE.search(text):
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode()
        except UnicodeError:
            continue
    return text


def guessed_text(content: bytes) -> str:
    """The text of a few bytes, in the encoding that makes it look French; Windows-1252 in doubt."""
    usual = content.decode("cp1252", "replace")
    if "\ufffd" not in usual and not look_of(usual).odd:
        return usual
    looks = {text: look_of(text) for text in _candidates(content).values()}
    best = max(looks, key=lambda text: looks[text].score, default=usual)
    return usual if best not in looks or looks[best].odd else best


def look_of(text: str) -> Look:
    """Marks that French has, in the case of the letters around: « André », never « AndrŽ » nor « TESTƒ »."""
    score = odd = 0
    for count, match in enumerate(re.finditer(r"[^\x00-\x7f]", text)):
        if count == LOOKED_AT:
            break
        place = match.start()
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if _is_odd(match[0], before, after):
            odd += 1
        else:
            score += FRENCH.get(match[0].lower(), 0)
    return Look(score - 3 * odd, odd)


def _is_odd(mark: str, before: str, after: str) -> bool:
    if unicodedata.category(mark) in {"Lu", "Ll"} and mark not in "ƒıªº":
        if mark.isupper():
            return before.islower()
        return before.isupper() and (after.isupper() or not after.isalpha())
    if mark not in USUAL_MARKS:
        return True
    return before.isalpha() and after.isalpha() and mark not in BETWEEN_LETTERS


def _wide(content: bytes) -> str:
    """UTF-16 by its mark, or by the empty byte that each plain letter has on the same side."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = content[:2_000]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 2 <= len(start) // 2 or min(even, odd):
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def _strictly(content: bytes, wide: str) -> str:
    try:
        return content.decode(wide)
    except UnicodeDecodeError:
        raise Unreadable(ACCENTS) from None


def _guessed(content: bytes) -> Decoded:
    if content.startswith(b"\xef\xbb\xbf") or MIXED.search(content):
        raise Unreadable(ACCENTS)
    texts = _candidates(content)
    looks = {name: look_of(text) for name, text in texts.items()}
    best = max(looks, key=lambda name: looks[name].score + USUAL_FIRST * (name == "cp1252"))
    rivals = [each for name, each in looks.items() if texts[name] != texts[best] and not each.odd]
    is_usual = best == "cp1252" and all(each.score <= looks[best].score for each in rivals)
    is_certain = not looks[best].odd and (is_usual or not rivals)
    return Decoded(_clean(texts[best]), _told(content, best), is_certain)


def _candidates(content: bytes) -> dict[str, str]:
    looks = {}
    for name in ENCODINGS:
        try:
            looks[name] = content.decode(name)
        except UnicodeDecodeError:
            continue
    return looks


def _told(content: bytes, chosen: str) -> dict[str, Any]:
    """The encoding chosen, with words that show whether it was right, and the others that could be chosen."""
    words = dict.fromkeys(re.findall(r"\w*[^\W\d_\x00-\x7f]\w*", content.decode(chosen, "replace")))
    sample = ", ".join(sorted(words, key=str.islower)[:SAMPLES])[:60]
    others = [[name, CHOOSABLE[name]] for name in ENCODINGS if name != chosen]
    return {"chosen": chosen, "words": CHOOSABLE[chosen], "sample": sample, "others": others}


def _clean(text: str) -> str:
    text = text.replace("\ufeff", "").rstrip(ENDS)
    if NOT_TEXT.search(text):
        raise Unreadable(NO_SHEET)
    return text.replace(BEFORE_NUMBER, "")
