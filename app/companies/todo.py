"""What is due, by date, each with its one next act: the first thing that one sees of a company."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.access import MemberAccess
from app.clock import PARIS
from app.contact.queries import unread_inquiries
from app.contributions.pages import next_act, state_words
from app.contributions.queries import filings_of
from app.contributions.states import State
from app.documents.queries import news_of
from app.formats import amount, plural
from app.invoices.queries import totals_of
from app.planning.shown import hour, long_day
from app.planning.waiting_queries import Waiting, waiting_of
from app.rights import Right

TO_FILE = {State.TO_DO, State.BEGUN, State.LATE, State.CORRECTING}


@dataclass(frozen=True, slots=True)
class Todo:
    """`on`: the day it is due, or waits since. `route`, `params` and `query`: where it is done."""

    on: date
    words: str
    route: str
    params: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    is_late: bool = False


async def todos_of(access: MemberAccess, now: datetime, today: date) -> list[Todo]:
    """What is late first, then by day. Only what this person may see; what they may not do is not asked."""
    found = list(_visits(await waiting_of(access, now, today), today, access.rights))
    found += [todo async for todo in _papers(access, today)]
    for number, subject, at in await unread_inquiries(access):
        params = {"inquiry_id": number}
        found.append(Todo(_day(at, today), f"Réponse du service : {subject}", "contact.show", params))
    return sorted(found, key=lambda each: (not each.is_late, each.on))


def _visits(waiting: Waiting, today: date, rights: frozenset[Right]) -> Iterator[Todo]:
    counts = waiting.counts
    if waiting.overdue:
        many = "visite en retard" if waiting.overdue == 1 else "visites en retard"
        words = f"{waiting.overdue_words} {many}"
        yield Todo(today, words, "employees.index", query="?visite=retard&tri=echeance", is_late=True)
    if Right.APPOINTMENTS in rights and counts.first_to_confirm:
        words = plural(counts.to_confirm, "rendez-vous à confirmer", "rendez-vous à confirmer")
        yield Todo(counts.first_to_confirm, words, "planning.index", query="?etat=confirmer")
    if Right.APPOINTMENTS in rights and counts.first_open:
        words = plural(counts.open, "créneau à attribuer", "créneaux à attribuer")
        yield Todo(counts.first_open, words, "planning.index", query="?etat=libres")
    for each in waiting.answers:
        params = {"request_id": each.id}
        words = f"Réponse du service : demande pour {each.name}"
        yield Todo(_day(each.unread_at, today), words, "appointments.show", params)
    if waiting.more_answers:
        yield Todo(today, "D’autres réponses du service à vos demandes", "appointments.index")
    for slot in waiting.week:
        gone = " : cette personne sera partie, remplacez-la" if slot.is_gone else ""
        words = f"Visite de {slot.name}, {long_day(slot.starts.date())} à {hour(slot.starts)}{gone}"
        yield Todo(slot.starts.date(), words, "planning.show", {"slot_id": slot.id})
    if more := counts.week - len(waiting.week):
        words = plural(more, "autre visite dans la semaine", "autres visites dans la semaine")
        yield Todo(waiting.week[-1].starts.date(), words, "planning.index", query="?etat=confirmes")


async def _papers(access: MemberAccess, today: date) -> Any:
    """The declaration, what is to be paid, and what the service shared."""
    for filing in (await filings_of(access, today))[:2]:
        act = next_act(access, filing) if filing.state in TO_FILE else None
        if act:
            late = filing.state == State.LATE  # The page says so already.
            told = state_words(filing).lower().removeprefix("en retard : ")
            words = f"Déclaration annuelle {filing.year} : {told}"
            yield Todo(filing.campaign.closes_on, words, act.route, {"year": filing.year}, is_late=late)
    if Right.INVOICES in access.rights:
        totals = await totals_of(access, today)
        if totals.due_cents > 0:
            behind = f", dont {amount(totals.late_cents)} en retard" if totals.late_cents else ""
            words = f"{amount(totals.due_cents)} à payer{behind}"
            late = bool(totals.late_cents)
            yield Todo(totals.first_due_on or today, words, "invoices.index", is_late=late)
    news = await news_of(access)
    if news.count:
        words = plural(news.count, "nouveau document", "nouveaux documents")
        yield Todo(_day(news.since, today), words, "documents.index")


def _day(since: datetime | None, today: date) -> date:
    """Of the instant from which something waits."""
    return since.astimezone(PARIS).date() if since else today
