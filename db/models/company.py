"""The member employer and who may act for it."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant


class Company(Base, table=True):
    """A member employer (`code` = 5 digits) or one of its sites (`code-N`).

    `declarant_key` is the n° télédéclarant, never in clear: HMAC-SHA-256, hexadecimal.
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
    declarant_key: str = Field(max_length=64)
    created_at: datetime = instant()
    updated_at: datetime = instant()

    @property
    def is_site(self) -> bool:
        return self.code != self.member_code

    @property
    def label(self) -> str:
        """What the header shows: "00010 - Adhérent BRIEUC", "00010-5 - Adhérent BRIEUC (Dinan)"."""
        place = f" ({self.town})" if self.is_site and self.town else ""
        return f"{self.code} - {self.name}{place}"


class Membership(CompanyOwned, table=True):
    """One account may act for one company. `third_party`: an accountant, for a company that is not theirs."""

    __table_args__ = (UniqueConstraint("account_id", "company_id"),)

    account_id: int = Field(foreign_key="account.id")
    third_party: bool = False
    created_at: datetime = instant()
