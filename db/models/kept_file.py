"""Facts on stored files beside the rows that name them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from db.models.base import Base, instant


class KeptFile(Base, table=True):
    """Bytes that were announced under this name, and when last: those that no row names go after a day."""

    sha256: str = Field(max_length=64, unique=True)
    kept_at: datetime = instant(index=True)


class KeptBytes(Base, table=True):
    """The number of bytes that one account, or all the people of one company, sent on one day."""

    __table_args__ = (UniqueConstraint("bucket", "day"),)

    bucket: str = Field(max_length=40)
    day: date = Field(index=True)
    bytes: int = Field(sa_type=BigInteger)
