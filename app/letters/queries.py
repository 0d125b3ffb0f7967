"""Reads of letters: members who are sent one, those left aside and why, print runs and their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import String, and_, bindparam, case, cast, func, or_
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.campaigns.queries import UNFILED, Choice, companies_of
from app.errors import NotFound
from app.letters.rules import DEFAULTS, Words, printed_since
from app.rights import RIGHTS, Right
from app.sessions import is_alive
from db.models import (
    Account,
    Audience,
    CampaignLetter,
    CareTeam,
    Company,
    LetterFile,
    LetterKind,
    LetterRun,
    LetterRunState,
    LetterText,
    Membership,
    OutboxMail,
    Tariff,
)

SHOWN = 50  # members, or letters, of a page
AT_WORK = (LetterRunState.WRITING, LetterRunState.DRAWING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Letters of one kind. `team`: as in `app.campaigns.queries.Choice`."""

    kind: LetterKind
    audience: Audience
    team: int = 0


# Roles are a list in JSON, which both bases write as its text.
_DECLARES = or_(
    *(
        cast(col(Membership.roles), String).like(f'%"{role}"%')
        for role, rights in RIGHTS.items()
        if Right.DECLARATION in rights
    )
)
_CAME_BACK = sqlalchemy.select(col(OutboxMail.id)).where(
    col(OutboxMail.recipient) == col(Account.email), col(OutboxMail.bounced_at).is_not(None)
)
HAS_PLACE = and_(col(Company.address) != "", col(Company.town) != "")


def _declaring(today: date) -> Any:
    """Accesses of people whom the mails of a campaign are for."""
    return sqlalchemy.select(col(Membership.id)).where(
        col(Membership.company_id) == col(Company.id), is_alive(today), _DECLARES
    )


def _reached(today: date) -> Any:
    """The same, of those whose address sent no mail back."""
    mine = col(Account.id) == col(Membership.account_id)
    return _declaring(today).join(Account, mine).where(~_CAME_BACK.exists())


def _printed(year: int, kind: LetterKind, on: date) -> Any:
    return (
        sqlalchemy.select(col(CampaignLetter.id))
        .join(LetterRun, col(LetterRun.id) == col(CampaignLetter.run_id))
        .where(
            col(CampaignLetter.company_id) == col(Company.id), col(LetterRun.year) == year,
            col(LetterRun.kind) == kind, col(LetterRun.on_day) >= printed_since(kind, on),
        )
    )  # fmt: skip


def _members(tariff: Tariff, wanted: Wanted, on: date, *columns: Any) -> Any:
    """Members who have not declared, of that team and audience."""
    theirs = companies_of(tariff, Choice(UNFILED, wanted.team)).with_only_columns(*columns)
    return theirs if wanted.audience == Audience.ALL else theirs.where(~_reached(on).exists())


class TeamCount(NamedTuple):
    """Members of a team: those who are sent a letter, those without a postal address, those who had it."""

    team_id: int | None
    team: str | None
    letters: int
    homeless: int
    printed: int


async def counts_of(access: StaffAccess, tariff: Tariff, wanted: Wanted, on: date) -> list[TeamCount]:
    """By team, by name."""
    printed = _printed(tariff.year, wanted.kind, on).exists()
    kinds = (and_(~printed, HAS_PLACE), and_(~printed, ~HAS_PLACE), printed)
    summed = (func.sum(case((each, 1), else_=0)) for each in kinds)
    statement = (
        _members(tariff, wanted, on, col(Company.team_id), col(CareTeam.name), *summed)
        .join(CareTeam, col(CareTeam.id) == col(Company.team_id), isouter=True)
        .group_by(col(Company.team_id), col(CareTeam.name))
        .order_by(col(CareTeam.name))
    )
    return [TeamCount(*row) for row in await access.table(statement)]


class Addressee(NamedTuple):
    """A member who is sent a letter, or would be if it had an address. `has_access`: somebody may declare;
    `is_reached`: and a mail reaches them.
    """

    id: int
    code: str
    name: str
    address: str
    postcode: str
    town: str
    has_access: bool
    is_reached: bool

    @property
    def lines(self) -> list[str]:
        return [self.name, self.address, f"{self.postcode} {self.town}".strip()]


async def addressees(
    access: StaffAccess, tariff: Tariff, wanted: Wanted, on: date, after: int = 0, most: int = SHOWN,
    *, homeless: bool = False,
) -> list[Addressee]:  # fmt: skip
    """Members of this choice who have not had this letter, from after that one."""
    columns = [getattr(Company, name) for name in Addressee._fields[:6]]
    statement = (
        _members(tariff, wanted, on, *columns, _declaring(on).exists(), _reached(on).exists())
        .where(
            col(Company.id) > after, ~HAS_PLACE if homeless else HAS_PLACE,
            ~_printed(tariff.year, wanted.kind, on).exists(),
        )
        .order_by(col(Company.id))
        .limit(most)
    )  # fmt: skip
    return [Addressee(*row) for row in await access.table(statement)]


# Texts.


async def text_of(access: Access, kind: LetterKind) -> LetterText | None:
    return await access.first(select(LetterText).where(LetterText.kind == kind))


async def words_of(access: Access, kind: LetterKind) -> Words:
    """The words of the service, or those that stand until it writes its own."""
    own = await text_of(access, kind)
    return Words(own.subject, own.text, own.signed_by) if own else DEFAULTS[kind]


# Runs.

_WRITING, _AT_WORK = (
    sqlalchemy.select(col(LetterRun.id)).where(col(LetterRun.state).in_(states)).limit(1)
    for states in (AT_WORK[:1], AT_WORK)
)
_DRAWING = (
    select(LetterRun)
    .where(LetterRun.state == LetterRunState.DRAWING)
    .order_by(col(LetterRun.id))
    .limit(1)
)  # fmt: skip
_RUNS = (
    select(LetterRun)
    .where(LetterRun.year == bindparam("year"))
    .order_by(col(LetterRun.id).desc())
    .limit(20)
)  # fmt: skip
_FILES = (
    select(LetterFile).where(LetterFile.run_id == bindparam("run")).order_by(col(LetterFile.part))
)  # fmt: skip


async def is_any_writing(access: Access) -> bool:
    return bool(await access.table(_WRITING, {}))


async def is_any_at_work(access: Access) -> bool:
    return bool(await access.table(_AT_WORK, {}))


async def run_to_draw(access: Access) -> LetterRun | None:
    return await access.first(_DRAWING)


async def held_to_draw(access: Access, run_id: int) -> LetterRun | None:
    """The run, held until the transaction ends, if it is still to be drawn."""
    mine = select(LetterRun).where(LetterRun.id == run_id, LetterRun.state == LetterRunState.DRAWING)
    return await access.first(mine.with_for_update())


async def runs_of(access: StaffAccess, year: int) -> Sequence[LetterRun]:
    """The latest first."""
    return await access.all(_RUNS, {"year": year})


async def run_of(access: StaffAccess, year: int, run_id: int) -> LetterRun:
    run = await access.get(LetterRun, run_id)
    if run.year != year:
        raise NotFound
    return run


async def files_of(access: Access, run_id: int) -> Sequence[LetterFile]:
    return await access.all(_FILES, {"run": run_id})


async def letters_of(access: Access, run_id: int, skipped: int, most: int) -> Sequence[CampaignLetter]:
    """Letters of a run in the order in which they were written."""
    theirs = select(CampaignLetter).where(CampaignLetter.run_id == run_id).order_by(col(CampaignLetter.id))
    return await access.all(theirs.offset(skipped).limit(most))
