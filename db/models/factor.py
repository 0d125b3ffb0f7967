"""Second factors: the application that shows codes, and the codes kept on paper."""

from datetime import datetime

from sqlmodel import Field

from db.models.base import Base, instant


class SecondFactor(Base, table=True):
    """An account's application. Its secret is derived from `seed` and the portal's key, so the table alone
    gives no code. `last_step`: the latest half minute whose code was used, for no code is good twice.

    `given_back_by`: who of the direction was the first to say that it is lost.
    """

    account_id: int = Field(foreign_key="account.id", unique=True)
    seed: str = Field(max_length=64)
    last_step: int = 0
    created_at: datetime = instant()
    given_back_by: int | None = Field(default=None, foreign_key="account.id")
    given_back_at: datetime | None = instant(nullable=True)


class RecoveryCode(Base, table=True):
    """A code on paper, good once: only its keyed hash is kept."""

    account_id: int = Field(foreign_key="account.id", index=True)
    code_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
