"""Reminders in words, for their pages."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from app.access import StaffAccess
from app.calls.queries import members_named
from app.dunning.queries import NAMED, Due, Late
from app.settings import Settings
from app.text.letters import filled
from db.models import DunningRun, DunningStep, RunState

STATES = {
    RunState.RUNNING: ("en cours", "wait"),
    RunState.DONE: ("faites", "ok"),
    RunState.UNDOING: ("annulation en cours", "wait"),
    RunState.UNDONE: ("annulées", ""),
}


def state_of(run: DunningRun) -> tuple[str, str]:
    """The words of its state, and the colour of their tag."""
    return STATES[RunState(run.state)]


class StepSum(NamedTuple):
    """Sums of a step, were it sent today."""

    step: DunningStep
    members: int
    invoices: int
    left_cents: int
    fee_cents: int


def sums_of(steps: Sequence[DunningStep], due: Sequence[Due]) -> list[StepSum]:
    """One for each step that something is due of."""
    found = []
    for step in steps:
        mine = [each.late for each in due if each.step is step]
        fees = step.fee_cents * sum(not each.is_fee_billed for each in mine)
        if mine:
            members = {each.company_id for each in mine}
            found.append(StepSum(step, len(members), len(mine), sum(each.left_cents for each in mine), fees))
    return found


class Aside(NamedTuple):
    """Invoices left aside for one reason. `members`: (code, name) of the first of theirs."""

    words: str
    number: int
    left_cents: int
    members: list[tuple[str, str]]


def reasons_of(aside: Sequence[Late]) -> list[Aside]:
    """By reason, the one of the most invoices first."""
    by_reason: dict[str, list[Late]] = defaultdict(list)
    for each in aside:
        by_reason[each.held].append(each)
    return [
        Aside(
            words, len(rows), sum(each.left_cents for each in rows),
            list(dict.fromkeys((each.code, each.name) for each in rows))[:NAMED],
        )
        for words, rows in sorted(by_reason.items(), key=lambda item: -len(item[1]))
    ]  # fmt: skip


async def refused_of(access: StaffAccess, run: DunningRun) -> list[tuple[str, str, str]]:
    """(code, name, why) of the members whom this run could not remind."""
    refused = run.refused[:100]
    names = await members_named(access, [each["company_id"] for each in refused])
    return [(*names.get(each["company_id"], ("", "")), each["why"]) for each in refused]


def example_of(step: DunningStep, settings: Settings) -> list[str]:
    """The paragraphs of a step as a member would read them."""
    values = {
        "adhérent": "Menuiserie Le Goff", "code": "00099", "service": settings.service_name,
        "factures": "FA2026-000123", "montant": "580,00 €", "échéance": "15 mars 2026",
        "retard": f"{step.days} jours", "indemnité": "40,00 €" if step.fee_cents else "0,00 €",
    }  # fmt: skip
    return filled(step.text, values).split("\n\n")
