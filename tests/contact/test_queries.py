"""A thread that a person may not read is neither listed nor counted: the list in SQL, and the rule in Python,
agree for every role, theme and author.
"""

from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest

from app.contact.queries import FILTERS, inquiries_of, inquiry_of, inquiry_to_act_in, unread_inquiries
from app.contact.rules import may_act, may_read
from app.errors import Forbidden
from app.rights import Role, rights_of
from db.models import Inquiry, InquiryState, InquiryTheme
from tests import doors
from tests.contact.steps import an_invoice
from tests.people.steps import a_member
from tests.reading import rows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def a_thread_of_each(portal, company, *authors):
    """Each theme, about an invoice or not, by each of these, read and unread, in turn in each state."""
    invoice = await an_invoice(portal, company, "F2026-9")
    cases = list(product(InquiryTheme, (None, invoice.key), authors, (None, NOW)))
    async with portal.database.transaction(write=True) as session:
        session.add_all(
            Inquiry(
                company_id=company.id, account_id=author.id, theme=theme, subject=f"Fil {place}",
                invoice_id=about, token=f"fil-{place:05}", unread_at=unread,
                state=list(InquiryState)[place % 3], created_at=NOW,
                updated_at=NOW + timedelta(minutes=place // 2),
            )
            for place, (theme, about, author, unread) in enumerate(cases)
        )  # fmt: skip


async def every_page(access, state):
    before, read = None, []
    while page := await inquiries_of(access, state, before):
        read += page[:25]
        if len(page) <= 25:
            break
        before = (page[24].updated_at, page[24].id)
    return read


@pytest.mark.parametrize("third", [False, True], ids=["employee", "third party"])
@pytest.mark.parametrize(
    "roles", [*combinations(Role, 1), (Role.READER, Role.BILLING), (Role.APTITUDE, Role.EMPLOYEES)]
)
async def test_what_is_listed_is_what_may_be_read(portal, world, roles, third):
    me = await a_member(portal, world.site, "moi@ours.example", *roles, third_party=third)
    await a_thread_of_each(portal, world.site, me, world.alice)
    threads = await rows(portal, Inquiry, Inquiry.company_id == world.site.id)
    rights = rights_of(roles, third_party=third)
    mine = [each for each in threads if may_read(each, me.id, rights)]
    async with doors.member(portal, me, world.site, write=False) as access:
        for state, stored in [("", None), *FILTERS.items()]:
            found = await every_page(access, state)
            expected = {each.id for each in mine if stored is None or each.state == stored}
            assert {each.id for each in found} == expected
            assert len(found) == len(expected), "each once"
            order = [(each.updated_at, each.id) for each in found]
            assert order == sorted(order, reverse=True)
        unread = [each for each in threads if each.unread_at and may_act(each, me.id, rights)]
        latest = sorted(unread, key=lambda each: (each.updated_at, each.id), reverse=True)[:5]
        assert [number for number, *_ in await unread_inquiries(access)] == [each.id for each in latest]
        for each in threads[::5]:
            for read, rule in ((inquiry_of, may_read), (inquiry_to_act_in, may_act)):
                if rule(each, me.id, rights):
                    assert (await read(access, each.id)).id == each.id
                else:
                    with pytest.raises(Forbidden):
                        await read(access, each.id)


async def test_no_thread_of_another_company_is_read_whoever_asks(portal, world):
    await a_thread_of_each(portal, world.site, world.alice)
    async with doors.member(portal, world.charlie, world.theirs, write=False) as access:
        found = await every_page(access, "")
    assert {each.subject for each in found} == {"Conserverie-marque-91cc"}
