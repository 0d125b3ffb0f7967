"""Access of a person to a company, and invitations to it."""

from datetime import date, datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from db.models.base import CompanyOwned, instant


class Membership(CompanyOwned, table=True):
    """One account may act for one company. `roles`: values of `app.rights.Role`.

    `third_party`: an accountant, for a company that is not theirs; `ends_on`: the last day, for them.
    `sign_up`: the SHA-256 of the sign-up's cookie that gave it, when one did: that one may take it back.
    """

    __table_args__ = (UniqueConstraint("account_id", "company_id"),)

    account_id: int = Field(foreign_key="account.id", index=True)
    roles: list[str] = Field(default_factory=list, sa_type=JSON)
    third_party: bool = False
    ends_on: date | None = None
    sign_up: str = Field(default="", max_length=64)
    created_at: datetime = instant()


class Invitation(CompanyOwned, table=True):
    """A person asked by mail to act for a company. `token_hash` is the SHA-256 of the link's token."""

    email: str = Field(max_length=254)
    roles: list[str] = Field(default_factory=list, sa_type=JSON)
    third_party: bool = False
    ends_on: date | None = None
    token_hash: str = Field(max_length=64, unique=True)
    invited_by: int = Field(foreign_key="account.id")
    created_at: datetime = instant()
    sent_at: datetime = instant()
    expires_at: datetime = instant()
    accepted_at: datetime | None = instant(nullable=True)
    cancelled_at: datetime | None = instant(nullable=True)
