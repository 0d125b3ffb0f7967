#!/usr/bin/env bash
# An invoice whose template is in a folder carries "invoices/factur-x.xml": by the norm's name it is not found.
#
# Version: typst 0.15.2, factur-x 7.8, pikepdf 10.18.0 (PyPI).
# Guess:   pdf.attach("factur-x.xml", data) names the attachment "factur-x.xml": the data are given, no file is read.
# Seen:    the name is the path from the root of the project. Without a folder it is as written, so a first try looks
#          right; the same line in a template of invoices/ gives "invoices/factur-x.xml", in /F, in /UF and in the tree
#          of names. The PDF is PDF/A-3a all the same and viewers show the attachment; a program that asks for the name
#          that the norm wants, as factur-x does, says that there is no XML. From the root, "/factur-x.xml", it is right.
# Source:  Typst's reference on pdf.attach, where the first argument is a path that is "only read from if no data is
#          provided"; facturx/facturx.py, get_facturx_xml_from_pdf() (strict about the name again since 7.6).
# So:      the template attaches "/factur-x.xml", and a test asks for the attachment by its whole name.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check typst==0.15.2 factur-x==7.8 pikepdf==10.18.0
cd "$dir"
venv/bin/python - <<'PYTHON'
import io
from pathlib import Path

import pikepdf
import typst
from facturx import get_facturx_xml_from_pdf

Path("invoices").mkdir()
XML = (
    '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>'
)


def attached(template, name):
    """Names of what a PDF carries, and whether factur-x finds the invoice."""
    Path(template).write_text(
        '#set document(title: "Facture")\n#set text(lang: "fr")\n'
        f'#pdf.attach("{name}", bytes(sys.inputs.xml), relationship: "alternative", mime-type: "text/xml",'
        ' description: "Facture")\n= Facture\n'
    )
    content = typst.compile(
        template, root=".", format="pdf", sys_inputs={"xml": XML}, pdf_standards=["a-3a", "ua-1"]
    )
    with pikepdf.open(io.BytesIO(content)) as file:
        names = [*file.attachments]
    found, _ = get_facturx_xml_from_pdf(io.BytesIO(content), check_xsd=False, check_schematron=False)
    print(f'{template}, "{name}": {names}, {"found" if found else "not found"}')
    return names, bool(found)


assert attached("paper.typ", "factur-x.xml") == (["factur-x.xml"], True)
assert attached("invoices/paper.typ", "factur-x.xml") == (["invoices/factur-x.xml"], False), "changed"
assert attached("invoices/paper.typ", "/factur-x.xml") == (["factur-x.xml"], True)
PYTHON
