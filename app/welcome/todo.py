"""The home of a company: its figures, then what is to do, to come and to read, each row with its one act.

Nothing becomes read by being displayed: an answer of the service stays until somebody writes back or presses
« J’ai lu ». GET never writes, and a colleague's glance hides nothing. Revisit when read receipts are asked
for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import col

from app.access import MemberAccess
from app.appointments.queries import Answered, unread_answers
from app.clock import Moment, day_of
from app.contact.queries import unread_inquiries
from app.contributions.filings import filings_of
from app.contributions.states import State
from app.contributions.views import next_act
from app.documents.queries import news_of
from app.employees.queries import present_people
from app.employees.standings import UNDATED
from app.invoices.queries import Totals, totals_of
from app.planning.queries import FILTERS, Counts, SlotRow, counts_of, slot_rows
from app.rights import Right
from app.text.counts import first_few, plural, thousands
from app.text.formats import agenda_moment, amount, brief_day
from app.web.paging import PAGE
from db.models import Employee, RequestMotive, Slot, SlotState
from db.types import Instant

MANY = 100  # late visits are counted so far: beyond, the figure would not say more
FEW_OF_EACH = 5
NAMES = 4  # said of a group, before « et 3 autres »

_company = col(Employee.company_id) == bindparam("company")
_PRESENT = sqlalchemy.select(present_people())


def _late_people() -> Any:
    """The first few, with the number of all, as far as it is counted."""
    late = (
        sqlalchemy.select(*map(col, (Employee.id, Employee.usual_name, Employee.birth_name, Employee.due_on)))
        .where(_company, UNDATED)
        .order_by(col(Employee.due_on), col(Employee.id))
        .limit(MANY)
        .cte("late")
    )
    number = sqlalchemy.select(func.count()).select_from(late).scalar_subquery()
    people = sqlalchemy.select(late.c.id, late.c.usual_name, late.c.birth_name, number)
    return people.order_by(late.c.due_on, late.c.id).limit(FEW_OF_EACH)


_LATE = _late_people()
_WEEK = slot_rows(
    col(Slot.company_id) == bindparam("company"),
    col(Slot.state) == SlotState.CONFIRMED,
    col(Slot.starts_at) >= bindparam("since", type_=Instant),
    col(Slot.starts_at) < bindparam("until", type_=Instant),
).limit(FEW_OF_EACH)
_TO_CONFIRM = slot_rows(
    col(Slot.company_id) == bindparam("company"),
    FILTERS["confirmer"],
    col(Slot.starts_at) > bindparam("since", type_=Instant),
).limit(FEW_OF_EACH)


class Late(NamedTuple):
    """Somebody whose visit is late, with neither a date nor a request. `number`: of them all, up to MANY."""

    employee_id: int
    usual_name: str
    birth_name: str
    number: int

    @property
    def family(self) -> str:
        return self.usual_name or self.birth_name


@dataclass(frozen=True, slots=True)
class Waiting:
    """`week`: the next confirmed appointments; `answers`: what the service answered and nobody read yet. A
    few of each: `counts` says how many appointments there are, the first of the others how many they are.
    """

    present: int = 0
    late: Sequence[Late] = ()
    counts: Counts = field(default_factory=Counts)
    to_confirm: Sequence[SlotRow] = ()
    week: Sequence[SlotRow] = ()
    answers: Sequence[Answered] = ()

    @property
    def late_number(self) -> int:
        return self.late[0].number if self.late else 0

    @property
    def late_words(self) -> str:
        return f"plus de {MANY - 1}" if self.late_number >= MANY else str(self.late_number)


async def waiting_of(access: MemberAccess, now: datetime, today: date) -> Waiting:
    company = {"company": access.company.key}
    ((present,),) = await access.table(_PRESENT, company | {"today": today})
    late = await access.table(_LATE, company | {"today": today, "now": now})
    week = await access.table(_WEEK, company | {"since": now, "until": now + timedelta(days=7)})
    # Only who may answer back is asked to, or can say that an answer was read.
    may = Right.APPOINTMENTS in access.rights
    to_confirm = await access.table(_TO_CONFIRM, company | {"since": now}) if may else ()
    return Waiting(
        present=present,
        late=[Late(*row) for row in late],
        counts=await counts_of(access, now),
        to_confirm=[SlotRow(*row) for row in to_confirm],
        week=[SlotRow(*row) for row in week],
        answers=await unread_answers(access, NAMES) if may else (),
    )


TO_FILE = {State.TO_DO, State.BEGUN, State.LATE, State.CORRECTING}
AT_ONCE = 5  # late visits whose request is one press away; more are chosen in a list
LATE = ("en retard", "bad")


@dataclass(frozen=True, slots=True)
class Figure:
    """`kind`: of the tag that would say it: "bad", "wait" or ""."""

    number: str
    words: str
    route: str
    query: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the agenda: when, what, and the one act that answers it. `on`: the day that orders it; `when`
    its words. `about`: what is said lower. `route`, `params` and `query`: where the act is done.
    """

    on: date
    when: str
    words: str
    verb: str
    route: str
    params: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    about: str = ""
    tag: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Home:
    """The blocks of a company's home, in their order. `is_new`: nobody is in the list of employees yet."""

    figures: list[Figure]
    todo: list[Row]
    week: list[Row]
    news: list[Row]
    is_new: bool


