"""A whole service for measuring: tens of thousands of members, a million employees, drawn and written fast.

Always the same for the same number of members. None of the people can sign in: they have no password.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, insert, text
from sqlmodel.ext.asyncio.session import AsyncSession

from db.kinds import RequestMotive, SlotState, VisitKind
from db.models import (
    Account,
    AppointmentRequest,
    CareCentre,
    CareTeam,
    ClinicSession,
    Company,
    Employee,
    Inquiry,
    InquiryMessage,
    InquiryTheme,
    Invoice,
    Membership,
    Professional,
    Slot,
    StaffMember,
)

FIRST_CODE = 20_000  # after those of the demo's story
MOST_MEMBERS = 75_000
SMALL, LARGE = 10, 120  # employees: one member of ten is large; 1.1 million for 53 000
EMPLOYEES = 9 * SMALL + LARGE  # of ten members
STAFF = 53  # members for one account of the service
# Members for one professional, one centre, one request and one thread that wait.
A_PROFESSIONAL, A_CENTRE, A_REQUEST, A_THREAD = 300, 2_500, 130, 260
WEEKS, VISITS = 4, 4  # of sessions, from this week's Monday; of the six times of each that are proposed
ROWS = 5_000  # written at once
BEGINS = ("Le ", "Ker", "Mar", "Du", "Gué", "Bœ", "La", "Per", "Rous", "Ba", "Che", "Fon", "Mor", "Tan", "Ri")
MIDDLES = (
    "go",
    "ro",
    "bi",
    "tin",
    "va",
    "lé",
    "na",
    "mo",
    "chel",
    "sse",
    "guy",
    "ry",
    "do",
    "lan",
    "pi",
    "ber",
)
ENDS = (
    "ff",
    "ic",
    "nec",
    "lier",
    "ard",
    "eau",
    "oux",
    "ot",
    "an",
    "ez",
    "in",
    "é",
    "ou",
    "ec",
    "el",
    "ières",
)
FIRST_NAMES = (
    "Anne", "Yann", "Solenn", "Erwan", "Nolwenn", "Gwenaël", "Élodie", "Loïc", "Maëlle", "Ronan", "Aïcha",
    "Mathieu", "Jeanne", "Paul", "Inès", "Hugo", "Léa", "Karim", "Zoé", "Pierre", "Chloé", "Thomas", "Lou",
)  # fmt: skip
TRADES = (
    "Boulangerie", "Garage", "Menuiserie", "Pharmacie", "Transports", "Maçonnerie", "Électricité",
    "Conserverie", "Cœur de Ville", "Imprimerie", "Plomberie", "Cabinet", "Clinique", "Ateliers", "Traiteur",
)  # fmt: skip
TOWNS = (
    ("Saint-Brieuc", "22000"), ("Lannion", "22300"), ("Guingamp", "22200"), ("Dinan", "22100"),
    ("Plœmeur", "56270"), ("Brest", "29200"), ("Quimper", "29000"), ("Rennes", "35000"), ("Vannes", "56000"),
)  # fmt: skip
ROLES = ["accueil", "planning", "medical", "comptabilite", "adhesions"]
# Whose rows others name.
MODELS: tuple[Any, ...] = (
    CareTeam, Company, Account, Employee, CareCentre, Professional, ClinicSession, Inquiry
)  # fmt: skip
JOBS = ("Menuisier", "Secrétaire", "Comptable", "Conducteur d’engins", "Magasinier", "Peintre", "Cuisinière")

# The fields declared → the columns of an employee: the rules are the portal's. So are the keys of a name.
Filled = Callable[[dict[str, str]], dict[str, Any]]
Keyed = Callable[[str, str], dict[str, str]]


async def add_service(
    session: AsyncSession, members: int, *, today: date, filled: Filled, keyed: Keyed
) -> None:
    """Write all of it, a few thousand rows at once."""
    connection = await session.connection()
    first = {}
    for model in MODELS:
        first[model] = ((await connection.execute(func.max(model.id).select())).scalar() or 0) + 1
    for model, rows in Service(members, today, filled, keyed, first).tables():
        while chunk := list(islice(rows, ROWS)):
            await connection.execute(insert(model), chunk)
    if connection.dialect.name == "postgresql":
        # Ids were given, so the next one is not the sequence's.
        for model in MODELS:
            name = model.__tablename__
            await connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")  # noqa: S608
            )


class Service:
    """The rows of a service of that many members. Ids follow those that the base already has."""

    def __init__(
        self, members: int, today: date, filled: Filled, keyed: Keyed, first: dict[Any, int]
    ) -> None:
        self.members, self.today, self.filled, self.keyed, self.first = members, today, filled, keyed, first
        self.now = datetime.combine(today, datetime.min.time(), UTC)
        self.draw = Random(members)  # noqa: S311 - a story, not a secret

    def tables(self) -> Iterator[tuple[Any, Iterator[dict[str, Any]]]]:
        yield CareTeam, self._teams()
        yield Company, self._companies()
        yield Account, self._accounts()
        yield Membership, self._memberships()
        yield StaffMember, self._staff()
        yield Employee, self._employees()
        yield Invoice, self._invoices()
        yield CareCentre, self._centres()
        yield Professional, self._professionals()
        yield ClinicSession, self._sessions()
        yield Slot, self._slots()
        yield AppointmentRequest, self._requests()
        yield Inquiry, self._threads()
        yield InquiryMessage, self._messages()

    def _name(self) -> str:
        draw = self.draw
        middles = "".join(draw.choices(MIDDLES, k=draw.randrange(3)))
        return f"{draw.choice(BEGINS)}{middles}{draw.choice(ENDS)}"

    def _number(self, model: Any, index: int) -> int:
        return self.first[model] + index

    def _teams(self) -> Iterator[dict[str, Any]]:
        for index in range(self._team_count):
            yield {"id": self._number(CareTeam, index), "name": f"Équipe {index + 1:03d}", "people": []}

    @property
    def _team_count(self) -> int:
        return max(1, self.members // 500)

    def _companies(self) -> Iterator[dict[str, Any]]:
        for index in range(self.members):
            code = f"{FIRST_CODE + index:05d}"
            town, postcode = self.draw.choice(TOWNS)
            yield {
                "id": self._number(Company, index), "code": code, "member_code": code,
                "name": f"{self.draw.choice(TRADES)} {self._name()}", "town": town, "postcode": postcode,
                "siret": f"{500_000_000 + index * 7:09d}{self.draw.randrange(100, 99_999):05d}",
                "email": f"contact@e{code}.example", "declarant_key": "-" * 64,
                "team_id": self._number(CareTeam, index % self._team_count),
                "created_at": self.now, "updated_at": self.now,
            }  # fmt: skip

    def _accounts(self) -> Iterator[dict[str, Any]]:
        for index in range(self.members + self.members // STAFF):
            first = self.draw.choice(FIRST_NAMES)
            where = "employeur" if index < self.members else "service"
            yield {
                "id": self._number(Account, index), "email": f"personne{index}@{where}.example",
                "first_name": first, "last_name": self._name(), "job_title": "Responsable",
                "created_at": self.now,
            }  # fmt: skip

    def _memberships(self) -> Iterator[dict[str, Any]]:
        for index in range(self.members):
            yield {
                "company_id": self._number(Company, index), "account_id": self._number(Account, index),
                "roles": ["administrateur"], "created_at": self.now,
            }  # fmt: skip

    def _staff(self) -> Iterator[dict[str, Any]]:
        for index in range(self.members // STAFF):
            account = self._number(Account, self.members + index)
            yield {"account_id": account, "roles": ROLES, "created_at": self.now}

    def _employees(self) -> Iterator[dict[str, Any]]:
        """Most members have few, some have hundreds. The columns that rules compute are taken from a few
        hundred people, since computing a million times the same would take minutes.
        """
        models = [self._model() for _ in range(400)]
        for index in range(self._employee_count):
            name, first = self._name(), self.draw.choice(FIRST_NAMES)
            names = {"birth_name": name.upper(), "first_names": first, **self._whose(index)}
            yield self.draw.choice(models) | names | self.keyed(name, first)

    @property
    def _employee_count(self) -> int:
        tens, rest = divmod(self.members, 10)
        return tens * EMPLOYEES + (LARGE + (rest - 1) * SMALL if rest else 0)

    def _whose(self, index: int) -> dict[str, Any]:
        """Both numbers of that employee: their own and their company's."""
        tens, place = divmod(index, EMPLOYEES)
        company = tens * 10 + (0 if place < LARGE else 1 + (place - LARGE) // SMALL)
        return {"id": self._number(Employee, index), "company_id": self._number(Company, company)}

    def _model(self) -> dict[str, Any]:
        entry = self.today - timedelta(days=self.draw.randrange(20, 4_000))
        birth = self.today - timedelta(days=self.draw.randrange(19 * 365, 62 * 365))
        fields = {
            "birth_name": "X", "first_names": "Y", "sex": self.draw.choice("FM"), "contract": "cdi",
            "birth_on": birth.isoformat(), "entry_on": entry.isoformat(),
            "job_title": self.draw.choice(JOBS), "risks": self.draw.choice(("", "", "", "NUIT", "CMR")),
        }  # fmt: skip
        if self.draw.random() < 0.1:
            fields["exit_on"] = (self.today - timedelta(days=self.draw.randrange(1, 19))).isoformat()
        return self.filled(fields) | {"created_at": self.now, "updated_at": self.now}

    def _invoices(self) -> Iterator[dict[str, Any]]:
        for index in range(self.members):
            people = self.draw.randrange(1, 200)
            net = people * 11_600
            line = {"label": "Personnes suivies", "quantity": people, "unit_cents": 11_600}
            yield {
                "company_id": self._number(Company, index), "number": f"S{self.today.year}-{index:06d}",
                "kind": "cotisation", "title": f"Cotisation {self.today.year}", "printed": {},
                "lines": [line | {"net_cents": net, "vat_points": 2000}],
                "issued_on": self.today - timedelta(days=index % 300),
                "due_on": self.today - timedelta(days=index % 300 - 30), "net_cents": net,
                "vat_cents": net // 5, "total_cents": net + net // 5, "created_at": self.now,
            }  # fmt: skip

    def _centres(self) -> Iterator[dict[str, Any]]:
        for index in range(max(1, self.members // A_CENTRE)):
            town, postcode = TOWNS[index % len(TOWNS)]
            yield {
                "id": self._number(CareCentre, index), "name": f"Centre {index + 1:02d} de {town}",
                "address": f"{index + 1} rue de la Gare", "postcode": postcode, "town": town,
            }  # fmt: skip

    def _professionals(self) -> Iterator[dict[str, Any]]:
        for index in range(self._professional_count):
            yield {
                "id": self._number(Professional, index), "role": "Médecin du travail",
                "name": self._professional(index),
            }  # fmt: skip

    @property
    def _professional_count(self) -> int:
        return max(1, self.members // A_PROFESSIONAL)

    def _professional(self, index: int) -> str:
        return f"Dr {FIRST_NAMES[index % len(FIRST_NAMES)]} {MIDDLES[index % len(MIDDLES)]} {index + 1:03d}"

    def _half_days(self) -> Iterator[tuple[int, int, datetime]]:
        """Each session's index, its professional's and when it begins."""
        monday = self.now - timedelta(days=self.today.weekday())
        hours = [
            24 * (7 * week + day) + hour for week in range(WEEKS) for day in range(5) for hour in (8, 13)
        ]
        for professional in range(self._professional_count):
            for place, begins in enumerate(hours):
                yield professional * len(hours) + place, professional, monday + timedelta(hours=begins)

    def _place(self, professional: int) -> int:
        return self._number(CareCentre, professional % max(1, self.members // A_CENTRE))

    def _sessions(self) -> Iterator[dict[str, Any]]:
        for index, professional, starts_at in self._half_days():
            yield {
                "id": self._number(ClinicSession, index), "centre_id": self._place(professional),
                "professional_id": self._number(Professional, professional), "starts_at": starts_at,
                "ends_at": starts_at + timedelta(hours=3), "minutes": 30, "created_at": self.now,
            }  # fmt: skip

    def _slots(self) -> Iterator[dict[str, Any]]:
        """Another employee in each, three of four confirmed."""
        people = iter(range(0, self._employee_count, 3))
        for index, professional, starts_at in self._half_days():
            for place, employee in enumerate(islice(people, VISITS)):
                whose = self._whose(employee)
                yield {
                    "company_id": whose["company_id"], "employee_id": whose["id"], "minutes": 30,
                    "starts_at": starts_at + timedelta(minutes=30 * place),
                    "kind": VisitKind.VIP, "centre_id": self._place(professional),
                    "professional": self._professional(professional), "role": "Médecin du travail",
                    "session_id": self._number(ClinicSession, index),
                    "state": SlotState.PROPOSED if place == 0 else SlotState.CONFIRMED,
                    "created_at": self.now, "updated_at": self.now,
                }  # fmt: skip

    def _requests(self) -> Iterator[dict[str, Any]]:
        for index in range(self.members // A_REQUEST):
            whose = self._whose(1 + 3 * index)
            yield {
                "company_id": whose["company_id"], "employee_id": whose["id"],
                "account_id": self._writer(whose["company_id"]), "batch": f"{index:043d}",
                "motive": RequestMotive.EMPLOYER, "sent_at": self._ago(index), "updated_at": self._ago(index),
            }  # fmt: skip

    def _writer(self, company: int) -> int:
        return self._number(Account, company - self.first[Company])

    def _ago(self, index: int) -> datetime:
        return self.now - timedelta(hours=index % 200)

    def _threads(self) -> Iterator[dict[str, Any]]:
        for index in range(self.members // A_THREAD):
            company = self._number(Company, index)
            yield {
                "id": self._number(Inquiry, index), "company_id": company,
                "account_id": self._writer(company), "theme": InquiryTheme.OTHER,
                "subject": "Une question", "token": f"{index:043d}",
                "created_at": self._ago(index), "updated_at": self._ago(index),
            }  # fmt: skip

    def _messages(self) -> Iterator[dict[str, Any]]:
        for thread in self._threads():
            yield {
                "company_id": thread["company_id"], "inquiry_id": thread["id"],
                "account_id": thread["account_id"], "token": thread["token"], "at": thread["created_at"],
                "text": "Quand aura lieu la prochaine visite de notre entreprise ?",
            }  # fmt: skip
