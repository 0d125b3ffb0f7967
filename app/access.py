"""The only doors to rows. No HTTP here: `app.web.doors` opens them for a request.

A request has one transaction, but a guess must be counted before bcrypt runs, and no transaction may wait a
quarter of a second for bcrypt. So `paused()` lets go of the database while the guess is counted and the
password compared, and refuses to be used after a write. Revisit with a database without a single writer.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar, TypeVarTuple

from sqlalchemy import Delete, Executable, Table, Update, bindparam, func, insert, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select, SelectOfScalar

from app import clock
from app.errors import Forbidden, NotFound, RightMissing, of_somebody
from app.portal import Portal
from app.rights import Right, rights_of
from app.scope import scoped
from app.security.reads import OPENED, trace_of
from app.security.seat import ActingAccount, ActingCall, ActingCompany, ActingMembership, FollowingTeam
from app.staff_rights import ALL_ROLES, EVERYTHING, StaffRight, StaffScope, staff_rights_of
from db.from_json import insert_from_json
from db.models import Account, AccountSession, AuditEvent, AuditKind, Company, CompanyOwned

Row = TypeVar("Row", bound=SQLModel)
Owned = TypeVar("Owned", bound=CompanyOwned)
Result = TypeVar("Result")
Columns = TypeVarTuple("Columns")
BIGGEST_ID = 2**31 - 1
_COMPANY = (
    select(Company).where(col(Company.id) == bindparam("company")).execution_options(populate_existing=True)
)


class OfAccount(Protocol):
    id: int | None
    account_id: Any


Mine = TypeVar("Mine", bound=OfAccount)


@dataclass(frozen=True, slots=True)
class Access:
    """The part common to every door: the running portal, and writing inside the request's transaction."""

    portal: Portal
    session_: AsyncSession

    @property
    def writes(self) -> bool:
        return bool(self.session_.info.get("write"))

    def within(self, statement: Any, *, known: bool = False) -> Any:  # noqa: ARG002
        """The statement with what this door adds to every one. `known`: it was made once, at module level."""
        return statement

    def add(self, row: Row) -> Row:
        self.session_.add(row)
        return row

    async def flush(self) -> None:
        await self.session_.flush()

    async def delete(self, row: SQLModel) -> None:
        await self.session_.delete(row)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A failure inside leaves nothing behind, and the rest of the transaction goes on."""
        async with self.portal.database.savepoint(self.session_):
            yield

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Outside the transaction, for what is slow: hashing a password, counting a guess. Before any
        write.
        """
        async with self.portal.database.paused(self.session_):
            yield

    async def all(
        self, statement: SelectOfScalar[Result], params: dict[str, Any] | None = None
    ) -> Sequence[Result]:
        """With `params`, as `table`: a model that is only read is a plain tuple of its columns."""
        within = self.within(statement, known=params is not None)
        rows: Sequence[Result] = await self.portal.database.rows(self.session_, within, params)
        return rows

    async def rows(
        self, statement: Select[*Columns], params: dict[str, Any] | None = None
    ) -> Sequence[tuple[*Columns]]:
        """Several columns or models a row; `params` as for `all`."""
        within = self.within(statement, known=params is not None)
        rows: Sequence[tuple[*Columns]] = await self.portal.database.rows(self.session_, within, params)
        return rows

    async def table(
        self, statement: Executable, params: dict[str, Any] | None = None
    ) -> Sequence[tuple[Any, ...]]:
        """Columns as plain tuples. With `params` ({} for none) the statement must be one made at module
        level: it is then turned into SQL once, and read the quickest way there is.
        """
        within = self.within(statement, known=params is not None)
        return await self.portal.database.table(self.session_, within, params)

    async def first(
        self, statement: SelectOfScalar[Result], params: dict[str, Any] | None = None
    ) -> Result | None:
        return next(iter(await self.all(statement, params)), None)

    async def change(self, statement: Update | Delete) -> int:
        """Run an UPDATE or DELETE; the number of rows it reached, which settles who came first."""
        result = await self.session_.exec(self.within(statement))
        return int(result.rowcount)

    def mail_is_queued(self) -> None:
        self.session_.info["mail"] = True

    def record(
        self,
        kind: AuditKind,
        now: datetime,
        account: int | None,
        company: int | None = None,
        about: str = "",
        about_id: int | None = None,
    ) -> None:
        """Add a line to the history, in the same transaction as its subject."""
        event = AuditEvent(at=now, kind=kind, account_id=account, company_id=company, about=about)
        event.about_id = about_id
        self.add(event)


@dataclass(frozen=True, slots=True)
class VisitorAccess(Access):
    """Somebody not signed in: the sign-in's own rows. `network`: where from; "" when the clock acts."""

    network: str = ""

    async def alone(self, work: str) -> bool:
        """True when no other process does this work of the night meanwhile."""
        return await self.portal.database.alone(self.session_, work)


