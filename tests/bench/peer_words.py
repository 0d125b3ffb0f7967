"""What both peers put around the rows of the list, and around the facts of the home."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app.sections import SECTIONS
from db.seeds.personas import PERSONAS

PAGE, HOME = (Path(__file__).with_name(f"peer_{name}.html") for name in ("page", "home"))
WEEK = timedelta(days=7)
LIVING, OPEN = ("proposed", "confirmed"), ("sent", "taken", "planned")
MOST = 26
FIXED = {
    "service": "AIST22",
    "token": "A" * 43,
    "q": "",
    "sections": [
        ("", "Accueil"),
        ("salaries", "Mes salariés"),
        ("compte", "Mon compte"),
        ("utilisateurs", "Utilisateurs"),
        ("historique", "Historique"),
    ],
    "filters": [
        ("etat", "Situation", [("presents", "Présents"), ("sortis", "Sortis"), ("tous", "Tous")]),
        ("suivi", "Suivi", [("", "Tous"), ("SI", "SI : simple"), ("SIA", "SIA : adapté"), ("SIR", "SIR")]),
        ("visite", "Prochaine visite", [("", "Toutes"), ("retard", "En retard"), ("mois", "30 jours")]),
        ("tri", "Trier par", [("nom", "Nom"), ("echeance", "Échéance"), ("entree", "Date d’entrée")]),
    ],
}


HOME_FIXED = FIXED | {"titles": SECTIONS, "personas": PERSONAS}


def today() -> date:
    return datetime.now(UTC).date()


def money_of(owed: list[tuple[date, int]]) -> dict[str, str]:
    """What is owed in all, and what of it is late, from days and cents."""
    late = sum(cents for day, cents in owed if day < today())
    return {"owed": f"{sum(cents for _, cents in owed) / 100:.2f}", "overdue": f"{late / 100:.2f}"}
