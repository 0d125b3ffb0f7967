"""The verbs of the demo's story and of the tests: each adds a row and gives it back."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import (
    Account,
    AuditEvent,
    AuditKind,
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
    """The session that the story is written into. `keyed` hashes a n° télédéclarant, `hashed` a password."""

    def __init__(self, session: AsyncSession, now: datetime | None = None) -> None:
        self.session = session
        self.now = now or datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    async def keep(self, *rows: SQLModel) -> None:
        """All at once: a flush costs more than a row."""
        self.session.add_all(rows)
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
        await self.keep(company)
        return company

    async def a_team(self, name: str, *people: tuple[str, str], email: str = "", phone: str = "") -> CareTeam:
        """`people`: (function, name) of each."""
        team = CareTeam(name=name, people=[list(each) for each in people], email=email, phone=phone)
        await self.keep(team)
        return team

    async def a_contact(self, company: Company, kind: ContactKind, name: str, email: str) -> CompanyContact:
        contact = CompanyContact(company_id=company.key, kind=kind, name=name, email=email)
        await self.keep(contact)
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
        await self.keep(account)
        return account

    async def a_staff_member(
        self, account: Account, roles: Sequence[str] = ("direction", "medical"), **more: Any
    ) -> StaffMember:
        """`more`: the teams and centres that they work for."""
        member = StaffMember(account_id=account.key, roles=list(roles), created_at=self.now, **more)
        await self.keep(member)
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
            await self.keep(membership)

    async def an_event(self, kind: AuditKind, account: Account, company: Company, about: str = "") -> None:
        """A line of the company's history, now."""
        row = AuditEvent(at=self.now, kind=kind, account_id=account.key, company_id=company.key, about=about)
        await self.keep(row)

    async def an_employee(self, company: Company, columns: dict[str, Any]) -> Employee:
        employee = self.employee_of(company, columns)
        await self.keep(employee)
        return employee

    def employee_of(self, company: Company, columns: dict[str, Any]) -> Employee:
        """Not kept yet. `columns`: every column, as the portal would have filled them from what is
        declared.
        """
        return Employee(company_id=company.key, created_at=self.now, updated_at=self.now, **columns)

    async def a_visit(self, employee: Employee, kind: VisitKind, done_on: date, **more: Any) -> Visit:
        visit = self.visit_of(employee, kind, done_on, **more)
        await self.keep(visit)
        return visit

    @staticmethod
    def visit_of(employee: Employee, kind: VisitKind, done_on: date, **more: Any) -> Visit:
        """Not kept yet."""
        key = employee.key
        return Visit(company_id=employee.company_id, employee_id=key, kind=kind, done_on=done_on, **more)

    async def a_centre(self, name: str, **more: Any) -> CareCentre:
        usual = {"address": "4 rue de la Santé", "postcode": "22000", "town": "Saint-Brieuc"}
        centre = CareCentre(name=name, **usual | more)
        await self.keep(centre)
        return centre

    async def a_slot(
        self,
        company: Company,
        centre: CareCentre,
        starts_at: datetime,
        kind: VisitKind = VisitKind.VIP,
        **more: Any,
    ) -> Slot:
        """A slot, proposed and open by default."""
        usual = {"professional": "Dr Hélène Morvan", "role": "Médecin du travail"}
        slot = Slot(
            company_id=company.key, centre_id=centre.key, starts_at=starts_at, kind=kind,
            **{"created_at": self.now, "updated_at": self.now} | usual | more,
        )  # fmt: skip
        await self.keep(slot)
        return slot
