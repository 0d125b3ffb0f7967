#!/usr/bin/env bash
# An IBAN set in raw, for its even digits, is marked as English in a French letter, and PDF/UA-1 is content with it.
#
# Version: typst 0.15.2, pikepdf 10.18.0 (PyPI), PDF/UA-1.
# Guess:   raw is verbatim and monospaced, and takes the language of the text around it, which was set once, "fr".
# Seen:    the tag is Code with Lang "en", whatever the document says; a cell or a paragraph that holds nothing else is all
#          English. PDF/UA-1 is satisfied, since a language is given. text(font: …) stays French, and a rule
#          "show raw: set text(lang: "fr")" puts raw right as well.
# Source:  typst, crates/typst-library/src/text/raw.rs, ShowSet of RawElem (Lang::ENGLISH); not in the reference of raw.
# So:      a screen reader is told to take another voice for it. References, IBANs and codes to be copied are text in a
#          monospaced font, or that rule is in the frame of every letter; a test finds no tag with a language of its own.
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


def languages(source):
    """Each tag that has a language of its own."""
    book = pikepdf.open(io.BytesIO(typst.compile((START + source).encode(), pdf_standards=["ua-1"])))
    tags = [each for each in book.objects if isinstance(each, pikepdf.Dictionary) and "/Lang" in each and "/S" in each]
    assert str(book.Root.Lang) == "fr"
    found = sorted(f"{each.S} {each.Lang}" for each in tags)
    print(f"{source}: {found or 'fr'}")
    return found


IBAN = "FR76 3000 6000 0112 3456 7890 189"
assert languages(f"IBAN : `{IBAN}` à recopier.") == ["/Code en"], "changed: raw takes the language around it"
assert languages(f'#table(columns: 2, table.header([À], [Recopier]), [IBAN], raw("{IBAN}"))') == ["/TD en"]
assert languages(f'#show raw: set text(lang: "fr")\nIBAN : `{IBAN}`') == []
assert languages(f'IBAN : #text(font: "DejaVu Sans Mono")[{IBAN}]') == []
PYTHON
