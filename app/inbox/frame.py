"""The frame of every thing's page: the way back, the next one, who looks after it."""

from typing import Any, NamedTuple

from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.errors import NotFound
from app.inbox.queries import Note, colleagues_of, next_thing, notes_on, quick_answers, thing_of
from app.inbox.team import row_of
from app.inbox.views import PAGES, ThingLine, thing_line
from app.inbox.way import Way
from app.web.pages import see
from app.web.signatures import Request
from db.models import Subject


class Frame(NamedTuple):
    """`line`: the thing while it waits; `following`: the next one; `colleagues`: to whom it may be given.
    `quick`: titles of the texts to answer with, by number.
    """

    subject: str
    row_id: int
    way: Way
    line: ThingLine | None
    following: ThingLine | None
    colleagues: dict[str, str]
    notes: list[Note]
    quick: dict[str, str]
    has_company: bool

    @property
    def choices(self) -> dict[str, str]:
        return {"": "Choisissez"} | self.colleagues


def subject_of(word: str) -> Subject:
    if word not in set(Subject):
        raise NotFound
    return Subject(word)


def see_thing(request: Request, subject: Subject, row_id: int, done: str = "") -> Response[Any]:
    """303 to the page of the thing, which says what was done, on the same way."""
    route, name = PAGES[subject]
    given: dict[str, Any] = {name: row_id}
    query = Way.read(request.query_params).fields | ({"fait": done} if done else {})
    return see(request, route, query=query, **given)


async def frame_of(request: Request, access: StaffAccess, subject: Subject, row_id: int) -> Frame:
    way, at = Way.read(request.query_params), clock.moment()
    promised, me = access.portal.settings.service_answer_days, access.account.key
    row = await row_of(access, subject, row_id)
    company_id = getattr(row, "company_id", None)
    thing = await thing_of(access, subject, row_id, at.today)
    following = await next_thing(access, way, at.today, (subject, row_id))

    def line_of(each: Any) -> ThingLine | None:
        return thing_line(each, way, me, at.today, promised) if each else None

    return Frame(
        subject=subject,
        row_id=row_id,
        way=way,
        line=line_of(thing),
        following=line_of(following),
        colleagues=await colleagues_of(access, row),
        notes=await notes_on(access, subject, row_id, company_id),
        quick={"": "Choisissez"} | {str(each.key): each.title for each in await quick_answers(access)},
        has_company=company_id is not None,
    )
