"""The gate of a declaration's pages: the declaration of that year, when it is where the page needs it to be.

Else another page answers `Instead`: that of the year, which says why, or the plain one of a year without
tariff. A step gets its `Filing` here and nowhere else. What is written is refused by the acts, under a lock.

Called in the handler: a dependency that raises after the door would leave the door's transaction open
(Litestar enters the clean-up of dependencies once all of them are there).
"""

from collections.abc import Set as AbstractSet

from app import clock
from app.access import MemberAccess
from app.contributions.filings import Filing, filing_of
from app.contributions.states import FILED, OPEN_STATES, State
from app.contributions.views import missing_page
from app.web.pages import Instead, see
from app.web.signatures import Request


async def open_filing(request: Request, access: MemberAccess, year: int) -> Filing:
    """One that is to be made, or made again."""
    return await _filing_in(OPEN_STATES, request, access, year)


async def filed_filing(request: Request, access: MemberAccess, year: int) -> Filing:
    """One that was made, and that nobody takes up again yet."""
    return await _filing_in(FILED - OPEN_STATES, request, access, year)


async def known_filing(request: Request, access: MemberAccess, year: int) -> Filing:
    """Wherever it is, as long as there is a campaign."""
    return await _filing_in(set(State), request, access, year)


async def _filing_in(states: AbstractSet[State], request: Request, access: MemberAccess, year: int) -> Filing:
    filing = await filing_of(access, year, clock.today())
    if filing is None:
        raise Instead(missing_page(year))
    if filing.state not in states:
        raise Instead(see(request, "contributions.show", year=year))
    return filing
