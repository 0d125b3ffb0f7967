"""A mail is a row in the outbox, in the transaction that queues it: rolled back with it, sent after it.

Its sender is counted in that transaction (`app.security.throttle`): a person signed in, or a visitor by
the network. The service's own people and the clock are not.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.access import Access, AccountAccess, MemberAccess, VisitorAccess
from app.errors import Refused
from app.security.throttle import DAY, HOUR, LIMITS, TooMany, count_among, counter_kind
from app.text import formats
from db.models import OutboxMail


@dataclass(frozen=True, slots=True)
class _Caused:
    """A mail that somebody outside the service makes leave."""

    kind: str
    recipient: str
    company_id: int | None
    at: datetime


def queue_mail(
    access: Access,
    template: str,
    recipient: str,
    now: datetime,
    *,
    account_id: int | None = None,
    seed: str = "",
    company_id: int | None = None,
    counted_as: str = "",
    **context: Any,
) -> OutboxMail:
    """`template` is a folder-less name in `templates/emails/`; `seed` is what its link or password derives
    from. `company_id`: about which company, when the access does not tell; `counted_as`: another line of the
    limits than the template's.
    """
    domain = access.portal.settings.mail_from.rpartition("@")[2]
    access.mail_is_queued()
    _note(access, _Caused(counted_as or template, recipient, company_id, now))
    return access.add(
        OutboxMail(
            message_id=f"<{secrets.token_hex(16)}@{domain}>",
            template=template,
            recipient=recipient,
            account_id=account_id,
            secret_seed=seed,
            context=context,
            created_at=now,
            due_at=now,
            waits_since=now,
        )
    )


def new_seed() -> str:
    return secrets.token_hex(32)


@asynccontextmanager
async def mail_counted(access: Access) -> AsyncIterator[None]:
    """Count at the end the mails queued inside; beyond a limit, all of them are `Refused`."""
    info = access.session_.info
    caused: list[_Caused] = []
    info["caused"] = caused
    try:
        yield
        await _count(access, caused)
    finally:
        del info["caused"]


async def may_leave(
    access: Access, kind: str, recipient: str, now: datetime, *, company_id: int | None = None
) -> bool:
    """For the kinds that are limited in silence: count this mail, and answer true unless it is too many."""
    try:
        await count_among(access.session_, now, *_buckets(access, _Caused(kind, recipient, company_id, now)))
    except TooMany:
        return False
    return True


def _note(access: Access, mail: _Caused) -> None:
    limits = LIMITS[mail.kind]
    if not _sender(access) or limits.in_silence or not limits.of():
        return
    info = access.session_.info
    if "caused" in info:
        info["caused"].append(mail)
    elif "refused" in info:  # a request's
        raise RuntimeError(f"nobody counts this mail: {mail.kind} outside of a form's attempt")


async def _count(access: Access, caused: list[_Caused]) -> None:
    buckets = [bucket for mail in caused for bucket in _buckets(access, mail)]
    if not buckets:
        return
    try:
        await count_among(access.session_, caused[0].at, *buckets)
    except TooMany as many:
        raise Refused(_words(many), status_code=429) from None


def _buckets(access: Access, mail: _Caused) -> list[str]:
    limits, bucket = LIMITS[mail.kind], access.portal.keys.bucket
    values = {"recipient": mail.recipient, "company": mail.company_id} | _sender(access)
    return [
        bucket(counter_kind(mail.kind, per), f"{per} {values[per]}")
        for per in limits.of()
        if values.get(per) is not None
    ]


def _sender(access: Access) -> dict[str, Any]:
    """The person to count; nobody when the service or the clock acts."""
    if isinstance(access, MemberAccess) and access.call:
        return {}
    if isinstance(access, MemberAccess):
        return {"account": access.account.key, "company": access.company.key}
    if isinstance(access, AccountAccess):
        return {"account": access.account.key}
    if isinstance(access, VisitorAccess) and access.network:
        return {"network": access.network}
    return {}


def _words(many: TooMany) -> str:
    wait = formats.wait(many.wait.total_seconds())
    per = many.kind.rpartition(".")[2]
    if per == "recipient":
        return f"Plusieurs courriels sont déjà partis à cette adresse. Réessayez dans {wait}."
    if per == "network":
        return f"Trop de messages depuis votre réseau. Réessayez dans {wait}."
    who = "Votre entreprise a" if per == "company" else "Vous avez"
    window, most = many.limit
    span = {HOUR: "une heure", DAY: "une journée"}.get(window) or formats.wait(window)
    return f"{who} déjà demandé {most} courriels de ce genre en {span}. Réessayez dans {wait}."
