"""/service: the start of the day. What waits, today's sheets; mail that does not leave, alerts, figures."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.inbox.queries import counts_of, things_of
from app.inbox.views import age_words, thing_lines
from app.inbox.way import MINE, Way
from app.staff.acts import alerts, figures, returned_mail, send_mail_again, sheets_of, undelivered_mail
from app.staff_rights import ANY_STAFF, StaffRight
from app.waiting import ANY_TEAM, kind_words
from app.web.drafts import draft_of
from app.web.pages import page, see
from app.web.signatures import Request, Staff, get, post

FEW = 5  # of my things


@get("/service", right=ANY_STAFF)
async def index(access: Staff) -> Response[Any]:
    """Each part for those who have its right."""
    given: dict[str, Any] = {
        "draft": await draft_of(access, clock.now()),
        "counts": {},
        "ages": {},
        "mine": [],
        "sheets": [],
        "kind_words": kind_words,
    }
    today, rights = clock.today(), access.rights
    if StaffRight.INBOX in rights:
        counts = await counts_of(access, ANY_TEAM, today)
        given["counts"] = {kind: each for kind, each in counts.items() if each.number}
        given["ages"] = {kind: age_words(each.since, today) for kind, each in counts.items() if each.since}
        way = Way(whose=MINE)
        things, _ = await things_of(access, way, today)
        promised = access.portal.settings.service_answer_days
        given["mine"] = thing_lines(things[:FEW], way, access.account.key, today, promised)
    if StaffRight.PLANNING in rights:
        given["sheets"] = await sheets_of(access, today)
    if StaffRight.TECHNIQUE in rights:
        given |= {
            "figures": await figures(access), "mails": await undelivered_mail(access),
            "returned": await returned_mail(access), "alerts": await alerts(access),
        }  # fmt: skip
    return page(
        "staff/index.html", has_inbox=StaffRight.INBOX in rights, has_planning=StaffRight.PLANNING in rights,
        has_technique=StaffRight.TECHNIQUE in rights, **given,
    )  # fmt: skip


@get("/service/courriels/{mail_id:int}", right=StaffRight.TECHNIQUE)
async def mail(request: Request, access: Staff, mail_id: FromPath[int]) -> Response[Any]:
    return see(request, "staff.index")


@post("/service/courriels/{mail_id:int}", right=StaffRight.TECHNIQUE)
async def send_again(request: Request, access: Staff, mail_id: FromPath[int]) -> Response[Any]:
    await send_mail_again(access, mail_id, clock.now())
    return see(request, "staff.index")
