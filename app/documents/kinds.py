"""Kinds of documents: their words, the right that opens each, which have versions. Pure, no database.

An aptitude notice is for those who call people to visits: administrators and « Rendez-vous » open it, a third
party only with the role « Avis d’aptitude » that the company gives. Mails and history never say whom it is
about. Revisit when the order of doctors says otherwise.
"""

from app.rights import Right
from app.text.search import words_of
from db.models import DocumentKind

KIND_WORDS = {
    DocumentKind.ATTESTATION: "Attestation de suivi",
    DocumentKind.APTITUDE: "Avis d’aptitude",
    DocumentKind.COMPANY_SHEET: "Fiche d’entreprise",
    DocumentKind.CERTIFICATE: "Certificat d’adhésion",
    DocumentKind.DUERP: "DUERP",
    DocumentKind.OTHER: "Autre document",
}
DEPOSITED = (DocumentKind.DUERP, DocumentKind.OTHER)
DUERP_SERIES = "duerp"  # a company has one, whose versions follow one another
DUERP_TITLE = "Document unique d’évaluation des risques (DUERP)"


def right_to_open(kind: str) -> Right:
    """An aptitude notice names somebody's post: it is for those who call people to visits."""
    return Right.APTITUDE if kind == DocumentKind.APTITUDE else Right.VIEW


def kinds_open_to(rights: frozenset[Right]) -> list[DocumentKind]:
    return [kind for kind in DocumentKind if right_to_open(kind) in rights]


def may_be_withdrawn(kind: str, *, from_service: bool) -> bool:
    """True when it may be taken off the list, with a trace. A DUERP stays 40 years (L4121-3-1); a shared
    document is the service's.
    """
    return kind == DocumentKind.OTHER and not from_service


def search_key(kind: DocumentKind, title: str, file_name: str) -> str:
    """Its words, each after a space, so that a search finds the start of any."""
    return (" " + " ".join(words_of(f"{title} {KIND_WORDS[kind]} {file_name}")))[:300]
