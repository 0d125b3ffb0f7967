"""The export as two files: a page that anybody reads in a browser, and JSON for another program."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.disclosure.person import Record
from app.retention.lines import LINE
from app.text.formats import moment, short_day

PAGE, DATA = "donnees.html", "donnees.json"
# Lines of the table of periods that are about an employee.
PERIODS = ("employees", "changes", "requests", "threads", "documents", "reads")


def said(value: Any) -> str:
    """A value of a section in French; "" for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return moment(value)
    return short_day(value) if isinstance(value, date) else str(value)


def periods_in_words(months: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(LINE[key].title, LINE[key].words(months[key])) for key in PERIODS]


def as_json(records: Sequence[Record], made_at: datetime) -> bytes:
    """UTF-8, names of French words, days and instants in ISO 8601."""
    whole = {
        "etabli_le": made_at.isoformat(timespec="seconds"),
        "fiches": [
            {
                "numero": record.number,
                "employeur": {
                    "code": record.company.code, "nom": record.company.name, "siret": record.company.siret,
                },
                "nom": record.name,
                "identite_et_emploi": dict(record.facts),
                **{
                    section.key: [dict(zip(section.heads, row, strict=True)) for row in section.rows]
                    for section in record.sections
                },
            }
            for record in records
        ],
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_iso).encode()


def _iso(value: Any) -> str:
    return str(value.isoformat())
