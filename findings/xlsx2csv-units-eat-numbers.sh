#!/usr/bin/env bash
# A cell that shows "25 jours" or "7.50 h" loses its number when xlsx2csv converts the workbook.
#
# Version: xlsx2csv 0.8.6 (PyPI).
# Guess:   a quoted unit in a number format is decoration: the CSV holds 25, or "25 jours" as Excel shows it.
# Seen:    a d, h, m or y in the format makes it a date, quoted or escaped or not; then the format itself is
#          printed: 0 "jours" for 25, 0.00 12 for 7.5 shown as 7.50 h, 0"04²" for 120 m². Exit status 0, no warning.
#          A format whose unit has none of these letters (€) keeps its number.
# Source:  dilshod/xlsx2csv change 186, open since 2019, on quotes in formats; ECMA-376 part 1, 18.8.31 (text in
#          quotes and after a backslash is literal).
# So:      payroll exports carry such columns (leave, hours, surface of the premises). A portal reads workbooks with a
#          library that gives the stored number (openpyxl and calamine do here), and never takes a CSV made that way.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check \
    xlsx2csv==0.8.6 xlsxwriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
cd "$dir"
venv/bin/python - <<'PYTHON'
import subprocess

import python_calamine
import xlsxwriter
from openpyxl import load_workbook

SHOWN = {'0 "jours"': 25, r"0.00\ \h": 7.5, '0"m²"': 120, "0.00 [$€-40C]": 139.2}
book = xlsxwriter.Workbook("paie.xlsx")
sheet = book.add_worksheet()
for place, (shown_as, number) in enumerate(SHOWN.items()):
    sheet.write_number(0, place, number, book.add_format({"num_format": shown_as}))
book.close()

run = subprocess.run(["venv/bin/xlsx2csv", "-d", "tab", "paie.xlsx"], capture_output=True, text=True, check=True)
csv = run.stdout.strip("\n").replace('""', '"').split("\t")
print("stored:   ", list(SHOWN.values()))
print("xlsx2csv: ", csv)
others = [
    [cell.value for cell in next(load_workbook("paie.xlsx").active.iter_rows())],
    python_calamine.load_workbook("paie.xlsx").get_sheet_by_index(0).to_python()[0],
]
print("openpyxl, calamine:", *others)
assert others == [list(SHOWN.values())] * 2
assert "25" not in csv[0] and "jours" in csv[0], "changed: a quoted unit is no longer a date"
assert csv[1] == "0.00 12", "changed: an escaped unit is no longer a date"
assert "120" not in csv[2] and "04" in csv[2], "changed: a quoted m is no longer a month"
assert float(csv[3]) == 139.2
PYTHON
