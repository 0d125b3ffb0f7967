"""The field of a call."""

from datetime import date
from typing import Annotated

from app.text.fields import Input, Squeezed, day


class NewCall(Input):
    """The last day to pay."""

    due_on: Annotated[str, Squeezed, day("Écrivez le dernier jour pour payer.")]

    @property
    def due(self) -> date:
        return date.fromisoformat(self.due_on)
