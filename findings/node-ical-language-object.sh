#!/usr/bin/env bash
# An invitation whose title says that it is in French has an object for a title, and a category cut in two.
#
# Version: node-ical 0.26.1 (npm).
# Guess:   summary is a string: parameters such as LANGUAGE, which Outlook writes on every title, are left out of it; an
#          escaped comma is part of a category's name.
# Seen:    SUMMARY:Visite is "Visite"; SUMMARY;LANGUAGE=fr:Visite is { params: { LANGUAGE: "fr" }, val: "Visite" }, shown
#          as [object Object] by a page that prints it. "santé\, travail" becomes the two categories "santé\" and
#          "travail", while the same text in LOCATION is unescaped.
# Source:  node-ical.d.ts, which says that a value with parameters is an object with params and val;
#          RFC 5545, 3.8.1.12 (LANGUAGE on SUMMARY) and 3.3.11 (escaped commas).
# So:      every text that comes from somebody's calendar goes through one function that takes both shapes; tests use an
#          invitation exported from Outlook, not one made by hand.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-fund --no-audit --prefix "$dir" node-ical@0.26.1
cat > "$dir/read.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import ical from "node-ical";

const read = (...lines) =>
  ical.sync.parseICS(
    ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Exemple//FR", "BEGIN:VEVENT", "UID:v1", "DTSTAMP:20261101T080000Z",
      "DTSTART:20261203T080000Z", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n"),
  ).v1;
const plain = read("SUMMARY:Visite", "LOCATION:12\\, rue Exemple");
const outlook = read("SUMMARY;LANGUAGE=fr:Visite", "CATEGORIES:santé\\, travail,Rendez-vous");
console.log("SUMMARY:", plain.summary, "- LOCATION:", plain.location);
console.log("SUMMARY;LANGUAGE=fr:", outlook.summary, `printed: ${outlook.summary}`);
console.log("CATEGORIES:", outlook.categories);
assert.equal(plain.summary, "Visite");
assert.equal(plain.location, "12, rue Exemple");
assert.deepEqual(outlook.summary, { params: { LANGUAGE: "fr" }, val: "Visite" }, "changed: the title is a text");
assert.deepEqual(outlook.categories, ["santé\\", "travail", "Rendez-vous"], "changed: escaped commas are understood");
JAVASCRIPT
node "$dir/read.mjs"
