#!/usr/bin/env bash
# Identical rows that follow each other in an ODS sheet are read once by pyexcel-ods; the others vanish.
#
# Version: pyexcel-ods 0.6.0, python-calamine 0.9.1, odfpy 1.4.1 (PyPI).
# Guess:   three equal rows are three rows; the repetition of cells inside a row works, so that of rows does.
# Seen:    the row is given once, the two others are gone, without a warning or even a blank line. calamine gives
#          three.
# Source:  OpenDocument 1.3 part 3, table:number-rows-repeated: equal neighbours may be stored once;
#          tafia/calamine change 308 (Excel for the web writes such files); the same fault in R: ropensci/readODS 81.
# So:      lists of posts, of temporary contracts or of unnamed headcounts do have equal lines; a portal that reads .ods
#          tests with a stored repetition, and compares the count of rows with what the employer announces.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check \
    pyexcel-ods==0.6.0 odfpy==1.4.1 python-calamine==0.9.1 "setuptools<81"
cd "$dir"
venv/bin/python - <<'PYTHON'
import python_calamine
import pyexcel_ods
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

document, table = OpenDocumentSpreadsheet(), Table(name="Postes")
for repeated, words in ((1, ("Poste", "Contrat")), (3, ("Soudeur", "CDD")), (1, ("Peintre", "CDI"))):
    row = TableRow(numberrowsrepeated=repeated) if repeated > 1 else TableRow()
    for word in words:
        cell = TableCell(valuetype="string")
        cell.addElement(P(text=word))
        row.addElement(cell)
    table.addElement(row)
document.spreadsheet.addElement(table)
document.save("postes.ods")

calamine = python_calamine.load_workbook("postes.ods").get_sheet_by_index(0).to_python()
pyexcel = pyexcel_ods.get_data("postes.ods")["Postes"]
print("calamine:   ", calamine)
print("pyexcel-ods:", pyexcel)
assert calamine.count(["Soudeur", "CDD"]) == 3
assert pyexcel.count(["Soudeur", "CDD"]) == 1, "changed: repeated rows are read"
assert len(pyexcel) == 3
PYTHON
