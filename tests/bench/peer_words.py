"""What both peers put around the rows."""

from datetime import UTC, date, datetime
from pathlib import Path

PAGE = Path(__file__).with_name("peer_page.html")
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


def today() -> date:
    return datetime.now(UTC).date()
