"""What the employer deposits, withdraws, and asks for."""

import asyncio
import io
import re

import pytest
from pypdf import PdfReader

from db.models import AuditEvent, Company
from tests.documents.steps import (
    DOCUMENTS,
    DOCX,
    NEW,
    NOW,
    PDF,
    PNG,
    deposit,
    deposited,
    documents,
    form_of,
    shared,
)
from tests.employees.people import acting
from tests.planning.steps import told_events
from tests.postbox import words_of
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")


def files_in(portal):
    folder = portal.settings.data_dir / "files"
    return [each for each in folder.rglob("*") if each.is_file()]


async def test_a_deposit_is_listed_traced_and_told_to_the_service(app, alice, portal, world, mailbox):
    page = await alice.follow(await deposit(alice, name="Évaluation 2026.pdf"))
    assert "Le document est déposé. Le service est prévenu." in page.text
    (row,) = await documents(portal, world)
    assert (row.kind, row.version, row.from_service, row.account_id) == ("duerp", 1, False, world.alice.id)
    assert (row.file_name, row.media_type, row.size) == ("Évaluation 2026.pdf", "application/pdf", len(PDF))
    assert "Document unique d’évaluation" in (await alice.get(DOCUMENTS)).text
    assert await told_events(portal) == [("document_deposited", "DUERP : Évaluation 2026.pdf (version 1)")]
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "portailadh@aist22.fr"
    assert letter["Reply-To"] == "alice@ours.example"
    assert "Évaluation 2026.pdf" in words_of(letter)


async def test_each_duerp_is_the_next_version_and_the_old_ones_stay(alice, portal, world):
    places = [await deposited(alice, PDF + bytes([at]), f"v{at}.pdf") for at in range(3)]
    assert [each.version for each in await documents(portal, world)] == [1, 2, 3]
    listed = (await alice.get(DOCUMENTS)).text
    assert "version 3" in listed
    assert "version 2" not in listed
    latest = (await alice.get(places[-1])).text
    assert all(f"Version {number}" in latest for number in (1, 2, 3))
    old = await alice.get(places[0])
    assert "Cette version 1 a été remplacée" in old.text
    assert (await alice.get(f"{places[0]}/fichier")).content == PDF + b"\0"


async def test_the_same_duerp_again_is_refused_with_the_number_it_has(alice, portal, world):
    await deposited(alice)
    answer = await deposit(alice)
    assert answer.status_code == 409
    assert "déjà la version 1 de votre DUERP" in answer.text
    assert len(await documents(portal, world)) == 1


async def test_the_same_form_sent_twice_makes_one(alice, portal, world):
    fields = await form_of(alice) | {"kind": "autre", "title": "Plan"}
    answers = await asyncio.gather(
        *(alice.post(NEW, data=fields, files={"fichier": ("plan.png", PNG)}) for _ in range(5))
    )
    assert {each.status_code for each in answers} == {303}
    assert len({each.headers["location"] for each in answers}) == 1
    assert len(await documents(portal, world)) == 1
    assert len(await rows(portal, AuditEvent)) == 1


async def test_two_people_who_deposit_at_once_make_two_versions(alice, portal, world):
    answers = await asyncio.gather(*(deposit(alice, PDF + bytes([at]), "duerp.pdf") for at in range(4)))
    assert {each.status_code for each in answers} == {303}
    assert sorted(each.version for each in await documents(portal, world)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\x90\0", "duerp.pdf", "n’est ni un PDF"),
        (PNG, "duerp.pdf", "Ce fichier est une image PNG, mais son nom finit par « .pdf »"),
        (DOCX, "duerp.xlsx", "Ce fichier est un document Word"),
        (b"", "duerp.pdf", "Ce fichier est vide"),
        (PDF + b"x" * 10_000_000, "duerp.pdf", "dépasse 10 Mo :"),
        (PDF + b"x" * 12_000_000, "duerp.pdf", "dépasse 10 Mo (il en pèse 12) :"),
    ],
)
async def test_what_lies_is_empty_or_too_large_is_refused_and_nothing_is_kept(
    alice, portal, world, content, name, words
):
    before = files_in(portal)
    answer = await deposit(alice, content, name, title="Mon titre")
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="duerp" selected' in answer.text
    assert "Mon titre" in answer.text
    assert not await documents(portal, world)
    assert files_in(portal) == before


