"""Direct debit: mandates of members, runs of debits, files of the bank."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String, UniqueConstraint
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant


class Scheme(StrEnum):
    """CORE: given back within eight weeks when the debtor asks. B2B: never, and its bank must know of it."""

    CORE = "CORE"
    B2B = "B2B"


class MandateState(StrEnum):
    """`DRAFT`: its code is not typed yet. `SUSPENDED`: by the service, or because a bank refused it."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Mandate(CompanyOwned, table=True):
    """A member's agreement to be debited. `rum`: its unique reference. `iban_sealed`: the account, under the
    portal's key; `iban_last`: its last four characters. `code_hash`, `code_until`: of the code that signs it.
    `used_on`: the day of its last debit, which makes the next one recurrent; `alive_on`: that day, or the day
    it was signed. `why`: why it is suspended. `printed`: the creditor as it was on that day.
    `notice_days`: agreed with this member between the announcement of a debit and its day; none: the usual.
    """

    __table_args__ = (Index("ix_mandate_company_id_state", "company_id", "state"),)

    account_id: int = Field(foreign_key="account.id", index=True)
    rum: str = Field(max_length=35, unique=True)
    scheme: Scheme = Field(sa_type=String(4))
    state: MandateState = Field(default=MandateState.DRAFT, sa_type=String(10))
    holder: str = Field(max_length=70)
    signer: str = Field(max_length=120)
    iban_sealed: bytes = Field(sa_type=LargeBinary)
    iban_last: str = Field(max_length=4)
    code_hash: str = Field(default="", max_length=64)
    code_until: datetime | None = instant(nullable=True)
    printed: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = instant()
    signed_at: datetime | None = instant(nullable=True)
    alive_on: date
    used_on: date | None = None
    ended_at: datetime | None = instant(nullable=True)
    why: str = Field(default="", max_length=200)
    notice_days: int | None = None


class DebitRunState(StrEnum):
    """`ANNOUNCING`: its debits are written and announced by mail. `FILING`: the bank's file is made.
    `FILED`: it is frozen, and its debits become payments on their day.
    """

    ANNOUNCING = "announcing"
    ANNOUNCED = "announced"
    FILING = "filing"
    FILED = "filed"
    COLLECTED = "collected"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


class DebitState(StrEnum):
    """`DROPPED`: left out of the file, its invoice paid or its mandate ended. `REFUSED`: by a bank."""

    PLANNED = "planned"
    FILED = "filed"
    COLLECTED = "collected"
    DROPPED = "dropped"
    REFUSED = "refused"


class DebitRun(Base, table=True):
    """Debits of one day. `after`: the company whose invoices were looked at last; `problem`: why its file
    could not be made.
    """

    __table_args__ = (Index("ix_debitrun_state", "state"),)

    collect_on: date
    account_id: int = Field(foreign_key="account.id", index=True)
    state: DebitRunState = Field(default=DebitRunState.ANNOUNCING, sa_type=String(10))
    after: int = 0
    debits: int = 0
    total_cents: int = Field(default=0, sa_type=BigInteger)
    problem: str = Field(default="", max_length=300)
    created_at: datetime = instant()
    filed_at: datetime | None = instant(nullable=True)


class DebitFile(Base, table=True):
    """The file of one scheme, as it goes to the bank: compressed, under the portal's key. `taken_at`: when
    it was downloaded first.
    """

    __table_args__ = (UniqueConstraint("run_id", "scheme"),)

    run_id: int = Field(foreign_key="debitrun.id", ondelete="CASCADE")
    scheme: Scheme = Field(sa_type=String(4))
    message_id: str = Field(max_length=35)
    debits: int
    total_cents: int = Field(sa_type=BigInteger)
    content: bytes = Field(sa_type=LargeBinary)
    taken_at: datetime | None = instant(nullable=True)


class Debit(CompanyOwned, table=True):
    """An invoice to debit. `reference`: end to end, and its payment's; `code`: the bank's reason."""

    __table_args__ = (
        Index("ix_debit_run_id_state_id", "run_id", "state", "id"),
        Index("ix_debit_invoice_id", "invoice_id"),
    )

    run_id: int = Field(foreign_key="debitrun.id", ondelete="CASCADE")
    invoice_id: int = Field(foreign_key="invoice.id")
    mandate_id: int | None = Field(default=None, foreign_key="mandate.id", ondelete="SET NULL")
    scheme: Scheme = Field(sa_type=String(4))
    rum: str = Field(max_length=35)
    iban_last: str = Field(max_length=4)
    cents: int
    reference: str = Field(max_length=35, unique=True)
    state: DebitState = Field(default=DebitState.PLANNED, sa_type=String(10))
    why: str = Field(default="", max_length=120)
    code: str = Field(default="", max_length=4)
    ended_on: date | None = None


class DebitReturn(Base, table=True):
    """A file of refusals sent by the bank: [debit or 0, reference, code, day, cents] of each. `fingerprint`:
    of its content, so that the same one is one.
    """

    fingerprint: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    file_name: str = Field(default="", max_length=120)
    rows: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = instant(index=True)
    applied_at: datetime | None = instant(nullable=True)
