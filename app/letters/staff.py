"""Print runs of a campaign's letters: launched, written in portions, drawn file after file; their texts.

A portion is one transaction, and a member has one letter of a run, by a constraint of the base: killed, a
portion is as if it had not begun. A file is drawn and stored between two transactions, out of letters that no
longer change; the second one names it, unless another process has.
"""

from datetime import datetime
from typing import Any

import structlog
from sqlmodel import col, update

from app.access import StaffAccess, VisitorAccess
from app.campaigns.staff import tariff_or_missing
from app.clock import Moment
from app.errors import Refused
from app.files.typesetting import Undrawn, typeset_apart
from app.kept_files import store_file
from app.letters.queries import (
    Wanted,
    addressees,
    counts_of,
    held_to_draw,
    is_any_at_work,
    is_any_writing,
    letters_of,
    run_to_draw,
    text_of,
    words_of,
)
from app.letters.rules import KINDS, MOST, PLACES, Words, parts_of, problem_of
from app.portal import Portal
from app.portions import claimed, fitting
from app.settings import Settings
from app.text.counts import plural
from app.text.formats import day
from app.text.letters import filled, paragraphs_of, problem_with
from db.models import (
    AnnualDeclaration,
    Audience,
    AuditKind,
    CampaignLetter,
    LetterFile,
    LetterKind,
    LetterRun,
    LetterRunState,
    LetterText,
    Tariff,
)

log = structlog.get_logger()
TEMPLATE, FILE = "letters/campaign.typ", "lettres"
PORTION = 200  # letters of a transaction
BUSY = "Un tirage est déjà en cours : voici où il en est."
NOTHING = "Il n’y a pas de lettre à imprimer pour ce choix."
NOT_STOPPED = "Ce tirage n’est pas arrêté."


async def save_text(access: StaffAccess, kind: LetterKind, words: Words, now: datetime) -> None:
    """Write what letters of this kind say from now on."""
    for field, value in (("subject", words.subject), ("text", words.text)):
        if problem := problem_with(value, PLACES):
            raise Refused(problem, field)
    row = await text_of(access, kind) or LetterText(kind=kind, **words._asdict())
    for name, value in words._asdict().items():
        setattr(row, name, value)
    access.add(row)
    access.record(AuditKind.LETTER_TEXT_CHANGED, now, access.account.key, None, KINDS[kind])


async def launch_run(access: StaffAccess, year: int, wanted: Wanted, at: Moment) -> LetterRun:
    """Write and draw the letters of this choice, in the background."""
    tariff = await tariff_or_missing(access, year)
    if problem := problem_of(wanted.kind, tariff, at.today):
        raise Refused(problem)
    if await is_any_at_work(access):
        raise Refused(BUSY, status_code=409)
    expected = sum(each.letters for each in await counts_of(access, tariff, wanted, at.today))
    if not expected:
        raise Refused(NOTHING)
    words = await words_of(access, wanted.kind)
    run = access.add(
        LetterRun(
            year=year, kind=wanted.kind, audience=wanted.audience, team=wanted.team, on_day=at.today,
            given=places_of(tariff, access.portal.settings), account_id=access.account.key,
            expected=expected, started_at=at.now, **words._asdict(),
        )
    )  # fmt: skip
    await access.flush()  # Two at once: the base takes one.
    about = f"{year}, {KINDS[wanted.kind]}, {plural(expected, 'lettre')}"
    access.record(AuditKind.LETTERS_PRINTED, at.now, access.account.key, None, about)
    return run


def places_of(tariff: Tariff, settings: Settings) -> dict[str, str]:
    """Values of the places that are the same in all letters."""
    return {
        "année": str(tariff.year), "ouverture": day(tariff.opens_on), "échéance": day(tariff.closes_on),
        "site": settings.base_url, "service": settings.service_name,
        "téléphone": settings.service_phone or settings.service_contributions_email,
    }  # fmt: skip


