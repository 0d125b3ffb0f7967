"""The verbs of the demo's story and of the tests: each adds a row and gives it back."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import (
    Account,
    CareCentre,
    CareTeam,
    Company,
    CompanyContact,
    ContactKind,
    Employee,
    Membership,
    Slot,
    StaffMember,
    Visit,
    VisitKind,
)


class World:
    """What is told, into one session. `keyed` hashes a n° télédéclarant, `hashed` a password."""

    def __init__(self, session: AsyncSession, now: datetime | None = None) -> None:
        self.session = session
        self.now = now or datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    async def _kept(self, row: SQLModel) -> None:
        self.session.add(row)
        await self.session.flush()

    async def a_company(self, code: str, name: str, *, key: str = "", **more: Any) -> Company:
        """A member or, with a code such as 00010-5, one of its sites."""
        company = Company(
            code=code,
            member_code=code[:5],
            name=name,
            declarant_key=key or "-" * 64,
            created_at=self.now,
            updated_at=self.now,
        )
        for field, value in more.items():
            setattr(company, field, value)
        await self._kept(company)
        return company

    async def a_team(self, name: str, *people: tuple[str, str], email: str = "", phone: str = "") -> CareTeam:
        """`people`: (function, name) of each."""
        team = CareTeam(name=name, people=[list(each) for each in people], email=email, phone=phone)
        await self._kept(team)
        return team

    async def a_contact(self, company: Company, kind: ContactKind, name: str, email: str) -> CompanyContact:
        contact = CompanyContact(company_id=company.key, kind=kind, name=name, email=email)
        await self._kept(contact)
        return contact

    async def an_account(self, email: str, first_name: str, last_name: str, **more: Any) -> Account:
        account = Account(
            email=email,
            first_name=first_name,
            last_name=last_name,
            job_title=more.pop("job_title", "Responsable administratif"),
            created_at=self.now,
            **more,
        )
        await self._kept(account)
        return account

    async def a_staff_member(self, account: Account) -> StaffMember:
        member = StaffMember(account_id=account.key, created_at=self.now)
        await self._kept(member)
        return member

    async def acts_for(
        self,
        account: Account,
        *companies: Company,
        roles: Sequence[str] = ("administrateur",),
        third_party: bool = False,
        ends_on: date | None = None,
    ) -> None:
        for company in companies:
            membership = Membership(
                account_id=account.key, company_id=company.key, third_party=third_party, created_at=self.now
            )
            membership.roles, membership.ends_on = list(roles), ends_on
            await self._kept(membership)

    async def an_employee(self, company: Company, columns: dict[str, Any]) -> Employee:
        """`columns`: every column, as the portal would have filled them from what is declared."""
        employee = Employee(company_id=company.key, created_at=self.now, updated_at=self.now, **columns)
        await self._kept(employee)
        return employee

    async def a_visit(self, employee: Employee, kind: VisitKind, done_on: date, **more: Any) -> Visit:
        visit = Visit(
            company_id=employee.company_id, employee_id=employee.key, kind=kind, done_on=done_on, **more
        )
        await self._kept(visit)
        return visit

    async def a_centre(self, name: str, **more: Any) -> CareCentre:
        usual = {"address": "4 rue de la Santé", "postcode": "22000", "town": "Saint-Brieuc"}
        centre = CareCentre(name=name, **usual | more)
        await self._kept(centre)
        return centre

    async def a_slot(
        self,
        company: Company,
        centre: CareCentre,
        starts_at: datetime,
        kind: VisitKind = VisitKind.VIP,
        **more: Any,
    ) -> Slot:
        """Proposed and open unless told otherwise."""
        usual = {"professional": "Dr Hélène Morvan", "role": "Médecin du travail"}
        slot = Slot(
            company_id=company.key, centre_id=centre.key, starts_at=starts_at, kind=kind,
            **{"created_at": self.now, "updated_at": self.now} | usual | more,
        )  # fmt: skip
        await self._kept(slot)
        return slot
