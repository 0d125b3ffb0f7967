"""The bank's file, `pain.008.001.08`, made in a process of its own: `python -m app.debits.making`.

It reads one order as JSON, and writes the file, which it has checked against the schema of ISO 20022 (that
takes seconds for thousands of debits, during which nobody waits). It knows no secret: accounts come with the
order and go with the answer. Names and words are SEPA's basic letters already: `sepaxml` would leave some in
that banks refuse, so its own cleaning is off.
"""

import json
import subprocess
import sys
from datetime import date
from typing import Any

from app.files.apart import start_apart

SCHEMA = "pain.008.001.08"
PATIENCE = 600  # seconds: a hundred times what the largest run takes


class Unmade(Exception):  # noqa: N818
    """The reason why there is no file."""


def make_apart(order: dict[str, Any]) -> bytes:
    """The file of an order (see `file_of`). Slow: in a thread."""
    process = start_apart("app.debits.making")
    try:
        content, _ = process.communicate(json.dumps(order).encode(), timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Unmade("le fichier n’a pas été fait à temps") from None
    if process.returncode != 0 or not content.startswith(b"<?xml"):
        raise Unmade("le fichier ne respecte pas la norme de la banque")
    return content


def file_of(order: dict[str, Any]) -> bytes:
    """`order`: name, iban, bic and ics of the creditor, scheme, collect_on; `debits`: name, iban, cents,
    sequence, rum, signed_on, words and reference of each. Days as 2026-12-31.
    """
    from sepaxml import SepaDD  # noqa: PLC0415 - here only

    config = {
        "name": order["name"], "IBAN": order["iban"], "batch": True, "creditor_id": order["ics"],
        "currency": "EUR", "instrument": order["scheme"],
    } | ({"BIC": order["bic"]} if order["bic"] else {})  # fmt: skip
    made = SepaDD(config, schema=SCHEMA, clean=False)
    collect_on = date.fromisoformat(order["collect_on"])
    for each in order["debits"]:
        made.add_payment(
            {
                "name": each["name"], "IBAN": each["iban"], "amount": each["cents"],
                "type": each["sequence"], "collection_date": collect_on, "mandate_id": each["rum"],
                "mandate_date": date.fromisoformat(each["signed_on"]), "description": each["words"],
                "endtoend_id": each["reference"],
            }
        )  # fmt: skip
    content: bytes = made.export(validate=True)
    return content


if __name__ == "__main__":
    sys.stdout.buffer.write(file_of(json.load(sys.stdin)))
