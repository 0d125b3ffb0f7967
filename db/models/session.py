"""Sign-in: steps under way, open sessions, links sent by mail, guesses counted."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, String
from sqlmodel import Field

from db.models.base import Base, instant


class SignInFlow(Base, table=True):
    """The steps before the session: an address, or a company whose two numbers were given.

    `token_hash` is the SHA-256 of the cookie, or of a link mailed to the company's contact that
    starts one. `account_id`: whom the access was mailed to.
    `created_account_id`: the account that this flow itself created, the only one that it may correct; none
    any more once somebody else counts on that account.
    `proven_account_id`: who proved, signed in, that they may add a passkey.
    """

    token_hash: str = Field(max_length=64, unique=True)
    email: str = Field(default="", max_length=254)
    company_id: int | None = Field(default=None, foreign_key="company.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    created_account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    proven_account_id: int | None = Field(default=None, foreign_key="account.id")
    mails_sent: int = 0
    mailed_at: datetime | None = instant(nullable=True)
    next_path: str = Field(default="", max_length=200)
    expires_at: datetime = instant(index=True)


class KnownDevice(Base, table=True):
    """A browser where this account signed in before, told by a cookie of its own: 256 random bits, of which
    only the SHA-256 is kept. `network`: a keyed mark of where it last signed in from, for two months.
    """

    token_hash: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    browser: str = Field(default="", max_length=120)
    network: str = Field(default="", max_length=45, index=True)
    created_at: datetime = instant()
    last_seen_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class AccountSession(Base, table=True):
    """One browser signed in. The cookie holds 256 random bits; only their SHA-256 is kept.

    `must_choose_password`: opened with the mailed password, so nothing but choosing another is allowed.
    `as_membership_id`: the access through whose eyes somebody of the service looks at a company, reading
    only. No foreign key: an access that is taken away is found no more.
    `needs_factor`: of somebody of the service who has not shown their second factor, so nothing else is.
    """

    token_hash: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    device_id: int | None = Field(default=None, foreign_key="knowndevice.id", index=True)
    browser: str = Field(default="", max_length=120)
    must_choose_password: bool = False
    as_membership_id: int | None = None
    needs_factor: bool = False
    created_at: datetime = instant()
    seen_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class TokenKind(StrEnum):
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGE = "email_change"
    EMAIL_UNDO = "email_undo"
    ADMIN_RECOVERY = "admin_recovery"


class AccountToken(Base, table=True):
    """A link sent by mail, good once. `email` is the address that it installs, for the two address kinds."""

    token_hash: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: TokenKind = Field(sa_type=String(20))
    email: str = Field(default="", max_length=254)
    company_id: int | None = Field(default=None, foreign_key="company.id")
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


DRAFT_KEPT = timedelta(hours=12)


class Draft(Base, table=True):
    """The form under way when the session ended: given back after the next sign-in. No password is stored."""

    account_id: int = Field(foreign_key="account.id", unique=True)
    path: str = Field(max_length=200)
    fields: list[list[str]] = Field(sa_type=JSON)
    created_at: datetime = instant()


class Housework(Base, table=True):
    """A work of the night that one process does at a time, and its last beginning."""

    step: str = Field(max_length=20, unique=True)
    began_at: datetime = instant()


class Throttle(Base, table=True):
    """Guesses made against one thing (an address typed, a code, a network address), as epoch seconds."""

    bucket: str = Field(max_length=80, unique=True)
    guesses: list[float] = Field(sa_type=JSON)
    updated_at: datetime = instant(index=True)