@cache
def _one_of(model: Any, owner: str) -> Any:
    """The row of that number, if it is the owner's."""
    return select(model).where(getattr(model, owner) == bindparam("owner"), model.id == bindparam("row"))


async def _row_of(access: Access, model: Any, owner: str, key: int, row_id: int) -> Any:
    found: Any = None
    if 0 < row_id <= BIGGEST_ID:
        found = await access.first(_one_of(model, owner), {"owner": key, "row": row_id})
    return of_somebody(found)


@cache
def of_company(model: type[Owned]) -> SelectOfScalar[Owned]:
    """The rows of the company that `params` name, to make a statement of at module level."""
    return select(model).where(col(model.company_id) == bindparam("company"))


@cache
def of_account(model: type[Mine]) -> SelectOfScalar[Mine]:
    """The same for the rows of an `account`."""
    return select(model).where(col(model.account_id) == bindparam("account"))


@dataclass(frozen=True, slots=True)
class AccountAccess(Access):
    """One person signed in: their own rows, and the companies that they act for."""

    account: Account
    session: AccountSession

    def select(self, model: type[Mine]) -> SelectOfScalar[Mine]:
        return select(model).where(col(model.account_id) == self.account.key)

    async def get(self, model: type[Mine], row_id: int) -> Mine:
        row: Mine = await _row_of(self, model, "account_id", self.account.key, row_id)
        return row


@dataclass(frozen=True, slots=True)
class MemberAccess(Access):
    """One person acting for one company: the rows of that company and no others. `team`: who follows it."""

    account: ActingAccount
    company: ActingCompany
    membership: ActingMembership
    team: FollowingTeam | None = None
    withheld: frozenset[Right] = frozenset()
    looker: int | None = None  # the account of the service that looks on, or declares: it is traced
    call: ActingCall | None = None  # somebody of the service declares, on the phone with the member

    @property
    def rights(self) -> frozenset[Right]:
        """`withheld`: from somebody of the service who looks on and may not see all that this person may."""
        return rights_of(self.membership.roles, third_party=self.membership.third_party) - self.withheld

    async def company_row(self) -> Company:
        """The company as it is now, to change it or to show all of it."""
        row = await self.first(_COMPANY, {"company": self.company.key})
        if row is None:
            raise NotFound
        return row

    @asynccontextmanager
    async def apart(self, *, write: bool) -> AsyncIterator["MemberAccess"]:
        """The same person for the same company, over a transaction of its own that ends, and with `write`
        commits, on leaving: for work beside the request or after it. A request that writes must have ended,
        or be `paused`: nobody waits for themselves.
        """
        if write and self.session_.info["turn"].is_held:
            raise RuntimeError("apart while this transaction writes: pause it first")
        async with self.portal.database.transaction(write=write) as session:
            yield replace(self, session_=session)

    def beside(self) -> "MemberAccess":
        """The same, for a task of its own, which only works `apart`: it may wait for the request's turn,
        since the request never waits for it without having paused.
        """
        nobody = AsyncSession()
        nobody.info["turn"] = SimpleNamespace(is_held=False)
        return replace(self, session_=nobody)

    def require(self, right: Right, roles: list[str] | None = None) -> None:
        """Stop with a 403 that says whom to ask: the page is within reach, the act is not allowed.

        `roles`: as they are now, under a lock, when that is later than the door.
        """
        third_party = self.membership.third_party
        if right not in (self.rights if roles is None else rights_of(roles, third_party=third_party)):
            raise Forbidden

    def trace(self, kind: AuditKind, now: datetime, about: str = "", about_id: int | None = None) -> None:
        """One more line in the company's history. `about_id`: the row that it speaks of, if any."""
        event = AuditEvent(at=now, kind=kind, account_id=self.account.key, company_id=self.company.key)
        event.about, event.about_id, event.on_behalf = about[:200], about_id, self.membership.third_party
        self.add(event)

    def select(self, model: type[Owned]) -> SelectOfScalar[Owned]:
        return select(model).where(model.company_id == self.company.key)

    async def get(self, model: type[Owned], row_id: int) -> Owned:
        row: Owned = await _row_of(self, model, "company_id", self.company.key, row_id)
        if self.looker and model in OPENED:
            self.portal.reads.note(trace_of(row, "", self.looker, clock.now()))
        return row


