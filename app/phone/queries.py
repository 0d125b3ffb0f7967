"""Calls under way of somebody of the service."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, or_
from sqlmodel import col, select

from app.access import Access, MemberAccess, StaffAccess
from app.sessions import CALL_LIFE
from app.text.names import person_name
from app.text.search import words_of
from db.models import Account, Employee, PhoneCall


async def open_calls(access: StaffAccess, now: datetime) -> Sequence[PhoneCall]:
    """Those of this person of the service."""
    mine = select(PhoneCall).where(
        PhoneCall.account_id == access.account.key, col(PhoneCall.ended_at).is_(None),
        col(PhoneCall.started_at) > now - CALL_LIFE,
    )  # fmt: skip
    return await access.all(mine)


async def name_of(access: Access, account_id: int) -> str:
    names = select(Account.first_name, Account.last_name).where(col(Account.id) == account_id)
    ((first, last),) = await access.rows(names)
    return f"{first} {last}".strip()


class Present(NamedTuple):
    """Somebody of the list of a member. `exit_on`: the last day, known already."""

    id: int
    job_title: str
    entry_on: date
    exit_on: date | None
    birth_name: str
    usual_name: str
    first_names: str
    sex: str

    @property
    def name(self) -> str:
        return person_name(self.birth_name, self.usual_name, self.first_names, self.sex)


_PRESENT = (
    sqlalchemy.select(*(getattr(Employee, name) for name in Present._fields))
    .where(
        col(Employee.company_id) == bindparam("company"),
        col(Employee.search_key).like(bindparam("words")),
        or_(
            col(Employee.exit_on).is_(None),
            col(Employee.exit_on) >= bindparam("since", type_=sqlalchemy.Date),
        ),
    )
    .order_by(col(Employee.sort_key), col(Employee.id))
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)


async def present_people(
    access: MemberAccess, since: date, words: str, skipped: int, most: int
) -> list[Present]:
    """People on the list that day or later, by name. `words`: the beginnings of theirs, in that order."""
    like = "".join(f" {each}%" for each in words_of(words)) or "%"
    given = {"company": access.company.key, "since": since, "words": f"%{like}"}
    return [Present(*row) for row in await access.table(_PRESENT, given | {"skipped": skipped, "most": most})]
