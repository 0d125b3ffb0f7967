"""Files of each kind, deposits over HTTP, and documents that the service shares with the site."""

import io
import zipfile
from datetime import UTC, datetime

from app.documents.staff import SharedDocument, share_document
from app.kept_files import store_file
from db.models import Document, DocumentKind
from tests.employees.people import fields_of
from tests.planning.steps import service
from tests.reading import rows

DOCUMENTS = "/espace/00010-2/documents"  # of the site, which starts without any
NEW = f"{DOCUMENTS}/depot"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 64
ODF = "application/vnd.oasis.opendocument"


def archive(*entries, mimetype=""):
    """A zip of these entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        if mimetype:
            made.writestr("mimetype", mimetype)
        for name in entries:
            made.writestr(name, "<x/>")
    return file.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
ODT = archive("content.xml", mimetype=f"{ODF}.text")
ODS = archive("content.xml", mimetype=f"{ODF}.spreadsheet")


async def deposit(actor, content=PDF, name="duerp.pdf", page=NEW, **more):
    """The form of this page, filled and sent."""
    fields = await form_of(actor, page) | {"kind": "duerp"} | more
    path = page.partition("?")[0]
    return await actor.post(path, data=fields, files={"fichier": (name, content)})


async def form_of(actor, page=NEW):
    """What a browser would send of it, the file left out."""
    fields = fields_of((await actor.get(page)).text) | {"csrf": await actor.token(page)}
    return {name: value for name, value in fields.items() if name != "fichier"}


async def deposited(actor, content=PDF, name="duerp.pdf", **more):
    """The address of the document that was made."""
    answer = await deposit(actor, content, name, **more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def shared(portal, world, kind=DocumentKind.ATTESTATION, title="Attestation de suivi", **more):
    company, content = more.pop("company", world.site), more.pop("content", PDF)
    kept = await store_file(portal.storage, more.pop("name", "attestation.pdf"), content)
    async with service(portal, world) as access:
        return await share_document(access, company.key, SharedDocument(kind, title, **more), kept, NOW)


async def documents(portal, world):
    """Of the site, the oldest first."""
    return await rows(portal, Document, Document.company_id == world.site.id)
