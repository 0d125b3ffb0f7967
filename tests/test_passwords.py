"""Which passwords may not be chosen, and why."""

import pytest

from app.security.passwords import weakness

AROUND = ["Lœuvre", "Ælis", "Éric-Noël", "00010", "BRIEUC", "L’Étoile"]


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("loeuvre2026!", "Lœuvre"),
        ("LŒUVRE-2026!", "Lœuvre"),
        ("Aelis2026.01", "Ælis"),
        ("eric-noel2026", "Éric-Noël"),
        ("Éric-Noël2026", "Éric-Noël"),
        ("l'etoile2026!", "L’Étoile"),
        ("brieuc123456!", "BRIEUC"),
    ],
)
def test_a_name_of_around_is_no_password_however_it_is_typed(password, word):
    assert weakness(password, AROUND) == (f"Ce mot de passe repose sur « {word} », que d’autres connaissent.")


@pytest.mark.parametrize("password", ["Azertyuiop123!", "azertyuiop2026", "motdepasse2026", "MÔTDEPASSE2026"])
def test_a_favourite_is_no_password_with_or_without_accents(password):
    assert "parmi les plus utilisés" in weakness(password, AROUND)


@pytest.mark.parametrize("password", ["cheval agrafe pile correcte", "loeuvre quatre vents bleus"])
def test_a_name_among_other_words_is_one(password):
    assert weakness(password, AROUND) == ""
