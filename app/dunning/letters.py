"""Letters of a run of reminders, in print runs: each a page of one tagged PDF."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.access import StaffAccess
from app.dunning.queries import letters_of
from app.dunning.staff import day_of_line, reference_words
from app.errors import NotFound, Refused
from app.files.typesetting import typeset_apart
from app.settings import Settings
from app.text.formats import amount, day
from app.text.letters import paragraphs_of
from db.models import DunningLetter, DunningRun, RunState

TEMPLATE = "dunning/letter.typ"
MOST = 1_000  # letters of one print run
NOT_DONE = "Les lettres s’impriment quand les relances sont faites, et non annulées."


def print_runs(run: DunningRun) -> int:
    """The number of print runs that its letters need."""
    return -(-run.posted // MOST)


async def print_letters(access: StaffAccess, run: DunningRun, part: int, now: datetime) -> bytes:
    """The letters of that print run, the first being 1; the run is no more to be undone. The PDF is drawn
    before anything is written.
    """
    if run.state != RunState.DONE:
        raise Refused(NOT_DONE, status_code=409)
    if not 1 <= part <= print_runs(run):
        raise NotFound
    letters = await letters_of(access, run.key, 0, part * MOST, is_posted=True)
    content = content_of(letters[(part - 1) * MOST :], access.portal.settings, run)
    async with access.paused():
        made = await typeset_apart(TEMPLATE, content)
    run.printed_at = run.printed_at or now
    return made


def content_of(letters: Sequence[DunningLetter], settings: Settings, run: DunningRun) -> dict[str, Any]:
    """The words of the letters, in the order given."""
    return {
        "service": settings.service_name, "address": settings.service_address,
        "phone": settings.service_phone, "email": settings.service_contributions_email,
        "color": settings.service_color, "day": day(run.on_day), "iban": settings.service_iban,
        "site": settings.base_url,
        "letters": [
            {
                "subject": each.subject, "text": paragraphs_of(each.text), "signed_by": each.signed_by,
                "address": each.address, "total": amount(sum(line["cents"] for line in each.lines)),
                "lines": [_cells(line) for line in each.lines],
            }
            for each in letters
        ],
    }  # fmt: skip


def _cells(line: dict[str, Any]) -> list[str]:
    return [line["number"], day_of_line(line), amount(line["cents"]), reference_words(line["number"])]
