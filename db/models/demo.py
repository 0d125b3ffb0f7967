"""The mark of a base that the demo filled."""

from datetime import datetime

from db.models.base import Base, instant


class DemoBase(Base, table=True):
    """One row, written by the demo in the transaction that fills an empty base; no other base has one.

    Never inferred from what the base holds: mails are readable and accounts open in one click wherever
    this row stands.
    """

    filled_at: datetime = instant()