async def draw_again(access: StaffAccess, run: LetterRun) -> None:
    """Go on with a run whose drawing was stopped."""
    if run.state != LetterRunState.STOPPED:
        raise Refused(NOT_STOPPED, status_code=409)
    if await is_any_at_work(access):
        raise Refused(BUSY, status_code=409)
    run.state = LetterRunState.DRAWING


# The job.


async def work_portion(portal: Portal, now: datetime) -> bool:
    """Go on with a run, whichever process is there. False when there is nothing to do."""
    async with claimed(portal, is_any_writing, LetterRun, LetterRunState.WRITING) as job:
        if job:
            await _write_some(*job, now)
            return True
    return await _draw_next(portal, now)


async def _write_some(access: StaffAccess, run: LetterRun, now: datetime) -> None:
    tariff = await tariff_or_missing(access, run.year)
    wanted = Wanted(LetterKind(run.kind), Audience(run.audience), run.team)
    most = fitting(access.portal, LetterRun, PORTION)
    found = await addressees(access, tariff, wanted, run.on_day, run.after, most)
    about = f"{run.year}, {KINDS[wanted.kind]}"
    for each in found:
        letter = CampaignLetter(
            company_id=each.id, run_id=run.key, code=each.code, address=each.lines, made_at=now
        )
        access.add(letter)
        access.record(AuditKind.CAMPAIGN_LETTER, now, run.account_id, each.id, about)
        run.after = each.id
    run.letters += len(found)
    if run.kind == LetterKind.REMINDER:
        await _mark_reminded(access, run, [each.id for each in found])
    if not found:
        run.state = LetterRunState.DRAWING if run.letters else LetterRunState.DONE
        run.ended_at = None if run.letters else now


async def _mark_reminded(access: StaffAccess, run: LetterRun, companies: list[int]) -> None:
    """The follow-up shows the day, and no mail follows at once."""
    theirs = update(AnnualDeclaration).where(
        col(AnnualDeclaration.year) == run.year, col(AnnualDeclaration.submitted_at).is_(None),
        col(AnnualDeclaration.company_id).in_(companies),
    )  # fmt: skip
    await access.change(theirs.values(reminded_on=run.on_day))


async def _draw_next(portal: Portal, now: datetime) -> bool:
    async with portal.database.transaction(write=False) as session:
        access = VisitorAccess(portal, session)
        run = await run_to_draw(access)
        if run is None:
            return False
        run_id, part = run.key, run.drawn + 1
        letters = await letters_of(access, run_id, run.drawn * MOST, MOST)
        content = content_of(run, [(each.code, each.address) for each in letters], portal.settings)
    kept = None
    try:
        kept = await store_file(portal.storage, f"{FILE}.pdf", await typeset_apart(TEMPLATE, content))
    except Undrawn as undrawn:
        log.error("letters_undrawn", run=run_id, part=part, why=str(undrawn))
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        held = await held_to_draw(access, run_id)
        if held is None or held.drawn + 1 != part:
            return True  # Another process was quicker.
        if kept is None:
            held.state = LetterRunState.STOPPED
            return True
        file = LetterFile(run_id=run_id, part=part, letters=len(letters), sha256=kept.sha256, size=kept.size)
        access.add(file)
        held.drawn = part
        if part == parts_of(held.letters):
            held.state, held.ended_at = LetterRunState.DONE, now
    return True


def content_of(run: LetterRun, letters: list[tuple[str, list[str]]], settings: Settings) -> dict[str, Any]:
    """The words of the letters, in the order given: the code and the address of each."""
    return {
        "service": settings.service_name, "address": settings.service_address,
        "phone": settings.service_phone, "email": settings.service_contributions_email,
        "color": settings.service_color, "day": day(run.on_day),
        "title": f"{KINDS[LetterKind(run.kind)]}, campagne {run.year}",
        "letters": [_letter(run, code, address) for code, address in letters],
    }  # fmt: skip


def _letter(run: LetterRun, code: str, address: list[str]) -> dict[str, Any]:
    values = run.given | {"code": code, "adhérent": address[0]}
    return {
        "subject": filled(run.subject, values), "text": paragraphs_of(filled(run.text, values)),
        "signed_by": run.signed_by, "address": address,
    }  # fmt: skip
