"""Acts of a member on its mandate: begin one, have its code again, sign it, revoke it.

Two steps, so that a session left open signs nothing: the account first, then a code that goes to the mailbox
of the person who signs. The code is drawn from a seed when the mail leaves, as links are; the table keeps a
keyed hash of it. A wrong one is counted outside the transaction, as the guess of a password is.
"""

import hmac
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from app.access import Access, MemberAccess
from app.clock import Moment
from app.debits.forms import NewMandate
from app.debits.queries import LIVING, count_mandates, draft_of, living_of
from app.debits.rules import about_seal, reference_of_mandate
from app.errors import Refused
from app.factors.acts import count_proof
from app.factors.rules import plain_code
from app.mail.outbox import new_seed, queue_mail
from app.text.formats import moment
from db.models import AuditKind, Company, Mandate, MandateState, Scheme

CODE_LIVES = timedelta(hours=1)
OFF = "Le service ne propose pas encore le prélèvement : réglez par virement."
OURS = "C’est le compte du service : écrivez celui qui sera prélevé."
NO_DRAFT = "Il n’y a pas de mandat à signer : recommencez avec votre IBAN."
NOT_YOURS = "Une autre personne a commencé ce mandat : recommencez avec votre IBAN pour le signer vous-même."
WRONG = "Ce code n’est pas le bon. Reprenez celui du dernier courriel."
OLD = "Ce code n’est plus valable : demandez-en un autre."
NONE = "Il n’y a pas de mandat à révoquer."


async def begin_mandate(access: MemberAccess, data: NewMandate, now: datetime) -> None:
    """Write the mandate to be signed, in place of one that was not, and mail its code."""
    settings = access.portal.settings
    if not settings.takes_debits:
        raise Refused(OFF)
    if data.iban == settings.service_iban:
        raise Refused(OURS, "iban")
    company = access.company
    await access.first(select(Company.code).where(col(Company.id) == company.key).with_for_update())
    if draft := await draft_of(access):
        rum = draft.rum
        await access.delete(draft)
        await access.flush()
    else:
        rum = reference_of_mandate(company.code, await count_mandates(access, company.key) + 1)
    mandate = Mandate(
        company_id=company.key, account_id=access.account.key, rum=rum, scheme=Scheme(data.scheme),
        holder=data.holder, signer=access.account.full_name[:120], iban_last=data.iban[-4:],
        iban_sealed=access.portal.keys.sealed(data.iban.encode(), about_seal(rum)), created_at=now,
        alive_on=now.date(),
    )  # fmt: skip
    access.add(mandate)
    _mail_code(access, mandate, now)


async def send_code(access: MemberAccess, now: datetime) -> None:
    """Another code, in place of the one before."""
    _mail_code(access, await _my_draft(access), now)


def _mail_code(access: MemberAccess, mandate: Mandate, now: datetime) -> None:
    seed, until = new_seed(), now + CODE_LIVES
    keys = access.portal.keys
    mandate.code_hash = keys.recovery_hash(access.account.key, plain_code(keys.mailed_code(seed)))
    mandate.code_until = until
    queue_mail(
        access, "mandate_code", access.account.email, now, account_id=access.account.key, seed=seed,
        code=access.company.code, company=access.company.label, rum=mandate.rum, last=mandate.iban_last,
        until=moment(until),
    )  # fmt: skip


async def _my_draft(access: MemberAccess) -> Mandate:
    draft = await draft_of(access)
    if draft is None:
        raise Refused(NO_DRAFT, status_code=409)
    if draft.account_id != access.account.key:
        raise Refused(NOT_YOURS, status_code=409)
    return draft


async def sign_mandate(access: MemberAccess, typed: str, at: Moment) -> None:
    """Put it in force; the one before ends."""
    draft = await _my_draft(access)
    if draft.code_until is None or at.now >= draft.code_until:
        raise Refused(OLD, "code")
    hashed = access.portal.keys.recovery_hash(access.account.key, plain_code(typed))
    is_right = hmac.compare_digest(hashed, draft.code_hash)
    await count_proof(access, at.now, is_right=is_right, wrong=WRONG, kind="mandate")
    unsigned = update(Mandate).where(
        col(Mandate.id) == draft.key, col(Mandate.state) == MandateState.DRAFT,
        col(Mandate.code_hash) == hashed,
    )  # fmt: skip
    replaced = await living_of(access, access.company.key)
    before = update(Mandate).where(
        col(Mandate.company_id) == access.company.key, col(Mandate.state).in_(LIVING)
    )
    await access.change(before.values(state=MandateState.REVOKED, ended_at=at.now))
    settings = access.portal.settings
    printed = {
        "name": settings.service_name, "ics": settings.service_creditor_id,
        "address": settings.service_address,
    }  # fmt: skip
    signed = {
        "state": MandateState.ACTIVE, "signed_at": at.now, "alive_on": at.today, "printed": printed,
        "notice_days": replaced.notice_days if replaced else None,  # agreed with the member
    }  # fmt: skip
    if await access.change(unsigned.values(code_hash="", code_until=None, **signed)) != 1:
        raise Refused(OLD, "code", status_code=409)
    _tell(access, AuditKind.MANDATE_SIGNED, draft, at.now)


async def revoke_mandate(access: MemberAccess, now: datetime) -> None:
    mandate = await living_of(access, access.company.key)
    if mandate is None:
        raise Refused(NONE, status_code=409)
    mandate.state, mandate.ended_at = MandateState.REVOKED, now
    _tell(access, AuditKind.MANDATE_REVOKED, mandate, now)


def _tell(access: MemberAccess, kind: AuditKind, mandate: Mandate, now: datetime) -> None:
    """A line of the history, and a mail to the person: whoever did it may not be they."""
    access.trace(kind, now, f"{mandate.rum}, compte finissant par {mandate.iban_last}")
    queue_mail(
        access, "mandate_changed", access.account.email, now, code=access.company.code,
        company=access.company.label, what=str(kind), rum=mandate.rum, last=mandate.iban_last, why="",
    )  # fmt: skip


def iban_of(access: Access, mandate: Mandate) -> str:
    """The account in clear: for the mandate's paper and the bank's file, never for a screen."""
    return access.portal.keys.opened(mandate.iban_sealed, about_seal(mandate.rum)).decode()
