"""A document that a person may not open is neither listed, counted as new, put in an archive nor found."""

from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest

from app.documents.acts import mark_as_seen
from app.documents.kinds import DUERP_SERIES, right_to_open, search_key
from app.documents.queries import (
    document_of,
    documents_about,
    documents_before,
    files_of,
    news_of,
    versions_of,
)
from app.errors import Forbidden, NotFound
from app.rights import Role, rights_of
from db.models import Document, DocumentKind
from tests import doors
from tests.employees.people import an_employee
from tests.people.steps import a_member
from tests.reading import rows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def many_documents(portal, company, employee):
    """Of each kind: shared or deposited, new or seen, withdrawn or not, about somebody or nobody; and three
    versions of a DUERP.
    """
    draw = Random(9)
    cases = list(product(DocumentKind, (True, False), (None, NOW), (None, NOW), (None, employee.id)))
    async with portal.database.transaction(write=True) as session:
        for place, (kind, shared, seen, withdrawn, about) in enumerate(cases):
            title = f"{draw.choice(['Été', 'Hiver', 'Œuvre'])} {place}"
            session.add(
                Document(
                    company_id=company.id, kind=kind, title=title, file_name=f"{place}.pdf",
                    search_key=search_key(kind, title, f"{place}.pdf"), media_type="application/pdf", size=1,
                    sha256=f"{place:064}", series=f"s{place:03}", token=f"t{place:03}", from_service=shared,
                    employee_id=about, read_at=seen, withdrawn_at=withdrawn,
                    created_at=NOW + timedelta(minutes=place // 3),
                )
            )  # fmt: skip
        for version in (1, 2, 3):
            session.add(
                Document(
                    company_id=company.id, kind=DocumentKind.DUERP, title="DUERP", file_name="duerp.pdf",
                    search_key=search_key(DocumentKind.DUERP, "DUERP", "duerp.pdf"), media_type="x", size=1,
                    sha256=f"d{version:063}", series=DUERP_SERIES, version=version, token=f"duerp{version}",
                    created_at=NOW,
                )
            )  # fmt: skip


async def every_page(access, q="", kind=""):
    before, read = None, []
    while page := await documents_before(access, q, kind, before):
        read += page[:25]
        if len(page) <= 25:
            break
        before = (page[24].created_at, page[24].id)
    return read


@pytest.mark.parametrize("third", [False, True], ids=["employee", "third party"])
@pytest.mark.parametrize("role", Role)
async def test_what_is_listed_new_and_archived_is_what_may_be_opened(portal, world, role, third):
    me = await a_member(portal, world.site, "moi@ours.example", role, third_party=third)
    employee = await an_employee(portal, world.site)
    await many_documents(portal, world.site, employee)
    rights = rights_of([role], third_party=third)
    here = await rows(portal, Document, Document.company_id == world.site.id)
    mine = {e.id: e for e in here if e.withdrawn_at is None and right_to_open(e.kind) in rights}
    old = {each.id for each in here if each.series == DUERP_SERIES and each.version < 3}
    async with doors.member(portal, me, world.site) as access:
        found = await every_page(access)
        assert {each.id for each in found} == set(mine) - old, "the latest version of each"
        assert len(found) == len({each.id for each in found})
        for kind in DocumentKind:
            ids = {each.id for each in await every_page(access, kind=kind)}
            assert ids == {number for number in set(mine) - old if mine[number].kind == kind}
            files = {sha for *_, sha in await files_of(access, kind, None)}
            assert files == {each.sha256 for each in mine.values() if each.kind == kind}
        words = {each.id for each in await every_page(access, "oeuvre")}
        assert words == {number for number, each in mine.items() if "Œuvre" in each.title}
        about = {each.id for each in await documents_about(access, employee.key)}
        theirs = sorted((e for e in mine.values() if e.employee_id), key=lambda e: (e.created_at, e.id))
        assert about == {each.id for each in theirs[-25:]}
        fresh = [each for each in mine.values() if each.from_service and each.read_at is None]
        news = await news_of(access)
        assert news.count == len(fresh)
        assert (news.last_id, news.since) == (max(e.id for e in fresh), min(e.created_at for e in fresh))
        await check_each(access, here, mine)
        await mark_as_seen(access, news.last_id, NOW)
        assert (await news_of(access)).count == 0
    left = [
        each
        for each in await rows(portal, Document, Document.company_id == world.site.id)
        if not each.read_at
    ]
    unopened = {each.id for each in here if each.read_at is None} - {each.id for each in fresh}
    gone = {each.id for each in here if each.withdrawn_at and right_to_open(each.kind) in rights}
    assert {each.id for each in left} >= unopened - gone, "nobody marks as seen what they may not open"


async def check_each(access, here, mine):
    for each in here[::7]:
        if each.id in mine:
            assert (await document_of(access, each.id)).id == each.id
        else:
            with pytest.raises((NotFound, Forbidden)):
                await document_of(access, each.id)
    versions = await versions_of(access, DUERP_SERIES)
    assert [document.version for document, _ in versions] == [3, 2, 1]


async def test_another_companys_documents_are_found_by_no_word(portal, world):
    employee = await an_employee(portal, world.site)
    await many_documents(portal, world.site, employee)
    async with doors.member(portal, world.charlie, world.theirs, write=False) as access:
        assert {each.title for each in await every_page(access)} == {"Conserverie-marque-91cc"}
        assert await every_page(access, "oeuvre") == []
        assert await documents_about(access, employee.key) == []
        assert await versions_of(access, DUERP_SERIES) == []
