"""Periods that the service set itself, in place of those that the portal proposes."""

from datetime import datetime

from sqlmodel import Field

from db.models.base import Base, instant


class RetentionPeriod(Base, table=True):
    """`line`: the key of one of `app.retention.rules.LINES`. No row: the months that the line proposes."""

    line: str = Field(max_length=20, unique=True)
    months: int
    account_id: int = Field(foreign_key="account.id")
    changed_at: datetime = instant()