async def home_of(access: MemberAccess, at: Moment) -> Home:
    """Only what this person may see; an act that they may not do is not asked."""
    waiting = await waiting_of(access, at.now, at.today)
    totals = await totals_of(access, at.today) if Right.INVOICES in access.rights else None
    todo = list(_visits(waiting, at.today, access.rights))
    todo += await _filings(access, at.today)
    todo += _money(totals, at.today) if totals else []
    return Home(
        figures=list(_figures(waiting, totals)),
        todo=sorted(todo, key=lambda each: (each.tag != LATE, each.on)),
        week=list(_week(waiting, access.rights)),
        news=sorted(
            [
                *_answers(waiting, at.today),
                *await _messages(access, at.today),
                *await _papers(access, at.today),
            ],
            key=lambda each: each.on,
            reverse=True,
        ),
        is_new=not waiting.present,
    )


def _figures(waiting: Waiting, totals: Totals | None) -> Iterator[Figure]:
    counts, late = waiting.counts, waiting.late_number
    one = waiting.present < 2
    words = "salarié présent" if one else "salariés présents"
    yield Figure(thousands(waiting.present), words, "employees.index")
    words = "visite en retard, sans date" if late < 2 else "visites en retard, sans date"
    query = "?visite=retard&tri=echeance"
    yield Figure(waiting.late_words, words, "employees.index", query, "bad" if late else "")
    kind = "wait" if counts.to_confirm else ""
    yield Figure(
        thousands(counts.to_confirm), "rendez-vous à confirmer", "planning.index", "?etat=confirmer", kind
    )
    if totals and totals.late_cents:
        words = f"en retard, sur {amount(totals.due_cents)} à payer"
        yield Figure(amount(totals.late_cents), words, "invoices.index", kind="bad")
    elif totals:
        yield Figure(amount(max(0, totals.due_cents)), "à payer", "invoices.index")


def _visits(waiting: Waiting, today: date, rights: frozenset[Right]) -> Iterator[Row]:
    if Right.APPOINTMENTS not in rights:
        return
    counts = waiting.counts
    if waiting.late:
        yield _late(waiting, today)
    if counts.first_to_confirm:
        words = plural(counts.to_confirm, "rendez-vous à confirmer", "rendez-vous à confirmer")
        names = [each.usual_name or each.birth_name or "" for each in waiting.to_confirm]
        about = _named(names, counts.to_confirm)
        yield Row(
            counts.first_to_confirm, f"avant le {brief_day(counts.first_to_confirm, today)}", words,
            "Confirmer", "planning.index", query="?etat=confirmer", about=about,
        )  # fmt: skip
    if counts.first_open:
        words = plural(counts.open, "créneau à attribuer", "créneaux à attribuer")
        when = f"avant le {brief_day(counts.first_open, today)}"
        yield Row(counts.first_open, when, words, "Choisir", "planning.index", query="?etat=libres")


def _named(names: list[str], number: int) -> str:
    """The first of them, of so many."""
    return first_few(names + [""] * (number - len(names)), min(NAMES, len(names)))


def _late(waiting: Waiting, today: date) -> Row:
    """A few are asked for at once, their boxes ticked."""
    few = waiting.late_number <= AT_ONCE
    words = f"{waiting.late_words} {'visite' if waiting.late_number == 1 else 'visites'} sans date ni demande"
    names = _named([each.family for each in waiting.late], waiting.late_number)
    return Row(
        on=today, when="dès maintenant", words=words, verb="Demander",
        route="appointments.form" if few else "appointments.people",
        params={"motive": RequestMotive.OVERDUE.value},
        query="?" + urlencode([("salarie", each.employee_id) for each in waiting.late]) if few else "",
        about=names if waiting.late_number < MANY else "",
        tag=LATE,
    )  # fmt: skip


