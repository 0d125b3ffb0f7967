#!/usr/bin/env bash
# Giving a table's figure a description takes the table away from those whom the description was for.
#
# Version: typst 0.15.2, pikepdf 10.18.0 (PyPI), PDF/UA-1.
# Guess:   alt is said besides what is there: on the figure of a table it is the summary that a good table has, and its rows
#          and headers stay as they are. At worst it is said twice.
# Seen:    with alt the tags are Figure and its caption: no Table, no TH, no TD; the amounts are on the page and nobody
#          who listens comes to them. The compiler, which refuses PDF/UA-1 for one missing description, says nothing.
#          Without alt it is Table, THead, TBody, with the caption in it.
# Source:  Typst's reference, figure, alt (what the figure holds is skipped; not for tables); compare HTML 4.01, 11.2.1, the
#          summary of a table, which is added to it.
# So:      what a table is about stands in its caption or in a sentence before it; alt is for drawings alone. A test counts
#          the TD of an invoice: as many as its lines have cells.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check typst==0.15.2 pikepdf==10.18.0
"$dir/venv/bin/python" - <<'PYTHON'
import io

import pikepdf
import typst

START = '#set document(title: "Facture")\n#set text(lang: "fr")\n= Facture\n'
TABLE = "table(columns: 2, table.header([Objet], [Montant]), [Cotisation], [139,20 €]), caption: [Lignes]"


def tags(source):
    book = pikepdf.open(io.BytesIO(typst.compile((START + source).encode(), pdf_standards=["ua-1"])))
    found = {str(each.S) for each in book.objects if isinstance(each, pikepdf.Dictionary) and "/P" in each and "/S" in each}
    print(f"{source}: {sorted(found)}")
    return found


assert {"/Table", "/TH", "/TD"} <= tags(f"#figure({TABLE})")
with_words = tags(f'#figure({TABLE}, alt: "Une ligne par prestation")')
assert "/Figure" in with_words and not {"/Table", "/TH", "/TD"} & with_words, "changed: the table stays in the tags"
PYTHON
