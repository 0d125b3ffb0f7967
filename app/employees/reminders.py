"""Driving authorisations and electrical habilitations about to expire: one mail to each person in charge of
the list.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import or_
from sqlmodel import col, select, update

from app.access import VisitorAccess
from app.employees.listing import french_day
from app.mail.outbox import queue_mail
from app.portal import Portal
from app.rights import Right, rights_of
from app.sessions import is_alive
from app.text.names import person_name
from app.text.search import folded
from db.models import Account, Company, Employee, Membership

AHEAD = timedelta(days=60)
AT_ONCE = 500  # employees a turn: the others wait for the next
Expiring = tuple[str, str, str, int]  # name, what, until when, the employee's number
KINDS = {
    "driving": "autorisation de conduite",
    "electrical": "habilitation électrique",
}


async def remind_of_expiries(portal: Portal, now: datetime, today: date) -> int:
    """Queue one mail a person and company, in the transaction that marks them as notified. Return the number
    of mails.
    """
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        if not await access.alone("expiries"):
            return 0
        by_company: dict[int, list[Expiring]] = defaultdict(list)
        for kind, words in KINDS.items():
            for row in await _expiring(access, kind, today):
                until = row[6]
                by_company[row[1]].append((person_name(*row[2:6]), words, french_day(until), row[0]))
                await access.change(
                    update(Employee)
                    .where(col(Employee.id) == row[0], col(Employee.company_id) == row[1])
                    .values({f"{kind}_told": until})
                )
        return sum(
            [
                await _remind(access, company_id, people, now, today)
                for company_id, people in by_company.items()
            ]
        )


async def _expiring(access: VisitorAccess, kind: str, today: date) -> Sequence[tuple[Any, ...]]:
    until, already = getattr(Employee, f"{kind}_until"), getattr(Employee, f"{kind}_told")
    names = (Employee.birth_name, Employee.usual_name, Employee.first_names, Employee.sex)
    statement = (
        sqlalchemy.select(col(Employee.id), col(Employee.company_id), *map(col, names), until)
        .where(until >= today, until <= today + AHEAD, or_(already.is_(None), already != until))
        .where(or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= until))
        .order_by(col(Employee.company_id), col(Employee.id))
        .limit(AT_ONCE)
    )
    return await access.table(statement)


async def _remind(
    access: VisitorAccess,
    company_id: int,
    people: list[Expiring],
    now: datetime,
    today: date,
) -> int:
    statement = (
        select(Account.email, Membership.roles, Company.code, Company.name)
        .join(Membership, col(Membership.account_id) == Account.id)
        .join(Company, col(Company.id) == Membership.company_id)
        .where(Membership.company_id == company_id, is_alive(today))
        .order_by(Account.email)
    )
    keepers = [row for row in await access.rows(statement) if Right.EMPLOYEES in rights_of(row[1])]
    for email, _, code, name in keepers:
        by_name = sorted(people, key=lambda person: (folded(person[0]), person))
        queue_mail(access, "expiries", email, now, code=code, company=f"{code} - {name}", people=by_name)
    return len(keepers)