async def _filings(access: MemberAccess, today: date) -> list[Row]:
    """The declarations that this person may go on with."""
    rows = []
    for filing in (await filings_of(access, today))[:2]:
        act = next_act(access, filing) if filing.state in TO_FILE else None
        if act:
            is_late, closes_on = filing.state == State.LATE, filing.campaign.closes_on
            when = f"{'depuis le' if is_late else 'jusqu’au'} {brief_day(closes_on, today)}"
            verb, _, step = act.words.partition(" : ")
            about = "correction en cours" if filing.state == State.CORRECTING else step and f"étape : {step}"
            rows.append(
                Row(
                    on=closes_on, when=when, words=f"Déclaration annuelle {filing.year}",
                    verb=verb.split()[0], route=act.route, params={"year": filing.year},
                    about=about, tag=LATE if is_late else ("", ""),
                )
            )  # fmt: skip
    return rows


def _money(totals: Totals, today: date) -> list[Row]:
    if totals.due_cents <= 0:
        return []
    first = totals.first_due_on or today
    if totals.late_cents:
        words = f"{amount(totals.late_cents)} à payer"
        more = totals.due_cents - totals.late_cents
        about = f"et {amount(more)} à venir" if more > 0 else ""
        return [
            Row(
                first,
                f"depuis le {brief_day(first, today)}",
                words,
                "Payer",
                "invoices.index",
                about=about,
                tag=LATE,
            )
        ]
    return [
        Row(
            first,
            f"jusqu’au {brief_day(first, today)}",
            f"{amount(totals.due_cents)} à payer",
            "Payer",
            "invoices.index",
        )
    ]


def _week(waiting: Waiting, rights: frozenset[Right]) -> Iterator[Row]:
    may = Right.APPOINTMENTS in rights
    for slot in waiting.week:
        params, when = {"slot_id": slot.id}, agenda_moment(slot.starts_at)
        about, verb, route = (
            slot.centre,
            "Convocation" if may else "Voir",
            "planning.convocation" if may else "planning.show",
        )
        tag = ("confirmé", "ok")
        if slot.is_gone:
            tag = ("aura quitté l’entreprise", "bad")
            verb, route = ("Remplacer", "planning.choosing") if may else ("Voir", "planning.show")
        yield Row(
            on=slot.starts.date(), when=when, words=slot.name, verb=verb, route=route, params=params,
            about=about, tag=tag,
        )  # fmt: skip
    if more := waiting.counts.week - len(waiting.week):
        words = plural(more, "autre rendez-vous", "autres rendez-vous")
        day = waiting.week[-1].starts.date()
        yield Row(day, "ensuite", words, "Voir", "planning.index", query="?etat=confirmes")


def _answers(waiting: Waiting, today: date) -> list[Row]:
    """Answers of the service to requests, grouped: one leads to it, several to their list."""
    answers = waiting.answers
    if not answers:
        return []
    day, number = _day(answers[0].latest_at, today), answers[0].number
    names = _named([each.usual_name or each.birth_name for each in answers], number)
    many = f"plus de {PAGE} réponses" if number > PAGE else f"{number} réponses"
    if number == 1:
        words, route, params = (
            "Réponse du service à votre demande",
            "appointments.show",
            {"request_id": answers[0].id},
        )
        return [
            Row(
                on=day, when=brief_day(day, today), words=words, verb="Lire", route=route, params=params,
                about=answers[0].name,
            )
        ]  # fmt: skip
    words = f"{many} du service à vos demandes"
    return [
        Row(day, brief_day(day, today), words, "Lire", "appointments.index", query="?etat=lire", about=names)
    ]


async def _messages(access: MemberAccess, today: date) -> list[Row]:
    """Answers to messages, each under its subject."""
    rows = []
    for number, subject, at in await unread_inquiries(access):
        day, params = _day(at, today), {"inquiry_id": number}
        words = f"Réponse du service : {subject}"
        rows.append(
            Row(
                on=day, when=brief_day(day, today), words=words, verb="Lire", route="contact.show",
                params=params,
            )
        )  # fmt: skip
    return rows


async def _papers(access: MemberAccess, today: date) -> list[Row]:
    news = await news_of(access)
    if not news.count:
        return []
    day = _day(news.since, today)
    words = plural(news.count, "nouveau document", "nouveaux documents")
    return [Row(day, brief_day(day, today), words, "Ouvrir", "documents.index")]


def _day(since: datetime | None, today: date) -> date:
    """The day of the instant from which something waits."""
    return day_of(since) if since else today
