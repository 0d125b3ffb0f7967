"""/service/a-traiter: everything that waits, oldest first; and who looks after each thing."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.clinic.queries import team_names
from app.inbox import answers, messages, morning, others, requests
from app.inbox.forms import Following
from app.inbox.frame import frame_of, see_thing, subject_of
from app.inbox.queries import counts_of, things_of
from app.inbox.team import give_thing, release_thing, take_thing
from app.inbox.views import age_words, thing_lines
from app.inbox.way import TEAMLESS, WHOSE, Way, written_place
from app.staff_rights import StaffRight
from app.waiting import KINDS, kind_words
from app.web.forms import Form
from app.web.pages import page
from app.web.signatures import Request, Staff, get, post

FOLLOWING = "/service/suivi/{subject:str}/{row_id:int}"


@get("/service/a-traiter", right=StaffRight.INBOX)
async def index(request: Request, access: Staff) -> Response[Any]:
    """The oldest first, 25 a page."""
    way, today = Way.read(request.query_params), clock.today()
    me, promised = access.account.key, access.portal.settings.service_answer_days
    things, goes_on = await things_of(access, way, today)
    counts = await counts_of(access, way.numbers(me)["team"], today)
    teams = await team_names(access)
    return page(
        "inbox/index.html", way=way, lines=thing_lines(things, way, me, today, promised), kinds=KINDS,
        kind_words=kind_words,
        counts=counts, ages={kind: age_words(c.since, today) for kind, c in counts.items() if c.since},
        teams={"": "Toutes"} | teams | {TEAMLESS: "Sans équipe"}, whose=WHOSE,
        older=way._replace(after=written_place(things[-1])).query if goes_on else "",
    )  # fmt: skip


@get(FOLLOWING, right=StaffRight.INBOX)
async def following(
    request: Request,
    access: Staff,
    subject: FromPath[str],
    row_id: FromPath[int],
) -> Response[Any]:
    """The page of the thing itself."""
    return see_thing(request, subject_of(subject), row_id)


@post(FOLLOWING, right=StaffRight.INBOX)
async def follow(
    request: Request, access: Staff, subject: FromPath[str], row_id: FromPath[int]
) -> Response[Any]:
    """Take it, give it to a colleague, or release it."""
    thing, now = subject_of(subject), clock.now()

    async def act(data: Following) -> None:
        if data.acte == "donner":
            await give_thing(access, thing, row_id, int(data.a or 0), now)
        else:
            await (take_thing if data.acte == "prendre" else release_thing)(access, thing, row_id, now)

    form = await Form.attempted(request, access, Following, act)
    if form.errors:
        frame = await frame_of(request, access, thing, row_id)
        return page("inbox/following.html", form=form, frame=frame)
    return see_thing(request, thing, row_id, form.data.acte if form.data else "")


STAFF: list[Any] = [
    index, following, follow, *requests.STAFF, *messages.STAFF, *others.STAFF, *answers.STAFF,
    *morning.STAFF,
]  # fmt: skip
