"""Every word of a state has its colour on purpose: those that are plain are named here."""

from app.contact import staff as contact
from app.contributions import routes as contributions
from app.contributions import states as filings
from app.follow_up import words as appointments
from app.invoices import rules as invoices
from app.text.states import TONE_OF, TONES

PLAIN = {"avoir", "annulée", "terminé", "à venir", "sans objet"}


def test_no_word_is_left_to_chance():
    words = {
        word.lower()
        for table in (
            appointments.REQUEST_STATES, contact.STATE_WORDS, invoices.STATE_WORDS,
            contributions.ANSWERS, filings.WORDS,
        )
        for word in table.values()
    }  # fmt: skip
    assert words - TONE_OF.keys() == PLAIN


def test_a_word_has_one_tone():
    assert sum(map(len, TONES.values())) == len(TONE_OF)
