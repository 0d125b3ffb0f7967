"""Rows of a large service: 10 000 companies, 200 000 employees, people who read and people who write.

Written to the tables as they are found, so that a base of an older schema is filled too: columns that are not
named here have the neutral value of their type.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, MetaData, String, Table, insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.security.keys import fingerprint, new_token
from tests.bench.employees_base import CHUNK, _company, _employee

READERS, OF_WRITER = 200, 20
IN_LARGE_COMPANY = 20  # of the readers, one in so many is of the largest company
SLOTS_A_DAY = 16


@dataclass(frozen=True, slots=True)
class Size:
    """Of a base: its companies, its employees, those of the largest company; and the people who write, each
    for a company of 20: there are many, since nobody may write to the service without end.
    """

    companies: int
    employees: int
    largest: int
    writers: int


FULL = Size(10_000, 200_000, 10_000, 640)
QUICK = Size(1_000, 20_000, 2_000, 256)


async def fill(url: str, size: Size) -> dict[str, Any]:
    """The rows, and the people: `readers`, `writers`, `importer`, each with a session and what is theirs."""
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    address = make_url(url)
    engine = create_async_engine(address.set(drivername=drivers[address.drivername]))
    try:
        async with engine.begin() as connection:
            filling = Filling(connection, await connection.run_sync(_tables), datetime.now(UTC))
            people = await filling.all(size)
            await connection.exec_driver_sql("ANALYZE")
        return people
    finally:
        await engine.dispose()


def _tables(connection: Any) -> MetaData:
    tables = MetaData()
    names = (
        "careteam",
        "carecentre",
        "company",
        "account",
        "membership",
        "accountsession",
        "employee",
        "slot",
    )
    tables.reflect(connection, only=names)
    return tables


class Filling:
    """Of an empty base: the numbers of the rows are known, since they are written in order."""

    def __init__(self, connection: AsyncConnection, tables: MetaData, now: datetime) -> None:
        self._connection, self._tables, self._now = connection, tables, now
        self._chance = random.Random(2026)

    async def all(self, size: Size) -> dict[str, Any]:
        await self._put(
            "careteam", [{"name": "Équipe de Dinan", "email": "equipe@service.example", "people": []}]
        )
        await self._put("carecentre", [{"name": "Centre de Dinan", "town": "Dinan"}])
        codes = [f"{10_000 + number:05d}" for number in range(1, size.companies + 1)]
        companies = (_company(each, self._now) | {"team_id": 1} for each in codes)
        await self._put("company", companies)
        owners = self._owners(size)
        await self._put("employee", (self._someone(number, owner) for number, owner in enumerate(owners, 1)))
        theirs: dict[int, list[int]] = {}
        for number, owner in enumerate(owners, 1):
            theirs.setdefault(owner, []).append(number)
        writers = range(2, 2 + size.writers)
        readers = [1 if not at % IN_LARGE_COMPANY else 2 + size.writers + at for at in range(READERS)]
        seats = [*writers, *readers, 1]
        tokens = await self._sign_in(seats)
        people = [
            {"session": token, "code": codes[company - 1], "employees": theirs[company][:OF_WRITER]}
            for token, company in zip(tokens, seats, strict=True)
        ]
        await self._propose(people[: size.writers], writers)
        return {
            "writers": people[: size.writers], "readers": people[size.writers : -1], "importer": people[-1],
        }  # fmt: skip

    def _owners(self, size: Size) -> list[int]:
        """The company of each employee."""
        owners = [1] * size.largest
        owners += [2 + number % size.writers for number in range(size.writers * OF_WRITER)]
        others = size.companies - size.writers - 1
        return owners + [2 + size.writers + number % others for number in range(size.employees - len(owners))]

    def _someone(self, number: int, company: int) -> dict[str, Any]:
        row = _employee(self._chance, company, self._now) | {"due_kind": "vip"}
        return row | {"email": f"personne{number}@adherent.example" if number % 2 else ""}

    async def _sign_in(self, companies: list[int]) -> list[str]:
        tokens = [new_token() for _ in companies]
        numbered = list(enumerate(companies, 1))
        await self._put("account", [
            {"email": f"compte{number}@adherent.example", "last_name": "Le Gall", "first_name": "Maëlle"}
            for number, _ in numbered
        ])  # fmt: skip
        await self._put("membership", [
            {"account_id": number, "company_id": company, "roles": ["administrateur"]}
            for number, company in numbered
        ])  # fmt: skip
        await self._put("accountsession", [
            {"account_id": number, "token_hash": fingerprint(token), "browser": "Firefox"}
            for number, token in enumerate(tokens, 1)
        ])  # fmt: skip
        return tokens

    async def _propose(self, people: list[dict[str, Any]], companies: Iterable[int]) -> None:
        """One appointment an employee of those who write: each has a professional of their own."""
        rows, first = [], datetime.combine(self._now.date(), datetime.min.time(), UTC) + timedelta(days=20)
        for writer, company in zip(people, companies, strict=True):
            writer["slots"] = []
            for place, employee in enumerate(writer["employees"]):
                at = timedelta(days=place // SLOTS_A_DAY, hours=7, minutes=30 * (place % SLOTS_A_DAY))
                rows.append({
                    "company_id": company, "starts_at": first + at, "minutes": 30, "kind": "vip",
                    "centre_id": 1, "professional": f"Dr {writer['code']}", "employee_id": employee,
                    "state": "proposed",
                })  # fmt: skip
                writer["slots"].append(len(rows))
        await self._put("slot", rows)

    async def _put(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        table = self._tables.tables[name]
        neutral, pending = self._neutral(table), list(rows)
        for start in range(0, len(pending), CHUNK):
            chunk = [neutral | self._known(table, row) for row in pending[start : start + CHUNK]]
            await self._connection.execute(insert(table), chunk)

    def _known(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """Those of its columns that the table has; words as they are stored."""
        return {
            name: str(value) if isinstance(value, str) else value
            for name, value in row.items()
            if name in table.columns
        }

    def _neutral(self, table: Table) -> dict[str, Any]:
        return {
            each.name: self._neutral_value(each)
            for each in table.columns
            if not each.nullable and not each.primary_key and each.server_default is None
        }

    def _neutral_value(self, column: Column[Any]) -> Any:
        values: tuple[tuple[Any, Any], ...] = (
            (JSON, []), (Boolean, False), (DateTime, self._now), (Date, self._now.date()), (String, ""),
        )  # fmt: skip
        return next((value for kind, value in values if isinstance(column.type, kind)), 0)
