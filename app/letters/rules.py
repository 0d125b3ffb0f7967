"""Letters of a campaign: their words until the service writes its own, the days on which they are printed.
Pure.
"""

from datetime import date, timedelta
from typing import NamedTuple

from app.contributions.reminders import AFTER, EVERY
from app.text.formats import day
from db.models import Audience, LetterKind, Tariff

MOST = 2_000  # letters of one file: about two seconds of Typst, and half a gigabyte of its memory
KINDS = {LetterKind.OPENING: "Lettre d’ouverture", LetterKind.REMINDER: "Lettre de relance"}
AUDIENCES = {
    Audience.UNREACHABLE: "Ceux qu’aucun courriel n’atteint",
    Audience.ALL: "Tous ceux qui n’ont pas déclaré",
}
PLACES = {
    "adhérent": "sa raison sociale",
    "code": "son code adhérent",
    "année": "l’année de la campagne",
    "ouverture": "le premier jour de la campagne",
    "échéance": "son dernier jour",
    "site": "l’adresse du portail",
    "téléphone": "le téléphone du service",
    "service": "le nom du service",
}


class Words(NamedTuple):
    subject: str
    text: str
    signed_by: str


HOW = """Vous déclarez en ligne, à {site}. Si vous avez un compte, connectez-vous avec votre adresse e-mail, \
puis ouvrez « Ma cotisation ». Sinon, choisissez « Première connexion » et écrivez deux numéros : votre code \
adhérent, {code}, et le n° télédéclarant que vous avez reçu par courrier.

Vous n’avez plus ce numéro, ou pas d’accès à internet ? Joignez le service cotisations : {téléphone}. \
Nous vous enverrons un nouveau numéro, ou remplirons la déclaration avec vous au téléphone."""
OPENING = """La déclaration annuelle des effectifs {année} de {adhérent} est à faire du {ouverture} au \
{échéance}. Elle établit votre cotisation, et elle est due même si vous n’avez plus de salarié."""
REMINDER = """Nous n’avons pas reçu la déclaration annuelle des effectifs {année} de {adhérent}. Le dernier \
jour de la campagne est le {échéance}. Si vous venez de déclarer, ne tenez pas compte de cette lettre."""
SUBJECT, SIGNED_BY = "éclaration annuelle des effectifs {année} – adhérent {code}", "Le service cotisations"
DEFAULTS = {
    LetterKind.OPENING: Words(f"D{SUBJECT}", f"{OPENING}\n\n{HOW}", SIGNED_BY),
    LetterKind.REMINDER: Words(f"Rappel : d{SUBJECT}", f"{REMINDER}\n\n{HOW}", SIGNED_BY),
}


def days_of(kind: LetterKind, tariff: Tariff) -> tuple[date | None, date]:
    """The first and the last day on which these letters are printed: those of the opening before it already,
    since the post takes time.
    """
    if kind == LetterKind.OPENING:
        return None, tariff.closes_on
    return tariff.opens_on, tariff.closes_on + AFTER


def printed_since(kind: LetterKind, on: date) -> date:
    """The day from which a member who had this letter has no other: the opening comes once in a campaign, a
    reminder as seldom as by mail.
    """
    return date.min if kind == LetterKind.OPENING else on - EVERY + timedelta(days=1)


def problem_of(kind: LetterKind, tariff: Tariff, today: date) -> str:
    """Words on why these letters are not printed today, or ""."""
    first, last = days_of(kind, tariff)
    if first and today < first:
        return f"Les lettres de relance s’impriment à partir du {day(first)}, premier jour de la campagne."
    return f"Ces lettres s’impriment jusqu’au {day(last)}." if today > last else ""


def parts_of(letters: int) -> int:
    """The number of files that so many letters need."""
    return -(-letters // MOST)
