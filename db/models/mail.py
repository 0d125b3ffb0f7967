"""Mail waiting to leave."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field

from db.models.base import Base, instant

WAITING, BOUNCED = text("due_at IS NOT NULL"), text("bounced_at IS NOT NULL")
SECRET = text("due_at IS NOT NULL AND secret_seed != ''")


class OutboxMail(Base, table=True):
    """One mail, written in the transaction that wants it and sent after the commit.

    `secret_seed` is what a password or a link is derived from at sending time, together with the portal's
    secret key; it is wiped once the mail left, so the table never holds either in clear. While `due_at` is
    set it waits, since `waits_since`; `taken_by` is the dispatcher that is sending it, until `due_at`.
    `bounce` is why it came back, once a server said so.
    """

    __table_args__ = (
        Index("ix_outboxmail_due_at", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_outboxmail_secret", "due_at", "id", sqlite_where=SECRET, postgresql_where=SECRET),
        Index("ix_outboxmail_recipient", "recipient", sqlite_where=BOUNCED, postgresql_where=BOUNCED),
    )

    message_id: str = Field(max_length=120, unique=True)
    template: str = Field(max_length=40)
    recipient: str = Field(max_length=254)
    account_id: int | None = Field(default=None, foreign_key="account.id")
    context: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    secret_seed: str = Field(default="", max_length=64)
    created_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    waits_since: datetime | None = instant(nullable=True)
    taken_by: str = Field(default="", max_length=32)
    attempts: int = 0
    sent_at: datetime | None = instant(nullable=True)
    failed_at: datetime | None = instant(nullable=True)
    last_error: str = Field(default="", max_length=300)
    bounced_at: datetime | None = instant(nullable=True)
    bounce: str = Field(default="", max_length=300)


class DemoMail(Base, table=True):
    """A mail of the demo, which does not leave: it is read at /demo/courriels."""

    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str
    html: str
    sent_at: datetime = instant()
