"""Letters with the two numbers that open an account: a page for each member, in one tagged PDF.

A number stands in its letter and nowhere else, so the PDF is drawn before anything is written: one that
cannot be made leaves the old numbers good.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.access import StaffAccess
from app.clock import day_of
from app.errors import Refused
from app.files.typesetting import typeset_apart
from app.members.staff import notify_all, record
from app.settings import Settings
from app.text.counts import plural
from app.text.formats import day
from db.models import AuditKind, Company
from db.numbers import draw_declarant_number

TEMPLATE = "members/letter.typ"
MOST = 2_000  # letters of one print run: about a second and a half of Typst for each thousand


async def print_letters(access: StaffAccess, companies: Sequence[Company], now: datetime) -> bytes:
    """New n° télédéclarant for these members, the old ones void from now on, and their letters."""
    living = [each for each in companies if each.closed_at is None]
    if not living:
        raise Refused("Aucun de ces adhérents n’est en cours : il n’y a pas de lettre à imprimer.")
    if len(living) > MOST:
        raise Refused(f"Un tirage compte {plural(MOST, 'lettre')} au plus : réduisez la sélection.")
    numbers = {each.key: draw_declarant_number() for each in living}
    content = content_of(living, numbers, access.portal.settings, now)
    async with access.paused():
        made = await typeset_apart(TEMPLATE, content)
    for each in living:
        each.declarant_key = access.portal.keys.declarant_key(each.code, numbers[each.key])
        each.updated_at = now
        record(access, each, AuditKind.NUMBER_RENEWED, "lettre imprimée", now)
    words = "Un nouveau n° télédéclarant est en route par courrier. L’ancien n’ouvre plus rien."
    await notify_all(access, living, "un nouveau n° télédéclarant", words, [], now)
    return made


def content_of(
    companies: Sequence[Company], numbers: dict[int, str], settings: Settings, now: datetime
) -> dict[str, Any]:
    """The words of the letters, in the order given."""
    return {
        "service": settings.service_name, "address": settings.service_address,
        "phone": settings.service_phone, "email": settings.service_email,
        "color": settings.service_color, "site": settings.base_url,
        "day": day(day_of(now)),
        "letters": [
            {
                "name": each.name, "address": each.address, "town": f"{each.postcode} {each.town}".strip(),
                "code": each.code, "number": numbers[each.key],
            }
            for each in companies
        ],
    }  # fmt: skip
