"""What waits in each of a person's companies, each with where it is done: three statements in all."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.access import AccountAccess
from app.companies.queries import slots_to_answer
from app.contributions.due_queries import declarations_due
from app.formats import amount
from app.invoices.late_queries import late_at


@dataclass(frozen=True, slots=True)
class Wait:
    words: str
    route: str
    params: dict[str, Any] = field(default_factory=dict)


async def waits_at(
    access: AccountAccess, codes: list[str], today: date, now: datetime
) -> dict[str, list[Wait]]:
    """By code: appointments to answer, declarations to make, invoices that are late."""
    slots = await slots_to_answer(access, codes, today, now)
    due, late = await declarations_due(access, codes, today), await late_at(access, codes, today)
    found: dict[str, list[Wait]] = {code: [] for code in codes}
    for code, waits in found.items():
        if slots[code]:
            waits.append(Wait(f"{slots[code]} rendez-vous", "planning.index"))
        for year in due.get(code, []):
            waits.append(Wait(f"déclaration {year}", "contributions.show", {"year": year}))
        if code in late:
            waits.append(Wait(f"{amount(late[code])} en retard", "invoices.index"))
    return found
