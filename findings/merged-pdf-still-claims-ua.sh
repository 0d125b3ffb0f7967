#!/usr/bin/env bash
# Two accessible PDFs put together still claim PDF/UA-1 and PDF/A-3a, while the second half has lost its tags.
#
# Version: typst 0.15.2, pikepdf 10.18.0, pypdf 7.1.1 (PyPI).
# Guess:   adding pages brings their tags along, or the result stops claiming to be tagged.
# Seen:    pages are copied, the structure tree is not: it knows one page of two. pikepdf leaves the second page's
#          /StructParents at 0, the key of the first page's entry, so a reader that asks what the second page's text is
#          gets the first page's tags. pypdf removes the key. Both keep /MarkInfo and the metadata's "pdfuaid:part 1"
#          and "PDF/A-3a". Into a new file, both drop tags, language and claims altogether.
# Source:  the pages topic of pikepdf's documentation does not name tags; ISO 32000-1, 14.7.4.4 (a page's StructParents
#          is its own key in the parent tree); ISO 14289-1, 7.1 (all real content is tagged).
# So:      a batch of convocations is typeset as one document, never merged from single ones; a test counts the pages
#          that the structure tree reaches, for the claim alone says nothing.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check typst==0.15.2 pikepdf==10.18.0 pypdf==7.1.1
cd "$dir"
venv/bin/python - <<'PYTHON'
import io

import pikepdf
import pypdf
import typst

for name in ("Lundi", "Mardi"):
    with open(f"{name}.typ", "w", encoding="utf-8") as source:
        source.write(f'#set document(title: "{name}")\n#set text(lang: "fr")\n= {name}\nVisite à 9 h 30.\n')
    typst.compile(f"{name}.typ", output=f"{name}.pdf", pdf_standards=["a-3a", "ua-1"])


def told(name, content):
    """Pages, pages that the tags reach, what each page says its key is, and what the file claims."""
    pdf = pikepdf.open(io.BytesIO(content))
    reached, waiting = set(), [pdf.Root.StructTreeRoot] if "/StructTreeRoot" in pdf.Root else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(node)
        elif isinstance(node, pikepdf.Dictionary):
            if "/Pg" in node:
                reached.add(node.Pg.objgen)
            waiting.extend([node.K] if "/K" in node else [])
    with pdf.open_metadata() as claims:
        claim = claims.get("pdfuaid:part"), claims.pdfa_status
    keys = [int(page.StructParents) if "/StructParents" in page else None for page in pdf.pages]
    print(f"{name}: {len(pdf.pages)} pages, {len(reached)} tagged, keys {keys}, claims {claim}")
    return len(pdf.pages), len(reached), keys, claim


def saved(pdf):
    file = io.BytesIO()
    (pdf.save if isinstance(pdf, pikepdf.Pdf) else pdf.write)(file)
    return file.getvalue()


with pikepdf.open("Lundi.pdf") as one, pikepdf.open("Mardi.pdf") as other:
    assert told("one alone", saved(one)) == (1, 1, [0], ("1", "3A"))
    one.pages.extend(other.pages)
    by_pikepdf = told("pikepdf", saved(one))
writer = pypdf.PdfWriter(clone_from="Lundi.pdf")
writer.append("Mardi.pdf")
by_pypdf = told("pypdf", saved(writer))
assert by_pikepdf == (2, 1, [0, 0], ("1", "3A")), "changed: pikepdf treats tags another way"
assert by_pypdf == (2, 1, [0, None], ("1", "3A")), "changed: pypdf treats tags another way"
PYTHON
