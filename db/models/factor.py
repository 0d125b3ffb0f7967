"""Second factors: the application that shows codes, the codes kept on paper; and passkeys."""

from datetime import datetime

from sqlalchemy import BigInteger
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


class Passkey(Base, table=True):
    """A key that a device or a password manager holds for an account (WebAuthn): a way in for a member, a
    second factor for the service's people. Only its public half is here.

    `credential_id`, `public_key`: base64url. `sign_count`: how often it signed, 0 for keys that do not count.
    `is_syncable`: it may be copied to the owner's other devices, which never changes; `is_synced`: it was,
    when it last signed.
    """

    account_id: int = Field(foreign_key="account.id", index=True)
    credential_id: str = Field(max_length=1_364, unique=True)
    public_key: str = Field(max_length=2_000)
    sign_count: int = Field(sa_type=BigInteger)
    is_syncable: bool
    is_synced: bool
    name: str = Field(max_length=80)
    created_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
