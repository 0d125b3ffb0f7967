"""/service/cotisations/…/lettres: letters of a campaign looked at, printed in runs, their texts."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import StaffAccess
from app.campaigns.queries import NO_TEAM
from app.campaigns.staff import tariff_or_missing
from app.clinic.queries import team_names
from app.employees.forms import Nothing
from app.errors import NotFound
from app.files.types import disposition
from app.letters import staff, views
from app.letters.forms import LetterWords, asked
from app.letters.queries import (
    AT_WORK,
    SHOWN,
    Wanted,
    addressees,
    counts_of,
    files_of,
    letters_of,
    run_of,
    runs_of,
    words_of,
)
from app.letters.rules import AUDIENCES, KINDS, PLACES, Words, parts_of, problem_of
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import LetterKind, LetterRun, Tariff

RIGHT = StaffRight.BILLING
ALL = "/service/cotisations/{year:int}/lettres"
ONE = f"{ALL}/{{run_id:int}}"
TEXT = f"{ALL}/texte/{{letter:str}}"
WHOLE = "Les lettres concernent toutes les équipes, et votre compte une partie d’entre elles."
SHOW, PROGRESS = "letters/show.html", "partials/letters/progress.html"
DONE = {"texte": "Le texte est enregistré : les lettres le disent à partir de maintenant."}


@get(ALL, right=RIGHT)
async def index(
    access: Staff, year: FromPath[int], lettre: FromQuery[str] = "", qui: FromQuery[str] = "",
    equipe: FromQuery[str] = "", fait: NamedDependency[str] = "",
) -> Response[Any]:  # fmt: skip
    """Preview of these letters today: members, words, the runs there were."""
    return await _preview(access, year, asked(lettre, qui, equipe), Form(), DONE.get(fait, ""))


async def _preview(access: StaffAccess, year: int, wanted: Wanted, form: Form[Any], notice: str = "") -> Page:
    access.require_everything(WHOLE)
    known, today, teams = await tariff_or_missing(access, year), clock.today(), await _teams(access)
    counts = await counts_of(access, known, wanted, today)
    found = await addressees(access, known, wanted, today)
    homeless = await addressees(access, known, wanted, today, homeless=True)
    sums, runs = views.sums_of(counts), await runs_of(access, year)
    return page(
        "letters/index.html", form=form, tariff=known, wanted=wanted, kinds=KINDS, audiences=AUDIENCES,
        teams=teams, team=str(wanted.team or ""), counts=counts, sums=sums, parts=parts_of(sums.letters),
        found=[(each, views.why(each)) for each in found], homeless=homeless, notice=notice,
        problem=problem_of(wanted.kind, known, today), words=views.choice_words(wanted, teams),
        example=await _example(access, known, wanted.kind),
        runs=[(each, views.title_of(each, teams), views.state_of(each)) for each in runs],
    )  # fmt: skip


async def _example(access: StaffAccess, known: Tariff, kind: LetterKind) -> tuple[str, list[str], str]:
    words = await words_of(access, kind)
    given = staff.places_of(known, access.portal.settings)
    return (*views.example_of(words, given), words.signed_by)


async def _teams(access: StaffAccess) -> dict[str, str]:
    return {"": "Toutes les équipes", **await team_names(access), str(NO_TEAM): "Sans équipe"}


@post(ALL, right=RIGHT)
async def launch(
    request: Request, access: Staff, year: FromPath[int], lettre: FromQuery[str] = "",
    qui: FromQuery[str] = "", equipe: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    access.require_everything(WHOLE)
    wanted, made = asked(lettre, qui, equipe), list[int]()

    async def begin(_: Nothing) -> None:
        made.append((await staff.launch_run(access, year, wanted, clock.moment())).key)

    form = await Form.attempted(request, access, Nothing, begin)
    if form.errors:
        return await _preview(access, year, wanted, form)
    return see(request, "letters.show", year=year, run_id=made[0])


@get(ONE, right=RIGHT)
async def show(access: Staff, year: FromPath[int], run_id: FromPath[int]) -> Response[Any]:
    """The progress of a run; then its files."""
    return await _run_page(access, year, run_id, Form())


async def _run_page(access: StaffAccess, year: int, run_id: int, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    run = await run_of(access, year, run_id)
    is_at_work = run.state in AT_WORK
    return page(
        SHOW, PROGRESS, form=form, run=run, is_at_work=is_at_work, state=views.state_of(run),
        title=views.title_of(run, await _teams(access)), parts=parts_of(run.letters or run.expected),
        files=await files_of(access, run.key),
        letters=[] if is_at_work else await letters_of(access, run.key, 0, SHOWN),
    )  # fmt: skip


@post(ONE, right=RIGHT)
async def go_on(request: Request, access: Staff, year: FromPath[int], run_id: FromPath[int]) -> Response[Any]:
    """Have a run that was stopped drawn again."""
    access.require_everything(WHOLE)

    async def again(_: Nothing) -> None:
        await staff.draw_again(access, await run_of(access, year, run_id))

    form = await Form.attempted(request, access, Nothing, again)
    if form.errors:
        return await _run_page(access, year, run_id, form)
    return see(request, "letters.show", year=year, run_id=run_id)


@get(f"{ONE}/fichiers/{{part:int}}", right=RIGHT)
async def file(
    access: Staff, year: FromPath[int], run_id: FromPath[int], part: FromPath[int]
) -> Response[Any]:
    access.require_everything(WHOLE)
    run: LetterRun = await run_of(access, year, run_id)
    found = next((each for each in await files_of(access, run.key) if each.part == part), None)
    if found is None:
        raise NotFound
    chunks = await access.portal.storage.opened(found.sha256)
    headers = {
        "Content-Disposition": disposition(views.file_name(run, found)), "Content-Length": str(found.size)
    }  # fmt: skip
    return Stream(chunks, media_type="application/pdf", headers=headers)


# Their texts.


@get(TEXT, right=RIGHT)
async def text(access: Staff, year: FromPath[int], letter: FromPath[str]) -> Response[Any]:
    words = await words_of(access, _kind(letter))
    return await _text_page(access, year, letter, Form(words._asdict()))


@post(TEXT, right=RIGHT)
async def change_text(
    request: Request, access: Staff, year: FromPath[int], letter: FromPath[str]
) -> Response[Any]:
    access.require_everything(WHOLE)
    kind = _kind(letter)
    form = await Form.attempted(
        request, access, LetterWords,
        lambda data: staff.save_text(
            access, kind, Words(data.subject, data.text, data.signed_by), clock.now()
        ),
    )  # fmt: skip
    if form.errors:
        return await _text_page(access, year, letter, form)
    return see(request, "letters.index", query={"lettre": letter, "fait": "texte"}, year=year)


async def _text_page(access: StaffAccess, year: int, letter: str, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    known = await tariff_or_missing(access, year)
    return page("letters/text.html", form=form, tariff=known, letter=letter, places=PLACES,
                title=KINDS[_kind(letter)])  # fmt: skip


def _kind(letter: str) -> LetterKind:
    if letter not in set(LetterKind):
        raise NotFound
    return LetterKind(letter)


STAFF: list[Any] = [index, launch, show, go_on, file, text, change_text]
