"""Words of the times that may be proposed."""

from datetime import datetime

from app.appointments.staff import motive_title
from app.clock import PARIS
from app.planning.views import hour, long_day


def service_title(motive: str) -> str:
    """The title of a request as the service says it: « à votre demande » is said to the employer."""
    return motive_title(motive).replace("à votre demande", "à la demande de l’employeur")


def time_words(starts_at: datetime, centre: str, professional: str) -> str:
    """Mardi 1er décembre à 9 h 00 – Centre de Saint-Brieuc, Dr Claire Abgrall"""
    starts = starts_at.astimezone(PARIS)
    words = f"{long_day(starts.date())} à {hour(starts)} – {centre}, {professional}"
    return words[:1].upper() + words[1:]
