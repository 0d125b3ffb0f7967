"""PDF documents that a screen reader reads too (PDF/UA-1), drawn by Typst: see `app.files.typesetting`.

What a document says comes to its template as JSON, so none of it is ever read as Typst. As a process,
`python -m app.files.pdf` reads orders, a line of JSON each ({"template": …, "content": …, "facts": …}), and
answers each with a line, {"size": bytes} and then as many bytes, or {"refused": why}.
"""

import contextlib
import json
import os
import re
import select
import signal
import sys
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst

from app.files.factur_x import marked, xml_of
from app.text.characters import legible
from app.text.formats import french_spaces

ROOT = Path(__file__).parents[2] / "templates"
READABLE, ARCHIVED = "ua-1", "a-3a"
LONGEST = 300  # characters of one text, so that the smallest size holds them all on the page
MISSING = "□"
# Letters of which the fonts within Typst have every weight.
USUAL = re.compile(r"[ -~\u00a0-\u00ac\u00ae-\u017f’‘“”«»–—…€\u202f]*")
PROBE = b'#set document(title: "?")\n#for weight in (400, 600, 700) { text(weight: weight, sys.inputs.data) }'
REST, LONGEST_DRAWING = 60, 60  # seconds: without an order, and for one


def main() -> None:
    """Draw until the orders end, or none came for a minute. Behind everybody else; a drawing that does not
    end is ended by the alarm, whose default is to end the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    while select.select([sys.stdin.buffer], [], [], REST)[0]:
        if not (line := sys.stdin.buffer.readline()):
            return
        signal.alarm(LONGEST_DRAWING)
        answer(**json.loads(line))
        signal.alarm(0)


def answer(template: str, content: dict[str, Any], facts: dict[str, Any] | None = None) -> None:
    """Say one drawing."""
    drawn = b""
    try:
        drawn = typeset(template, content, facts)
        head: dict[str, Any] = {"size": len(drawn)}
    except (typst.TypstError, ValueError) as refusal:
        head = {"refused": str(refusal)}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + drawn)
    sys.stdout.buffer.flush()


def typeset(template: str, content: dict[str, Any], facts: dict[str, Any] | None = None) -> bytes:
    """The PDF of `templates/<template>`, or `typst.TypstError`: never an empty file. `facts`: those of an
    electronic invoice, as `app.files.factur_x` takes them; its template attaches their XML, and the file is
    one to keep too (PDF/A-3a). `ValueError` when they make none.
    """
    words = json.dumps(_all_drawable(content))
    if not facts:
        return _compiled(ROOT / template, words)
    return marked(_compiled(ROOT / template, words, xml_of(facts).decode()))


def _all_drawable(content: Any) -> Any:
    if isinstance(content, str):
        return drawable(content)
    if isinstance(content, dict):
        return {name: _all_drawable(value) for name, value in content.items()}
    return [_all_drawable(each) for each in content] if isinstance(content, list | tuple) else content


def drawable(words: str) -> str:
    """The words that PDF/UA accepts: what is not seen (controls, changes of direction) goes, and a letter
    that no font within Typst has becomes a box.
    """
    seen = legible(french_spaces(" ".join(words[: 2 * LONGEST].split())))
    cut = seen if len(seen) <= LONGEST else seen[: LONGEST - 1] + "…"
    if USUAL.fullmatch(cut):
        return cut
    return "".join(letter if _has_glyph(letter) else MISSING for letter in _letters(cut))


def _letters(words: str) -> list[str]:
    """Each with the marks on it, which one font must have too."""
    letters: list[str] = []
    for each in words:
        if letters and unicodedata.category(each).startswith("M"):
            letters[-1] += each
        else:
            letters.append(each)
    return letters


@lru_cache(maxsize=4096)
def _has_glyph(letter: str) -> bool:
    """True when Typst has a drawing of it: PDF/UA refuses a character drawn as nothing."""
    if USUAL.fullmatch(letter):
        return True
    try:
        _compiled(PROBE, letter)
    except typst.TypstError:
        return False
    return True


def _compiled(source: Path | bytes, data: str, attached: str = "") -> bytes:
    inputs = {"data": data} | ({"attached": attached} if attached else {})
    standards = [ARCHIVED, READABLE] if attached else [READABLE]
    made = _compiler().compile(input=source, format="pdf", sys_inputs=inputs, pdf_standards=standards)
    if not isinstance(made, bytes):
        raise TypeError(f"{source!r} gave no PDF")
    return made


@cache
def _compiler() -> Any:
    """The one that has read the fonts and the templates; threads cannot share it."""
    return typst.Compiler(root=ROOT, ignore_system_fonts=True)


if __name__ == "__main__":
    main()
