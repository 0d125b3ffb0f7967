"""Acts on what banks refuse: a file kept as read, then recorded once somebody has looked at it.

A debit is refused once, whichever file says so, and however often: the same file sent twice, or a pain.002
and the statement of the same day, change nothing more.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from app.access import StaffAccess
from app.debits.queries import (
    STANDING,
    debits_referenced,
    files_named,
    held_return,
    mandate_held,
    payments_of_debits,
    return_like,
)
from app.debits.returns import SUSPENDING, Refusal, reason_words, references_in_batch
from app.debits.runs import content_of
from app.debits.staff import mail_payers
from app.errors import NotFound, Refused
from app.invoices.staff import remove_payments
from app.text.counts import plural
from app.text.formats import amount
from db.models import AuditKind, Company, Debit, DebitReturn, DebitState, Mandate, MandateState

MOST = 5_000  # refusals in one file
MANY = f"Ce fichier refuse plus de {MOST} prélèvements : demandez-le à la banque pour moins de jours."
APPLIED = "Ces refus sont déjà enregistrés."
NOTHING = "Aucun de ces refus n’est à enregistrer : ils le sont déjà, ou le portail ne les connaît pas."


class Row(NamedTuple):
    """A refusal as it is kept: of a debit, or of nothing that the portal knows (`debit_id` 0)."""

    debit_id: int
    reference: str
    code: str
    on: str


async def keep_return(
    access: StaffAccess, name: str, content: bytes, refusals: Sequence[Refusal], now: datetime
) -> DebitReturn:
    """Keep what a file says; the same one sent again is the one that is there."""
    fingerprint = hashlib.sha256(content).hexdigest()
    if existing := await return_like(access, fingerprint):
        return existing
    each_one = await _one_by_one(access, refusals)
    if len(each_one) > MOST:
        raise Refused(MANY, "fichier")
    debits = await debits_referenced(access, [each.reference for each in each_one])
    rows = []
    for each in each_one:
        debit = debits.get(each.reference)
        rows.append(list(Row(debit.key if debit else 0, each.reference[:35], each.code, each.on.isoformat())))
    made = DebitReturn(
        fingerprint=fingerprint, account_id=access.account.key, file_name=name[-120:], rows=rows,
        created_at=now,
    )  # fmt: skip
    access.add(made)
    await access.flush()
    return made


async def _one_by_one(access: StaffAccess, refusals: Sequence[Refusal]) -> list[Refusal]:
    """Refusals of whole files and batches as those of their debits."""
    found: list[Refusal] = []
    for each in refusals:
        if each.reference:
            found.append(each)
            continue
        for file in await files_named(access, each.message):
            content = content_of(access.portal, file)
            found += [
                each._replace(reference=reference) for reference in references_in_batch(content, each.batch)
            ]
    return found


async def apply_return(access: StaffAccess, return_id: int, now: datetime) -> None:
    """Take the payments back, tell the members, suspend the mandates that would be refused again."""
    found = await held_return(access, return_id)
    if found is None:
        raise NotFound
    if found.applied_at:
        raise Refused(APPLIED, status_code=409)
    rows = {each.reference: each for each in map(Row._make, found.rows)}
    debits = await debits_referenced(access, sorted(rows), held=True)
    refused = [each for each in debits.values() if each.state in STANDING]
    if not refused:
        raise Refused(NOTHING, status_code=409)
    await remove_payments(access, await payments_of_debits(access, refused), now)
    refused.sort(key=lambda each: (each.company_id, each.key))
    for company_id, theirs in groupby(refused, key=lambda each: each.company_id):
        await _refuse(access, company_id, list(theirs), rows, now)
    found.applied_at = now
    cents = sum(each.cents for each in refused)
    about = f"{plural(len(refused), 'refus', 'refus')} de la banque, {amount(cents)}"
    access.record(AuditKind.DEBITS_CHANGED, now, access.account.key, None, about, found.key)


async def _refuse(
    access: StaffAccess, company_id: int, debits: Sequence[Debit], rows: dict[str, Row], now: datetime
) -> None:
    suspended: Mandate | None = None
    for each in debits:
        row = rows[each.reference]
        each.state, each.code, each.why = DebitState.REFUSED, row.code, reason_words(row.code)
        each.ended_on = date.fromisoformat(row.on)
        about = f"{amount(each.cents)} : {each.why}"
        access.record(AuditKind.DEBIT_REFUSED, now, access.account.key, company_id, about, each.invoice_id)
        mandate = await mandate_held(access, each.mandate_id) if row.code in SUSPENDING else None
        if mandate and mandate.state == MandateState.ACTIVE:
            mandate.state, mandate.why, suspended = MandateState.SUSPENDED, each.why, mandate
            access.record(
                AuditKind.MANDATE_SUSPENDED, now, access.account.key, company_id,
                f"{mandate.rum} : {each.why}", mandate.key,
            )  # fmt: skip
    await mail_payers(
        access, await access.get(Company, company_id), "debit_refused", now, why=debits[0].why,
        total_cents=sum(each.cents for each in debits), rum=debits[0].rum, last=debits[0].iban_last,
        lines=[f"{each.reference.rpartition('-P')[0]} : {amount(each.cents)}" for each in debits],
        is_suspended=suspended is not None,
    )  # fmt: skip
