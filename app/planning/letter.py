"""The convocation that goes with a mail: kept in the outbox as plain text, drawn when the mail leaves."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.planning.document import Convocation, pdf_of

FILE = "convocation.pdf"


def in_context(convocation: Convocation) -> dict[str, Any]:
    """What the outbox keeps of it."""
    return asdict(convocation) | {"starts": convocation.starts.isoformat()}


async def files_of(context: dict[str, Any]) -> list[tuple[str, bytes, str]]:
    """(name, content, media type) of what is joined to the mail of this context."""
    if "convocation" not in context:
        return []
    told = context["convocation"]
    convocation = Convocation(**told | {"starts": datetime.fromisoformat(told["starts"])})
    return [(FILE, await pdf_of(convocation), "application/pdf")]
