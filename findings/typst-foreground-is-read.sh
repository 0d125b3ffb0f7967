#!/usr/bin/env bash
# "DUPLICATA" across each page is read to nobody as the page's background, and after every page as its foreground.
#
# Version: typst 0.15.2, pikepdf 10.18.0 (PyPI), PDF/UA-1.
# Guess:   both are decoration of the page, as its header and footer are: artifacts, which no screen reader says. So the
#          reference of pdf.artifact has it, foregrounds named.
# Seen:    the background is an artifact. The foreground is a tag of its own at the end of each page: a letter of six pages
#          says DUPLICATA six times, and PDF/UA-1 does not mind. Where a table goes over to the next page, the tag falls
#          between its rows, and no PDF is made: "invalid table structure". An invoice of one page passes each test.
#          pdf.artifact around the mark makes it the artifact that it was said to be.
# Source:  Typst's reference, pdf.artifact ("page headers, footers, backgrounds, and foregrounds").
# So:      a mark that changes what a paper is worth, DUPLICATA, ANNULÉE, is a sentence under the title; the one across the
#          page is pdf.artifact, in the background or not. A test counts how often the tags say it: once.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check typst==0.15.2 pikepdf==10.18.0
"$dir/venv/bin/python" - <<'PYTHON'
import io

import pikepdf
import typst

START = '#set document(title: "Facture")\n#set text(lang: "fr")\n'
TEXT = "= Facture\n" + "Une ligne.\n\n" * 150
TABLE = "= Facture\n#table(table.header([Objet]), ..range(150).map(each => [Visite #each]))\n"


def tagged(mark, text=TEXT):
    """How many pages there are, and how many pieces of text on them are tagged and how many are artifacts."""
    book = pikepdf.open(io.BytesIO(typst.compile((START + mark + text).encode(), pdf_standards=["ua-1"])))
    marks = [
        str(each.operands[0])
        for page in book.pages
        for each in pikepdf.parse_content_stream(page)
        if str(each.operator) in {"BDC", "BMC"}
    ]
    return len(book.pages), len(marks) - marks.count("/Artifact"), marks.count("/Artifact")


pages, words, artifacts = tagged("")
assert pages > 1
for place, (more_words, more_artifacts) in {
    "background: [DUPLICATA]": (0, pages),
    "foreground: [DUPLICATA]": (pages, 0),
    "foreground: pdf.artifact[DUPLICATA]": (0, pages),
}.items():
    seen = tagged(f"#set page({place})\n")
    print(f"{place}: {seen[1] - words} more pieces are tagged on {pages} pages, {seen[2] - artifacts} more are artifacts")
    assert seen == (pages, words + more_words, artifacts + more_artifacts), f"changed: {place}"
for place in ("background: [DUPLICATA]", "foreground: pdf.artifact[DUPLICATA]"):
    assert tagged(f"#set page({place})\n", TABLE)[0] > 1
try:
    tagged("#set page(foreground: [DUPLICATA])\n", TABLE)
    raise SystemExit("changed: a foreground may stand across a table of several pages")
except typst.TypstError as error:
    print(f"foreground: [DUPLICATA], with a table of several pages: {error}")
PYTHON
