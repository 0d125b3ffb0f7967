#!/usr/bin/env bash
# SheetJS gives one cell two dates, four years apart, when the workbook counts from 1904.
#
# Version: xlsx 0.18.5 (npm, the newest there), xlsxwriter 3.3.1.
# Guess:   with cellDates the value is the date that Excel shows, whatever the workbook's date system; the library reads
#          the flag, as its text shows.
# Seen:    the text w is 02/01/2026, the value v is in the first days of 2022 (or the last of 2021, by the zone): 1462
#          days less. Without cellDates the number is 44562, to be added to 1904 by whoever knows. openpyxl gives 2026.
# Source:  SheetJS/sheetjs issue 1565, open since 2019; the flag is date1904 of workbookPr, ECMA-376 part 1, 18.2.28.
# So:      workbooks begun on an old Mac keep 1904 for life. A portal that takes birth or entry dates from JavaScript
#          tests with such a file: an employee four years older is still plausible, so nothing else notices.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5
npm install --silent --no-fund --no-audit --prefix "$dir" xlsx@0.18.5
cd "$dir"
venv/bin/python - <<'PYTHON'
from datetime import datetime

import xlsxwriter
from openpyxl import load_workbook

book = xlsxwriter.Workbook("salaries.xlsx", {"date_1904": True})
book.add_worksheet().write_datetime(0, 0, datetime(2026, 1, 2), book.add_format({"num_format": "dd/mm/yyyy"}))
book.close()
value = load_workbook("salaries.xlsx").active["A1"].value
print("openpyxl:", value)
assert value == datetime(2026, 1, 2)
PYTHON
cat > read.mjs <<'JAVASCRIPT'
import assert from "node:assert";
import fs from "node:fs";
import XLSX from "xlsx";

const cell = (options) => XLSX.read(fs.readFileSync("salaries.xlsx"), options).Sheets.Sheet1.A1;
const { v, w } = cell({ cellDates: true });
console.log(`SheetJS with cellDates: shown ${w}, value ${v.toISOString()}`);
console.log(`SheetJS without: shown ${cell({}).w}, value ${cell({}).v}`);
assert.equal(w, "02/01/2026");
assert.equal(cell({}).v, 44562);
assert.equal(v.toISOString(), "2022-01-01T00:00:00.000Z", "changed: the value follows the date system");
JAVASCRIPT
TZ=UTC node read.mjs