@dataclass(frozen=True, slots=True)
class StaffAccess(Access):
    """One person of the service, from the back office only: the rows of the members in their scope, all of
    them when it is `EVERYTHING`. The scope is in every statement that goes through here, whoever wrote it.
    """

    account: Account
    roles: tuple[str, ...] = ALL_ROLES
    scope: StaffScope = EVERYTHING

    @property
    def rights(self) -> frozenset[StaffRight]:
        return staff_rights_of(self.roles)

    def require(self, right: StaffRight) -> None:
        if right not in self.rights:
            raise RightMissing(right)

    def require_everything(self, words: str) -> None:
        """Refuse, with these words, an account for some teams or centres."""
        if not self.scope.is_everything:
            raise Forbidden(words)

    def within(self, statement: Any, *, known: bool = False) -> Any:
        return scoped(statement, self.scope, known=known)

    def add(self, row: Row) -> Row:
        """Written for a member outside the scope, it is refused as the request ends (`check_scope`)."""
        company = None if self.scope.is_everything else getattr(row, "company_id", None)
        if company:
            self.session_.info.setdefault("companies", set()).add(company)
        self.session_.add(row)
        return row

    def whole(self) -> "StaffAccess":
        """The same person, beyond their scope: for an act on what several teams share, as a session is."""
        return replace(self, scope=EVERYTHING)

    async def check_scope(self) -> None:
        """Rows were added for members in scope only, or `NotFound` and nothing is written."""
        written = self.session_.info.get("companies", set())
        if written and not self.scope.is_everything:
            mine = select(func.count()).select_from(Company).where(col(Company.id).in_(sorted(written)))
            if await self.first(mine) != len(written):
                raise NotFound

    def reads(self, subject: SQLModel, about: str = "") -> None:
        """Leave a trace that this person opened this, for the direction. `get` of an employee or a document
        has left it already; a page that finds its row otherwise, or shows a company, calls
        `access.reads(company)`. `about`: the name of what has neither label, title nor names.
        """
        self.portal.reads.note(trace_of(subject, about, self.account.key, clock.now()))

    def select(self, model: type[Row]) -> SelectOfScalar[Row]:
        return select(model)

    async def get(self, model: type[Row], row_id: int) -> Row:
        one = select(model).where(model.id == row_id)  # type: ignore[attr-defined]
        row: Row = of_somebody(await self.first(one) if 0 < row_id <= BIGGEST_ID else None)
        if model in OPENED and not self.writes:
            self.reads(row)
        return row


# Many rows of one company written at once, still through its door. Other requests run between the chunks.
CHUNK = 200  # rows written at once


async def insert_many(access: MemberAccess, model: type[Owned], rows: Sequence[dict[str, Any]]) -> None:
    """The company is the door's, whatever the rows say."""
    connection = await access.session_.connection()
    for given in _chunks(access, rows):
        await connection.execute(insert(model), given)


async def insert_json(
    access: MemberAccess,
    model: type[Owned],
    names: tuple[str, ...],
    bundles: Iterable[str],
    common: dict[str, Any],
) -> None:
    """Rows as JSON: each bundle is an array of objects with these columns; `common`: those of all."""
    connection = await access.session_.connection()
    common = common | {"company_id": access.company.key}
    table: Table = model.__table__  # type: ignore[attr-defined]
    is_sqlite = connection.dialect.name == "sqlite"
    statement = insert_from_json(table, names, tuple(common), is_sqlite=is_sqlite)
    for rows in bundles:
        await connection.execute(statement, common | {"rows": rows})


async def insert_numbered(
    access: MemberAccess, model: type[Owned], rows: Sequence[dict[str, Any]]
) -> list[int]:
    """The same, and their ids, in the same order: more than twice the work."""
    connection = await access.session_.connection()
    # Asked to keep the order, SQLAlchemy inserts row by row into SQLite, which numbers them in order anyway.
    kept = connection.dialect.name != "sqlite"
    statement = insert(model).returning(col(model.id), sort_by_parameter_order=kept)
    ids: list[int] = []
    for given in _chunks(access, rows):
        made: list[Any] = [row[0] for row in await connection.execute(statement, given)]
        ids += made if kept else sorted(made)
    return ids


def _chunks(access: MemberAccess, rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), CHUNK):
        yield [row | {"company_id": access.company.key} for row in rows[start : start + CHUNK]]


async def update_many(access: MemberAccess, model: type[Owned], rows: Sequence[dict[str, Any]]) -> None:
    """Change rows by `id`, each with the same columns; the id of another company's row changes nothing."""
    connection = await access.session_.connection()
    for start in range(0, len(rows), CHUNK):
        given = [{f"new_{name}": value for name, value in row.items()} for row in rows[start : start + CHUNK]]
        names = [name for name in rows[start] if name != "id"]
        statement = update(model).where(col(model.company_id) == access.company.key)
        statement = statement.where(col(model.id) == bindparam("new_id"))
        await connection.execute(statement.values({n: bindparam(f"new_{n}") for n in names}), given)


# The door of a calendar's secret address: no session, nothing but reading.


@dataclass(frozen=True, slots=True)
class FeedAccess(Access):
    """The holder of a calendar's address: the companies that its owner still acts for today, and no others.

    `named_ids`: those whose employees may be named. `label`: of the company, when there is only one.
    """

    account_id: int
    company_ids: frozenset[int]
    named_ids: frozenset[int]
    label: str

    def select(self, model: type[Owned]) -> SelectOfScalar[Owned]:
        return select(model).where(col(model.company_id).in_(sorted(self.company_ids)))
