"""Many rows of one company written at once, still through its door. Other requests run between the chunks."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, update
from sqlmodel import col

from app.access import MemberAccess
from db.models import CompanyOwned

Owned = TypeVar("Owned", bound=CompanyOwned)
CHUNK = 200  # rows written at once


async def insert_many(access: MemberAccess, model: type[Owned], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Their ids, in the same order. The company is the door's, whatever the rows say."""
    ids: list[int] = []
    connection = await access.session_.connection()
    statement = insert(model).returning(col(model.id), sort_by_parameter_order=True)
    for start in range(0, len(rows), CHUNK):
        given = [row | {"company_id": access.company.key} for row in rows[start : start + CHUNK]]
        made: Any = await connection.execute(statement, given)
        ids += [row[0] for row in made]
    return ids


async def update_many(access: MemberAccess, model: type[Owned], rows: Sequence[dict[str, Any]]) -> None:
    """By `id`, each with the same columns to change; the id of another company's row changes nothing."""
    connection = await access.session_.connection()
    for start in range(0, len(rows), CHUNK):
        given = [{f"new_{name}": value for name, value in row.items()} for row in rows[start : start + CHUNK]]
        names = [name for name in rows[start] if name != "id"]
        statement = update(model).where(col(model.company_id) == access.company.key)
        statement = statement.where(col(model.id) == bindparam("new_id"))
        await connection.execute(statement.values({n: bindparam(f"new_{n}") for n in names}), given)
