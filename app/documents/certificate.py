"""The certificate of membership as a PDF: the company's standing with the service, on this day."""

from datetime import date
from typing import Any

from app.errors import Refused
from app.files.typesetting import typeset_apart
from app.settings import Settings
from app.text.counts import siret
from app.text.formats import day
from db.models import Company

TEMPLATE = "documents/certificate.typ"


def certificate_of(company: Company, settings: Settings, today: date) -> dict[str, Any]:
    """The words of the certificate. `Refused` for a company that is no member any more."""
    if company.closed_at is not None:
        raise Refused("Cette entreprise n’est plus adhérente : demandez une attestation au service.")
    return {
        "service": settings.service_name,
        "address": settings.service_address,
        "phone": settings.service_phone,
        "email": settings.service_email,
        "service_siret": f"SIRET {siret(settings.service_siret)}" if settings.service_siret else "",
        "director": settings.service_director,
        "color": settings.service_color,
        "company": company.name,
        "code": company.code,
        "siret": siret(company.siret),
        "place": ", ".join(
            each for each in (company.address, f"{company.postcode} {company.town}".strip()) if each
        ),
        "day": day(today),
    }


async def pdf_of(values: dict[str, Any]) -> bytes:
    """One page, away from the event loop; or `Undrawn`, never an empty file."""
    return await typeset_apart(TEMPLATE, values)
