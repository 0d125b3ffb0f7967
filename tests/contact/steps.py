"""What the tests of contact ask and send."""

import io
import zipfile
from datetime import timedelta

from app.access import StaffAccess
from db.models import Inquiry, InquiryMessage, Invoice
from tests.reading import rows

CONTACT = "/espace/00010/contact"
NEW = f"{CONTACT}/nouveau"
PDF = b"%PDF-1.7\nune page"
WRITTEN = {
    "token": "jeton-du-formulaire", "theme": "cotisation", "subject": "Notre dernier appel",
    "text": "Bonjour,\nle montant a doublé. Pourquoi ?",
}  # fmt: skip


def zipped(**members):
    """An archive with these members; `__` stands for / and `_` at the end for what XML ends with."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def docx():
    return zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})


async def send(actor, path=NEW, file=None, page="", **fields):
    """Fill the form in multipart, as a browser does: the file last, empty when none was chosen."""
    token = await actor.token(page or path)
    chosen = file or ("", b"")
    return await actor.post(path, data={"csrf": token, **fields}, files={"fichier": chosen})


async def inquiries(portal, *where):
    """Those of the tests: the world has one a company."""
    return [each for each in await rows(portal, Inquiry, *where) if each.token != "un-jeton"]


async def messages(portal, inquiry):
    return await rows(portal, InquiryMessage, InquiryMessage.inquiry_id == inquiry.key)


async def as_staff(portal, world, act, *given, **more):
    """One act of the service, in a transaction that commits."""
    async with portal.database.transaction(write=True) as session:
        return await act(StaffAccess(portal, session, world.clerk), *given, **more)


async def an_invoice(portal, company, number):
    async with portal.database.transaction(write=True) as session:
        day = company.created_at.date()
        session.add(
            invoice := Invoice(
                company_id=company.key, number=number, kind="cotisation", title="Cotisation 2026",
                issued_on=day, due_on=day + timedelta(days=30), lines=[], net_cents=100, vat_cents=20,
                total_cents=120, created_at=company.created_at,
            )
        )  # fmt: skip
        await session.flush()
        return invoice
