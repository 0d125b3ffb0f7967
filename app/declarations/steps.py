"""The steps of a declaration put together: what was typed in each, checked again as a whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete

from app.access import MemberAccess, of_company
from app.employees.checks import _readable_in
from app.employees.declared import LABELS, Declared, problems
from app.employees.forms import STEPS, declared_fields
from app.errors import Refused
from app.web.forms import Form
from db.models import EmployeeDraft
from db.types import Instant

STEP_NAMES = {
    "identite": "Qui est-ce ?",
    "poste": "Son contrat et son poste",
    "expositions": "Ses conditions de travail",
    "verification": "Vérifier et déclarer",
}


@dataclass(frozen=True, slots=True)
class WholeDeclaration:
    """`values`: every declared field. `wrong_step`: the first step that is missing or wrong, or ""."""

    values: Declared
    wrong_step: str


def place_of(step: str) -> str:
    """étape 2 sur 4"""
    return f"étape {list(STEP_NAMES).index(step) + 1} sur {len(STEP_NAMES)}"


def place_after(step: str) -> str:
    names = list(STEP_NAMES)
    return names[names.index(step) + 1]


def check_step(form: Form[Any], step: str, draft: Mapping[str, str], today: date) -> None:
    """All the errors of one step at once: each field, and its contradictions with the other steps."""
    if "" in form.errors:
        return
    known = dict.fromkeys(LABELS, "")
    for other in STEPS:
        known |= _read(other, draft) if other != step else {}
    for field, message in problems(known | _readable_in(form, STEPS[step]), today).items():
        if field in STEPS[step].model_fields or (field == "risks" and step == "expositions"):
            form.errors.setdefault(field, message)


def whole_of(typed: Mapping[str, str], today: date) -> WholeDeclaration:
    values = dict.fromkeys(LABELS, "")
    for step in STEPS:
        read = _read(step, typed)
        if not read:
            return WholeDeclaration(values, step)
        values |= read
    wrong = problems(values, today)
    return WholeDeclaration(values, next((step for step in STEPS if _holds(step, wrong)), ""))


def fingerprint_of_draft(values: Declared) -> str:
    """Says whether what is declared is what was on screen: another tab may have typed something else."""
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


def _holds(step: str, wrong: Mapping[str, str]) -> bool:
    return bool(wrong.keys() & STEPS[step].model_fields.keys()) or (
        step == "expositions" and "risks" in wrong
    )


def _read(step: str, typed: Mapping[str, str]) -> Declared:
    """The declared fields of a step, or nothing when it is not filled yet."""
    names = STEPS[step].model_fields
    if step == "expositions" and "expositions" not in typed:
        return {}
    form: Form[Any] = Form({name: typed[name] for name in names if name in typed})
    form.check(STEPS[step])
    return declared_fields(form.data) if form.data else {}


# A declaration under way: kept after each step, found again on any device, gone once declared.

DRAFT_LIFE = timedelta(days=30)


_DRAFT = of_company(EmployeeDraft).where(
    col(EmployeeDraft.account_id) == bindparam("account"),
    col(EmployeeDraft.updated_at) > bindparam("since", type_=Instant),
)
_HELD_DRAFT = _DRAFT.with_for_update().execution_options(populate_existing=True)


async def draft_of(access: MemberAccess, now: datetime, *, held: bool = False) -> EmployeeDraft | None:
    """`held`: under a lock, to be changed: of two steps at once, the second changes what the first kept."""
    given = {"company": access.company.key, "account": access.account.key, "since": now - DRAFT_LIFE}
    return await access.first(_HELD_DRAFT if held else _DRAFT, given)


async def keep_typed(
    access: MemberAccess, draft: EmployeeDraft | None, typed: dict[str, str], names: set[str], now: datetime
) -> None:
    """Store the fields of a step in place of its older ones (`names`: all that the step may hold). `draft`:
    as it is, under a lock.
    """
    if draft is None:
        await drop_draft(access, before=now - DRAFT_LIFE)
        draft = await _begun(access, now)
    others = {name: value for name, value in draft.typed.items() if name not in names}
    draft.typed = others | {name: value[:300] for name, value in typed.items() if name in names and value}
    draft.updated_at = now


async def _begun(access: MemberAccess, now: datetime) -> EmployeeDraft:
    """A new one; or, of several at once, the one that came first."""
    draft = EmployeeDraft(company_id=access.company.key, account_id=access.account.key, updated_at=now)
    try:
        async with access.savepoint():
            access.add(draft)
            await access.flush()
    except IntegrityError:
        first = await draft_of(access, now, held=True)
        if first is None:
            raise
        return first
    return draft


async def drop_draft(access: MemberAccess, before: datetime | None = None) -> int:
    """`before`: only one that was left alone since then."""
    mine = delete(EmployeeDraft).where(
        col(EmployeeDraft.company_id) == access.company.key,
        col(EmployeeDraft.account_id) == access.account.key,
    )
    if before:
        mine = mine.where(col(EmployeeDraft.updated_at) <= before)
    return await access.change(mine)


async def use_draft(access: MemberAccess) -> None:
    """Settles a button pressed twice: only one declaration comes out of a draft."""
    if not await drop_draft(access):
        raise Refused("Cette déclaration est déjà enregistrée.", status_code=409)
