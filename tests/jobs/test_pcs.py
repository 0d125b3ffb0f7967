"""The nomenclature PCS-ESE: codes, and jobs found as people call them."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.everyday import EVERYDAY
from app.jobs.pcs import jobs_like, label_of, nomenclature


def codes(words: str) -> list[str]:
    return [code for code, _ in jobs_like(words)]


def test_a_code_has_its_words_in_good_typography():
    assert label_of("552a") == "Caissiers de magasin"
    assert label_of("488a") == "Maîtrise de restauration : cuisine/production"
    assert label_of("541b") == "Agents d’accueil qualifiés, hôtesses d’accueil et d’information"
    assert label_of("999z") == label_of("") == ""
    assert all(re.fullmatch("[0-9]{3}[a-z]", code) for code in nomenclature())
    assert not any(mark in label for label in nomenclature().values() for mark in "'*\\")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        *(("caissière", "552a"), ("Secrétaire médicale", "542a"), ("chauffeur poids lourd", "641a")),
        *(
            ("soudeur", "623e"),
            ("comptable", "543b"),
            ("femme de ménage", "684a"),
            ("aide-soignante", "526a"),
        ),
        *(("maçon", "632a"), ("vendeuse en boulangerie", "554a"), ("cariste", "652a"), ("serveur", "561b")),
        *(("développeur web", "388a"), ("chef de chantier", "481b"), ("SERVEUSES H/F", "561b")),
        *(("mécanicien auto", "634c"), ("infirmière", "431f"), ("agent de sécurité", "534a")),
        *(("électricien", "633a"), ("plombier-chauffagiste", "632f"), ("manœuvre", "681a")),
        *(("coiffeuse", "562b"), ("conducteur de travaux", "481a"), ("magasinier", "653a")),
        *(("hôtesse d’accueil", "541b"), ("cuisinière", "636d"), ("apprenti boulanger", "636c")),
        *(
            ("éducatrice spécialisée", "434d"),
            ("marin-pêcheur", "692a"),
            ("ASH", "525d"),
            ("livreur", "643a"),
        ),
        *(
            ("auxiliaire de vie", "563b"),
            ("technicienne de maintenance", "477b"),
            ("peintre en bâtiment", "632g"),
        ),
        *(("assistante de direction", "461b"), ("préparateur de commandes", "676c"), ("jardinier", "631a")),
        *(("ouvrière agricole", "691e"), ("gestionnaire de paie", "461e"), ("responsable qualité", "387d")),
        *(("informaticien", "388a"), ("RH", "543e"), ("paie", "461e"), ("community manager", "464a")),
        *(("aide à domicile", "563b"), ("agent d’entretien", "684a"), ("agent de nettoyage", "684a")),
        *(("conducteur d’engins", "621c"), ("boucher", "636a"), ("téléconseillère", "555a")),
    ],
)
def test_a_job_is_found_first_as_people_call_it(title, code):
    assert codes(title)[0] == code


def test_the_best_comes_first_and_others_may_follow():
    assert codes("comptable")[:2] == ["543b", "461d"]
    assert codes("développeuse") == ["388a", "478a"]
    assert len(jobs_like("ouvrier qualifié")) == 8
    assert len(jobs_like("ouvrier qualifié", most=3)) == 3


def test_the_beginning_of_a_word_is_enough():
    assert codes("caiss") == ["552a"]


@pytest.mark.parametrize("words", ["", "  ", "xyzzy", "qsdf hjkl", "de la", "42", "🙂", "'; DROP TABLE"])
def test_nonsense_is_no_job(words):
    assert jobs_like(words) == []


def test_every_everyday_name_leads_to_a_code_that_exists():
    for line in EVERYDAY.strip().splitlines():
        code, _, names = line.partition(" ")
        assert label_of(code)
        for name in names.split(","):
            assert code in codes(name), name


@given(st.text(max_size=300))
def test_any_words_have_an_answer(words):
    assert all(label for _, label in jobs_like(words))


def calls_of(title):
    """How many functions a search calls, written in Python or not."""
    seen = []

    def note(_frame, event, _argument):
        if event in {"call", "c_call"}:
            seen.append(event)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        jobs_like(title)
    finally:
        sys.setprofile(before)
    return len(seen)


def test_a_search_goes_through_the_words_once_each_and_reads_no_file():
    """A word that begins none is looked for among all of them, of a long text only the first few."""
    jobs_like("caissière")
    assert calls_of("vendeuse en boulangerie") < 5 * len(nomenclature())
    assert calls_of("zzzz yyyy xxxx wwww vvvv") < 20 * len(nomenclature())
    assert calls_of(" ".join(f"zzzz{n}" for n in range(5_000))) < 40 * len(nomenclature())
