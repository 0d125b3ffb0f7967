"""What several pages of the planning share: rows in words, counters, and one slot with its acts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app import clock
from app.access import MemberAccess
from app.forms import Form
from app.planning.answer_service import notice_of
from app.planning.past_queries import told_of
from app.planning.queries import Counts, answerers, counts_of, slot_row
from app.planning.shown import SlotLine, line_of, notice_words
from app.planning.slot_queries import SlotRow
from app.rights import Right
from app.web import Page, page

FILTER_WORDS = {
    "": "Tous",
    "confirmer": "À confirmer",
    "libres": "Libres",
    "confirmes": "Confirmés",
    "rendus": "Rendus ou annulés",
}
DONE = {
    "confirme": "Le rendez-vous est confirmé et la convocation est envoyée.",
    "repris": "Le créneau est repris et confirmé.",
    "attribue": "Le rendez-vous est confirmé pour cette personne et la convocation est envoyée.",
    "rendu": "Le créneau est rendu au service.",
    "autre": "Le créneau est rendu et votre demande d’une autre date est envoyée.",
}
ROW, COUNTERS = "partials/planning/slot.html", "partials/planning/counters.html"


async def lines_now(access: MemberAccess, rows: Sequence[SlotRow]) -> list[SlotLine]:
    who, now = await answerers(access, rows), clock.now()
    may_answer = Right.APPOINTMENTS in access.rights
    return [line_of(row, now, who, may_answer=may_answer) for row in rows]


async def counts_now(access: MemberAccess) -> Counts:
    return await counts_of(access, clock.now())


async def shown_slot(
    access: MemberAccess, slot_id: int, notice: str = "", form: Form[Any] | None = None
) -> Page:
    """The page of one slot; in place, its row alone with the counters of the page around it.

    The row goes where the slot was, whatever asked for it.
    """
    row = await slot_row(access, slot_id)
    (line,) = await lines_now(access, [row])
    if form and form.errors:
        refusal = " ".join(form.errors.values())
        line = replace(line, warning=refusal, said=refusal)
    tells = Right.APPOINTMENTS in access.rights
    headers = {"HX-Retarget": f"#planning-slot-{row.id}", "HX-Reswap": "outerHTML ignoreTitle:true"}
    return page(
        "planning/show.html",
        ROW,
        form=form,
        also=(COUNTERS,),
        headers=headers,
        company=access.company,
        line=line,
        row=row,
        counts=await counts_now(access),
        told=await told_of(access, row.id) if tells else [],
        notice_words=notice_words(notice_of(access, row, clock.now())),
        notice=notice,
    )
