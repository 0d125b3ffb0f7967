"""A mail is a row in the outbox, in the transaction that wants it: rolled back with it, sent after it."""

import secrets
from datetime import datetime
from typing import Any

from app.access import Access
from db.models import OutboxMail


def queue_mail(
    access: Access,
    template: str,
    recipient: str,
    now: datetime,
    *,
    account_id: int | None = None,
    seed: str = "",
    **context: Any,
) -> OutboxMail:
    """`template` is a folder-less name in `templates/emails/`; `seed` is what its link or password derives
    from.
    """
    domain = access.portal.settings.mail_from.rpartition("@")[2]
    access.mail_is_queued()
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
