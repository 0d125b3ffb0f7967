#!/usr/bin/env bash
# A week of 35:30 hours is a duration in XLSX and the text "PT35H30M00S" in ODS, read by the same library.
#
# Version: python-calamine 0.9.1, odfpy 1.4.1, xlsxwriter 3.3.1 (PyPI).
# Guess:   one library, one column, one type: hours of work are timedeltas from both formats, as its types announce.
# Seen:    from XLSX (format [h]:mm) 35:30 and 08:30 are both timedelta. From ODS, 08:30 is time(8, 30), and 35:30, which
#          no clock shows, is the text PT35H30M00S as it stands in the file. A date is a date in both.
# Source:  OpenDocument 1.3 part 3, office:time-value (an XML Schema duration, of any length); python-calamine's own
#          _python_calamine.pyi, which lists time and timedelta among the values of a cell.
# So:      an importer that accepts ODS "because calamine reads it" has three types in a column of hours, and a part-time
#          rule that sees 17:30 and not 35:30; it reads all three, with a value on each side of 24 hours in its tests.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check python-calamine==0.9.1 odfpy==1.4.1 xlsxwriter==3.3.1
cd "$dir"
venv/bin/python - <<'PYTHON'
from datetime import date, datetime, time, timedelta

import python_calamine
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

document, table, row = OpenDocumentSpreadsheet(), Table(name="Heures"), TableRow()
for options, shown in (
    ({"valuetype": "time", "timevalue": "PT35H30M00S"}, "35:30"),
    ({"valuetype": "time", "timevalue": "PT08H30M00S"}, "08:30"),
    ({"valuetype": "date", "datevalue": "2026-12-03"}, "03/12/2026"),
):
    cell = TableCell(**options)
    cell.addElement(P(text=shown))
    row.addElement(cell)
table.addElement(row)
document.spreadsheet.addElement(table)
document.save("heures.ods")

book = xlsxwriter.Workbook("heures.xlsx")
sheet = book.add_worksheet()
for place, (stored, shown_as) in enumerate(
    ((timedelta(hours=35.5), "[h]:mm"), (timedelta(hours=8.5), "[h]:mm"), (datetime(2026, 12, 3), "dd/mm/yyyy"))
):
    sheet.write_datetime(0, place, stored, book.add_format({"num_format": shown_as}))
book.close()

seen = {}
for kind in ("xlsx", "ods"):
    seen[kind] = python_calamine.load_workbook(f"heures.{kind}").get_sheet_by_index(0).to_python()[0]
    print(f"{kind}:", seen[kind])
assert seen["xlsx"][:2] == [timedelta(hours=35.5), timedelta(hours=8.5)]
assert seen["xlsx"][2] == seen["ods"][2] == date(2026, 12, 3)
assert seen["ods"][:2] == ["PT35H30M00S", time(8, 30)], "changed: durations of ODS are read another way"
PYTHON
