"""Fields of a payment plan, and of its end."""

from datetime import date
from typing import Annotated, Any

from pydantic import model_validator

from app.appointments.forms import Token
from app.errors import Refused
from app.invoices.instalments import MOST, Instalment
from app.text.fields import Input, OneLine, Squeezed, text
from app.text.values import read_day, read_euros
from app.web.paging import row_numbers
from db.numbers import is_digits

MOST_INVOICES = 24


class NewPlan(Input):
    """`invoices`: their numbers; `rows`: the day and the amount of each instalment, as typed; those left
    empty are none. `token`: drawn with the form.
    """

    token: Token
    invoices: tuple[int, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    note: Annotated[str, Squeezed, OneLine, text("", 300)] = ""

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        pairs = [(typed.get(f"day_{n}", ""), typed.get(f"amount_{n}", "")) for n in range(1, MOST + 1)]
        while pairs and not any(each.strip() for each in pairs[-1]):
            pairs.pop()
        numbers = row_numbers(str(typed.get("invoices", "")).split(","), MOST_INVOICES)
        return {
            "token": typed.get("token", ""), "note": typed.get("note", ""), "invoices": tuple(numbers),
            "rows": tuple(pairs),
        }  # fmt: skip

    def instalments(self) -> list[Instalment]:
        """Refused, by its field, for a day or an amount that cannot be read."""
        return [
            Instalment(_read(read_day, day, f"day_{n}"), _read(read_euros, cents, f"amount_{n}"))
            for n, (day, cents) in enumerate(self.rows, 1)
        ]


def _read(read: Any, typed: str, field: str) -> Any:
    try:
        return read(typed)
    except ValueError as wrong:
        raise Refused(str(wrong), field) from None


class EndedPlan(Input):
    reason: Annotated[str, Squeezed, OneLine, text("Écrivez la raison : l’employeur la lira.", 150)]


def number_of(typed: str) -> int:
    """The number of instalments asked for, 3 when it makes no sense."""
    return int(typed) if is_digits(typed) and len(typed) < 3 and 2 <= int(typed) <= MOST else 3


def typed_rows(given: list[Instalment]) -> dict[str, str]:
    """Instalments as the fields write them."""
    typed: dict[str, str] = {}
    for n, (due_on, cents) in enumerate(given, 1):
        typed |= {f"day_{n}": _french(due_on), f"amount_{n}": f"{cents // 100},{cents % 100:02}"}
    return typed


def _french(value: date) -> str:
    return f"{value:%d/%m/%Y}"
