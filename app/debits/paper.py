"""The mandate as a PDF, with all that the SEPA rulebooks want of it."""

from typing import Any

from litestar.response import Response

from app.files.typesetting import typeset_apart
from app.invoices.rules import in_groups
from app.settings import Settings
from app.text.formats import day, moment
from db.models import Company, Mandate, MandateState, Scheme

TEMPLATE = "debits/mandate.typ"
AGREED = (
    "En signant ce mandat, vous autorisez le créancier à envoyer à votre banque l’ordre de débiter votre "
    "compte, et votre banque à le débiter selon cet ordre."
)
TERMS = {
    Scheme.CORE: f"{AGREED} Vous pouvez vous faire rembourser par votre banque selon votre convention avec "
    "elle ; la demande se fait dans les huit semaines qui suivent le débit.",
    Scheme.B2B: f"{AGREED} Ce mandat est réservé aux prélèvements entre entreprises : vous n’avez pas droit "
    "au remboursement d’un débit autorisé. Déclarez-le à votre banque.",
}  # fmt: skip


async def pdf_of_mandate(mandate: Mandate, company: Company, account: str, settings: Settings) -> bytes:
    """`account`: the IBAN in clear."""
    return await typeset_apart(TEMPLATE, words_of_mandate(mandate, company, account, settings))


def words_of_mandate(mandate: Mandate, company: Company, account: str, settings: Settings) -> dict[str, Any]:
    printed, scheme = mandate.printed, Scheme(mandate.scheme)
    ended = mandate.state == MandateState.REVOKED and mandate.ended_at
    return {
        "color": settings.service_color, "service_name": printed["name"],
        "kind": "SEPA interentreprises" if scheme == Scheme.B2B else "SEPA",
        "terms": TERMS[scheme],
        "creditor": [
            ["Créancier", printed["name"]], ["Identifiant (ICS)", printed["ics"]],
            ["Adresse", printed["address"]],
        ],
        "debtor": [
            ["Débiteur", f"{company.name} (code adhérent {company.code})"],
            ["Titulaire du compte", mandate.holder],
            ["IBAN", in_groups(account)], ["Type de paiement", "récurrent"],
        ],
        "rum": mandate.rum,
        "signed": f"Signé sur le portail par {mandate.signer}, le "
        f"{moment(mandate.signed_at or mandate.created_at)}, avec un code envoyé à son adresse e-mail.",
        "ended": f"Révoqué le {day(ended)}." if ended else "",
    }  # fmt: skip


def pdf_answer(found: Mandate, content: bytes) -> Response[Any]:
    headers = {"Content-Disposition": f'attachment; filename="mandat-{found.rum}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
