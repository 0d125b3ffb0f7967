"""The end of a declaration: its recap, its validation; having nobody left; correcting."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app.access import MemberAccess
from app.appointments.shown import new_token
from app.contributions.correcting_service import ask_correction, reopen
from app.contributions.filing_pages import (
    correction_page,
    nobody_page,
    recap_page,
    validation_page,
)
from app.contributions.filing_service import Seen, file_declaration, file_nobody
from app.contributions.forms import CorrectionAsked, NobodyLeft, Validation
from app.contributions.pages import missing_campaign, now
from app.contributions.queries import filing_of
from app.contributions.states import FILED, OPEN
from app.contributions.step_routes import ONE, elsewhere
from app.errors import Refused
from app.fields import Input
from app.forms import Form
from app.posted import posted
from app.rights import Right
from app.web import see


@get(f"{ONE}/recapitulatif", name="contributions.recap")
async def recap(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    filing = await filing_of(access, year, now().today)
    if filing is None or filing.state not in OPEN:
        return elsewhere(request, access, year, filing)
    return await recap_page(access, filing)


@get(f"{ONE}/validation", name="contributions.validation")
async def validation(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    filing = await filing_of(access, year, now().today)
    if filing is None or filing.state not in OPEN:
        return elsewhere(request, access, year, filing)
    return await validation_page(access, filing, Form())


@post(f"{ONE}/validation", name="contributions.file")
async def file(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    form, is_mine = await Form.read(request, Validation), False
    if form.data:
        seen = Seen(form.data.version, form.data.late, form.data.shown)
        async with form.attempt(access):
            is_mine = await file_declaration(access, year, seen, now())
    if form.errors:
        filing = await filing_of(access, year, now().today)
        return await validation_page(access, filing, form) if filing else missing_campaign(access, year)
    return await _filed(request, access, year, is_mine=is_mine)


@get(f"{ONE}/plus-de-salarie", name="contributions.nobody")
async def nobody(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    filing = await filing_of(access, year, now().today)
    if filing is None or filing.state not in OPEN:
        return elsewhere(request, access, year, filing)
    return await nobody_page(access, filing, Form())


@post(f"{ONE}/plus-de-salarie", name="contributions.file_nobody")
async def declare_nobody(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    form, is_mine = await Form.read(request, NobodyLeft), False
    if form.data:
        async with form.attempt(access):
            is_mine = await file_nobody(access, year, Seen(form.data.version, form.data.late), now())
    if form.errors:
        filing = await filing_of(access, year, now().today)
        return await nobody_page(access, filing, form) if filing else missing_campaign(access, year)
    return await _filed(request, access, year, is_mine=is_mine)


@get(f"{ONE}/correction", name="contributions.correcting")
async def correcting(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    """Take it up again, or when the campaign is over ask the service."""
    access.require(Right.DECLARATION)
    filing = await filing_of(access, year, now().today)
    if filing is None or filing.state not in FILED - OPEN:
        return elsewhere(request, access, year, filing)
    return correction_page(access, filing, Form({"token": new_token()}))


@post(f"{ONE}/correction", name="contributions.correct")
async def correct(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    """Which of the two forms was sent is told by its fields; one sent too late gets the other form."""
    access.require(Right.DECLARATION)
    asks = any(name == "token" for name, _ in (await posted(request)).fields)
    form: Form[Any] = await Form.read(request, CorrectionAsked if asks else Input)
    if form.data:
        async with form.attempt(access):
            if asks:
                await ask_correction(access, year, form.data, now())
            elif not await reopen(access, year, now()):
                raise Refused("La campagne s’est close entre-temps.", status_code=409)
    filing = await filing_of(access, year, now().today)
    if filing is None:
        return missing_campaign(access, year)
    if form.errors:
        form.typed.setdefault("token", new_token())
        return correction_page(access, filing, form)
    done = {"fait": "demandee" if asks else "rouverte"}
    return see(request, "contributions.show", query=done, code=access.company.code, year=year)


async def _filed(
    request: Request[Any, Any, Any], access: MemberAccess, year: int, *, is_mine: bool
) -> Response[Any]:
    """The receipt. Who pressed the button twice is not told that somebody else did."""
    filing = None if is_mine else await filing_of(access, year, now().today)
    declaration = filing.declaration if filing else None
    is_mine = is_mine or (declaration is not None and declaration.submitted_by == access.account.key)
    query = {"fait": "valide" if is_mine else "deja"}
    return see(request, "contributions.receipt", query=query, code=access.company.code, year=year)


MEMBER: list[Any] = [
    recap, validation, file, nobody, declare_nobody, correcting, correct,
]  # fmt: skip