async def test_a_form_without_a_kind_keeps_no_file(alice, portal, world):
    before = files_in(portal)
    answer = await deposit(alice, kind="attestation")
    assert answer.status_code == 422
    assert "Dites ce que vous déposez." in answer.text
    assert "Choisissez de nouveau le fichier" in answer.text
    assert files_in(portal) == before


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../duerp.pdf", "duerp.pdf"),
        ("C:\\x\\duerp.pdf", "duerp.pdf"),
        ("a\u202eb.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
async def test_a_name_keeps_neither_path_nor_control_characters(alice, portal, world, name, kept):
    place = await deposited(alice, name=name)
    (row,) = await documents(portal, world)
    assert row.file_name == kept
    assert f'filename="{kept}"' in (await alice.get(f"{place}/fichier")).headers["content-disposition"]


@pytest.mark.parametrize("token", ["", "x" * 43])
async def test_a_deposit_without_its_token_writes_nothing(alice, portal, world, token):
    before = files_in(portal)
    answer = await alice.post(NEW, data={"csrf": token, "kind": "duerp"}, files={"fichier": ("a.pdf", PDF)})
    assert answer.status_code == 422
    assert "ouverte depuis trop longtemps" in answer.text
    assert files_in(portal) == before
    assert not await documents(portal, world)


async def test_other_documents_leave_the_list_with_a_trace_and_the_duerp_never(alice, portal, world):
    other = await deposited(alice, PNG, "plan.png", kind="autre", title="Plan du site")
    answer = await alice.follow(await alice.fill(f"{other}/retrait"))
    assert "Le document est retiré de la liste." in answer.text
    assert "Plan du site" not in answer.text
    assert (await alice.get(other)).status_code == (await alice.get(f"{other}/fichier")).status_code == 404
    (row,) = await documents(portal, world)
    assert row.withdrawn_at is not None
    assert ("document_withdrawn", "Plan du site") in await told_events(portal)
    duerp = await deposited(alice)
    given = await shared(portal, world)
    for place in (duerp, f"{DOCUMENTS}/{given.id}"):
        assert "Retirer de la liste" not in (await alice.get(place)).text
        token = await alice.token(f"{DOCUMENTS}/certificat")
        refused = await alice.post(f"{place}/retrait", data={"csrf": token})
        assert refused.status_code == 422
        assert "ne se retire pas de la liste" in refused.text
        assert (await alice.get(f"{place}/fichier")).status_code == 200


async def test_a_document_taken_off_the_list_twice_is_taken_off_once(alice, portal, world):
    place = await deposited(alice, PNG, "plan.png", kind="autre", title="Plan du site")
    fields = await form_of(alice, f"{place}/retrait")
    answers = await asyncio.gather(*(alice.post(f"{place}/retrait", data=fields) for _ in range(3)))
    assert {each.headers["location"] for each in answers} == {f"{DOCUMENTS}?fait=retire"}
    assert [kind for kind, _ in await told_events(portal)].count("document_withdrawn") == 1


async def certify(actor):
    path = f"{DOCUMENTS}/certificat"
    return await actor.post(path, data=await form_of(actor, path))


async def test_a_certificate_is_made_kept_and_traced(alice, portal, world):
    page = await alice.follow(await certify(alice))
    assert "Le certificat est établi" in page.text
    (row,) = await documents(portal, world)
    assert (row.kind, row.title) == ("certificat", "Certificat d’adhésion au 2 mars 2026")
    assert row.read_at is not None
    answer = await alice.get(f"{DOCUMENTS}/{row.id}/fichier")
    reader = PdfReader(io.BytesIO(answer.content))
    text = " ".join(reader.pages[0].extract_text().split())
    assert "Certificat d’adhésion" in text
    assert f"{world.site.name}" in text
    assert "Code adhérent : 00010-2" in text
    assert "au 2 mars 2026" in text
    catalogue = reader.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()
    assert catalogue["/Lang"].startswith("fr")
    assert await told_events(portal) == [("certificate_made", "Certificat d’adhésion au 2 mars 2026")]


async def test_a_certificate_asked_twice_with_one_form_is_one(alice, portal, world):
    path = f"{DOCUMENTS}/certificat"
    fields = await form_of(alice, path)
    answers = await asyncio.gather(*(alice.post(path, data=fields) for _ in range(3)))
    assert {each.status_code for each in answers} <= {303, 409}
    assert len(await documents(portal, world)) == 1


async def test_a_company_that_left_gets_no_certificate(alice, portal, world):
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.site.id)).closed_at = NOW
    assert "adhésion a pris fin" in (await certify(alice)).text
    assert not await documents(portal, world)


async def test_a_reader_and_billing_read_but_deposit_nothing(app, portal, world, alice):
    place = await deposited(alice)
    for role in ("lecture", "facturation"):
        async with acting(app, portal, world.site, role) as actor:
            assert (await actor.get(f"{place}/fichier")).status_code == 200
            assert "Déposer" not in (await actor.get(DOCUMENTS)).text
            for path in (NEW, f"{DOCUMENTS}/certificat", f"{place}/retrait"):
                assert (await actor.get(path)).status_code == 403


async def test_a_title_is_the_file_name_when_none_is_given(alice, portal, world):
    await deposited(alice, PNG, "Plan d’évacuation.png", kind="autre")
    (row,) = await documents(portal, world)
    assert row.title == "Plan d’évacuation"


async def test_a_deposit_for_the_company_says_who_acted_on_its_behalf(app, portal, world):
    async with acting(app, portal, world.site, "declaration", third_party=True) as actor:
        page = await actor.get(await deposited(actor))
    assert "(tiers déclarant)" in page.text
    (row,) = await documents(portal, world)
    assert row.on_behalf
    assert re.search(r"Declaration Ajout", page.text)


@pytest.mark.parametrize(
    ("told_size", "status"), [("²²²²²²²²", 400), ("-12000000", 422), ("9" * 15, 413), ("9" * 5_000, 400)]
)
async def test_a_size_that_is_no_number_is_no_fault_and_not_repeated(alice, portal, world, told_size, status):
    fields = await form_of(alice)
    headers = {
        "Content-Length": told_size.encode("latin-1"),
        "Content-Type": "multipart/form-data; boundary=b",
    }
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head = '--b\r\nContent-Disposition: form-data; name="fichier"; filename="a.pdf"\r\n\r\n'
    body = (parts + head).encode() + PDF + b"x" * 12_000_000 + b"\r\n--b--\r\n"
    answer = await alice.post(NEW, content=body, headers=headers)
    assert answer.status_code == status
    assert ("dépasse 10 Mo :" in answer.text) == (status == 422)
    assert not await documents(portal, world)
