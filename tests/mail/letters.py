"""Any letter, given names that try to be more than names."""

from datetime import UTC, datetime

from app.mail.letters import write_letter
from app.web.templating import ROOT
from db.models import OutboxMail

KINDS = sorted(file.stem for file in ROOT.glob("templates/emails/*.md") if file.stem != "signature")
NAME = "*SARL* [ici](http://evil.example) <b>"
LINES = "Un atelier & un quai.\n\n1. lundi\n<script>alert(1)</script>"
CONVOCATION = {
    "employee": NAME, "company": NAME, "minutes": 30, "centre": NAME, "address": NAME, "access": NAME,
    "professional": NAME, "role": "infirmière", "kind": "Visite", "phone": "02 96 00 00 00",
}  # fmt: skip
PAPER = {
    "is_note": False, "number": "F2026-1", "total": "120,00 €", "issued": "1er mars 2026", "title": NAME,
    "due": "15 mars 2026", "bank": [{"words": "IBAN", "value": "FR76"}],
}  # fmt: skip
# What one letter or another is given.
CONTEXT = {
    **dict.fromkeys(("about", "after", "before", "behalf", "by", "company", "file_name", "kind"), NAME),
    **dict.fromkeys(("motive", "name", "person", "title", "who"), NAME),
    "text": LINES, "news": LINES, "roles": "Lecture", "ends_on": "", "until": "3 mars 2026",
    "code": "00010-2", "year": 2026, "number": "R-1", "email": "zoe@ours.example",
    "person_email": "zoe@ours.example",
    "new_email": "zoe@ours.example", "on_behalf": True, "accepted": True, "late": True, "again": True,
    "last_day": "31 mars 2026", "theme": "Visites", "state": "envoyée",
    "headcount": 12, "total_cents": 12_000,
    "fingerprint": "0f" * 32,
    "due": "15 mars 2026", "is_note": False, "request_id": 1, "slot_id": 1, "document_id": 1, "inquiry_id": 1,
    "invoice_id": 1, "changes": [(NAME, NAME, "")], "companies": [("00010", NAME, True)],
    "lines": [NAME], "count": 3, "are_withdrawn": False, "people": [(NAME, NAME, "3 mars", 1)],
    "kinds": [(NAME, 3, "2 jours")], "mine": 1, "waiting": 3,
    "file": [NAME], "to_employee": False, "when": "lundi 2 mars 2026 à 9 h 30", "convocation": CONVOCATION,
    "invoice_paper": PAPER, "what": "invited", "unused": "3 ans", "is_factor": True,
    "reason": "", "instalments": [("15 mars 2026", 6_000, [("F2026-1", "RF18 F2026 1", 6_000)])],
    "signed_by": NAME, "invoices": [(1, "F2026-1", "15 mars 2026", 12_000, "RF18 F2026 1")],
    "rum": "00010-2-M1", "last": "0189", "ics": "FR72ZZZ123456", "day": "16 mars 2026", "why": NAME,
    "is_suspended": True,
}  # fmt: skip


def letter_of(app, portal, kind, **more):
    context = CONTEXT | ({"kind": "summons"} if kind == "convocation" else {}) | more
    mail = OutboxMail(
        message_id="<1@aist22.fr>", template=kind, recipient="a@ours.example", context=context,
        secret_seed="5eed", created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip
    return write_letter(portal, app.app.state.templates, mail)
