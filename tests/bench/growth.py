"""Each private page of the demo against itself where everything is many: employees, years, companies.

The same base twice. In the second every row of the company has been copied, with what refers to it, until it
has 10 000 employees, and its account acts for 500 companies. What a copy may not have twice (a year's
declaration) stays single. By processor time, one flooded after the other. Without ANALYZE, which the portal
never runs: plans are those of a real base.

Floors: a page that lists shows more rows of the second base, 7 against 25 late visits, 8 against 25 doubts, 4
against 25 requests, 3 against 50 companies, whose page alone costs twice that of three. « Mes entreprises »
has totals and an order over all the companies: it reads some rows of each, 2.2 ms of SQL for 500.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint
from sqlmodel import SQLModel

from db.models import KEPT_COUNTS
from tests.bench.pages import HOME, SECRET, _pages, _signed_in
from tests.bench.rate import Measured, flooded, headers_of
from tests.bench.served import ROOT, Served, Server, free_port, running
from tests.bench.table import Line, verdict

MOST = 1.2
EMPLOYEES, COMPANIES = 10_000, 500
APART = 1_000_000  # between the numbers of a row and of its copies
SECONDS, ROUNDS = 1.0, 3
BASE = "portail.db"


def lines(*, quick: bool = False) -> list[Line]:
    with TemporaryDirectory(prefix="portail-growth-") as folder:
        few, many = Path(folder) / "few", Path(folder) / "many"
        few.mkdir()
        with _running(few):
            """The first start fills the base."""
        shutil.copytree(few, many)
        _multiply(many / BASE)
        with _demo(few) as first, _demo(many) as second:
            return [_line(page, first, second, 1 if quick else ROUNDS) for page in _pages()]


def _line(page: Measured, few: Served, many: Served, rounds: int) -> Line:
    headers = [headers_of(page, each) for each in (few, many)]

    def rates() -> list[float]:
        sides = zip((few, many), headers, strict=True)
        return [flooded(side, page.path, theirs, SECONDS).a_processor_second for side, theirs in sides]

    rates()
    found = [rates() for _ in range(rounds)]
    cost = median(first / second for first, second in found)
    return Line(page.name, f"{cost:.2f} times the cost", f"at most {MOST:g}", verdict(cost <= MOST))


@contextmanager
def _demo(folder: Path) -> Iterator[Served]:
    with _running(folder) as server:
        yield Served(server.url, server.pid, folder / BASE, _signed_in(server.url))


@contextmanager
def _running(folder: Path) -> Iterator[Server]:
    port = free_port()
    variables = {"PORTAIL_DATA_DIR": str(folder), "PORTAIL_SECRET_KEY": SECRET, "PORTAIL_PORT": str(port)}
    with running("app", "demo", port=port, tree=ROOT, **variables) as server:
        yield server


def _multiply(base: Path) -> None:
    with closing(sqlite3.connect(base)) as connection, _without_hours(connection):
        code = HOME.rpartition("/")[2]
        (company,) = connection.execute("SELECT id FROM company WHERE code = ?", (code,)).fetchone()
        (there,) = connection.execute(
            "SELECT count(*) FROM employee WHERE company_id = ?", (company,)
        ).fetchone()
        for number in range(1, EMPLOYEES // there + 1):
            told = {"company": company, "by": number * APART, "suffix": f"~{number}"}
            for table in _of_a_company():
                connection.execute(_copying(table), told)
        _add_companies(connection, company)


@contextmanager
def _without_hours(connection: sqlite3.Connection) -> Iterator[None]:
    """Copies of an appointment are all at the same hour, which nobody could write."""
    slots = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'slot'"
    there = connection.execute(slots).fetchall()
    for name, _ in there:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, again in there:
        connection.execute(again)
    connection.commit()


def _of_a_company() -> list[Table]:
    """In the order in which rows may be written."""
    tables = SQLModel.metadata.sorted_tables
    apart = {"membership", *(each.__tablename__ for each in KEPT_COUNTS)}
    return [each for each in tables if "company_id" in each.columns and each.name not in apart]


def _copying(table: Table) -> str:
    """Rows of this company again: numbers and references moved, and a mark on what would be twice."""
    moved = {"id"} | {each.name for each in table.columns if _refers_to_a_copy(each)}
    apart = moved | {"company_id"}
    single = {name for names in _unique(table) if not apart.intersection(names) for name in names}
    values = []
    for column in table.columns:
        if column.name in moved:
            values.append(f'"{column.name}" + :by')
        elif column.name in single and column.type.python_type is str:
            values.append(f'"{column.name}" || :suffix')
        else:
            values.append(f'"{column.name}"')
    names = ", ".join(f'"{each.name}"' for each in table.columns)
    return (
        f'INSERT OR IGNORE INTO "{table.name}" ({names}) SELECT {", ".join(values)} FROM "{table.name}"'
        f" WHERE company_id = :company AND id < {APART}"
    )


def _refers_to_a_copy(column: Column[Any]) -> bool:
    copied = {each.name for each in _of_a_company()}
    return any(key.column.table.name in copied for key in column.foreign_keys)


def _unique(table: Table) -> list[list[str]]:
    indexes = [[each.name for each in index.columns] for index in table.indexes if index.unique]
    constraints = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return indexes + [[each.name for each in constraint.columns] for constraint in constraints]


def _add_companies(connection: sqlite3.Connection, company: int) -> None:
    """Others, empty, for which the same people act."""
    for number in range(1, COMPANIES):
        told = {"company": company, "by": number * APART, "code": f"{50_000 + number}"}
        values = {"id": "id + :by", "code": ":code", "member_code": ":code"}
        connection.execute(_copying_with("company", values), told)
        values = {"id": "id + :by", "company_id": "company_id + :by"}
        connection.execute(_copying_with("membership", values), told)


def _copying_with(name: str, values: dict[str, str]) -> str:
    table = SQLModel.metadata.tables[name]
    names = ", ".join(each.name for each in table.columns)
    read = ", ".join(values.get(each.name, each.name) for each in table.columns)
    key = "id" if name == "company" else "company_id"
    return f"INSERT INTO {name} ({names}) SELECT {read} FROM {name} WHERE {key} = :company"
