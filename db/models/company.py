"""The member employer, its contacts for the service, and the team that follows it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant


class BuyerKind(StrEnum):
    """The way an electronic invoice goes: to a company that is subject to VAT, to one that is not (most
    associations), to a public body.
    """

    TAXED = "assujetti"
    UNTAXED = "non_assujetti"
    PUBLIC = "public"


class Company(Base, table=True):
    """A member employer (`code` = 5 digits) or one of its sites (`code-N`).

    `declarant_key` is the n° télédéclarant, never in clear: HMAC-SHA-256, hexadecimal. `closed_at`: the
    membership is over, for `closed_reason`; `suspended_at`: it waits, and the service proposes nothing.
    `vat_exemption`: why its invoices bear no VAT, or "".
    """

    code: str = Field(max_length=9, unique=True)
    member_code: str = Field(max_length=5, index=True)
    name: str = Field(max_length=120)
    town: str = Field(default="", max_length=80)
    siret: str = Field(default="", max_length=14)
    address: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=10)
    naf: str = Field(default="", max_length=6)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=20)
    naf_version: str = Field(default="", max_length=10)
    team_id: int | None = Field(default=None, foreign_key="careteam.id")
    declarant_key: str = Field(max_length=64)
    buyer_kind: str = Field(default=BuyerKind.TAXED.value, max_length=15)
    vat_exemption: str = Field(default="", max_length=200)
    closed_at: datetime | None = instant(nullable=True)
    closed_reason: str = Field(default="", max_length=200)
    suspended_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
    updated_at: datetime = instant()

    @property
    def is_site(self) -> bool:
        return self.code != self.member_code

    @property
    def label(self) -> str:
        return label_of(self.code, self.name, self.town)


class CareTeam(Base, table=True):
    """The people of the service who follow a company: named on its pages, with how to reach them."""

    name: str = Field(max_length=80, unique=True)
    people: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=20)


class ContactKind(StrEnum):
    ADMINISTRATIVE = "administratif"
    BILLING = "facturation"
    SUMMONS = "convocations"


class CompanyContact(CompanyOwned, table=True):
    """The person whom the service writes to, for one function."""

    __table_args__ = (UniqueConstraint("company_id", "kind"),)

    kind: ContactKind = Field(sa_type=String(20))
    name: str = Field(default="", max_length=120)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=20)


UNSEEN = text("answered_at IS NULL")


class CompanyCorrection(CompanyOwned, table=True):
    """A correction that somebody of the company made at once, for the service to accept or refuse.

    `before`, `after`: values by the name of their field. `refusal`: why the service set them back, or "".
    """

    __table_args__ = (
        Index("ix_companycorrection_waiting", "sent_at", "id", sqlite_where=UNSEEN, postgresql_where=UNSEEN),
    )

    account_id: int = Field(foreign_key="account.id")
    on_behalf: bool = False
    before: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    refusal: str = Field(default="", max_length=1000)
    sent_at: datetime = instant()
    answered_at: datetime | None = instant(nullable=True)


def label_of(code: str, name: str, town: str) -> str:
    """The label of the header: "00010 - Adhérent BRIEUC", "00010-5 - Adhérent (Dinan)"."""
    place = f" ({town})" if "-" in code and town else ""
    return f"{code} - {name}{place}"
