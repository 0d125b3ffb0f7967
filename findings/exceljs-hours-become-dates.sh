#!/usr/bin/env bash
# ExcelJS reads 151.67 hours a month, shown as "151.67 h", as a day of May 1900.
#
# Version: ExcelJS 4.4.0 (npm).
# Guess:   the h after a backslash is a literal letter of the number format, as in Excel: the value is 151.67.
# Seen:    a Date, 1900-05-30T16:04:48Z. With the unit in quotes, 0.00" h", the number is read: both formats show the
#          same thing in Excel. [h]:mm, a real duration, is a Date as well.
# Source:  ECMA-376 part 1, 18.8.31 (a backslash shows the next character); exceljs/lib/utils/utils.js, isDateFmt(),
#          strips brackets and quotes, not backslashes.
# So:      the same payroll column is a number for one employer and a date for another. A portal that reads with it
#          compares the type with what the column expects and turns a date under "heures" back into its number.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-fund --no-audit --prefix "$dir" exceljs@4.4.0
cat > "$dir/read.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import ExcelJS from "exceljs";

const written = new ExcelJS.Workbook();
const sheet = written.addWorksheet("Paie");
const formats = ['0.00" h"', "0.00\\ \\h", "0.00\\ \\m"];
formats.forEach((format, place) => {
  const cell = sheet.getCell(1, place + 1);
  cell.value = 151.67;
  cell.numFmt = format;
});
const read = new ExcelJS.Workbook();
await read.xlsx.load(await written.xlsx.writeBuffer());
const values = formats.map((_, place) => read.getWorksheet("Paie").getCell(1, place + 1).value);
formats.forEach((format, place) => console.log(`151.67 shown as ${format}:`, values[place]));

assert.equal(values[0], 151.67);
assert.ok(values[1] instanceof Date, "changed: an escaped h is no longer a date");
assert.equal(values[1].toISOString().slice(0, 10), "1900-05-30");
assert.ok(values[2] instanceof Date, "changed: an escaped m is no longer a date");
JAVASCRIPT
node "$dir/read.mjs"
