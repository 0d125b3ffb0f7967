"""The questions about a job, as they are asked."""

from app.follow_up.law import RISKS
from app.follow_up.words import QUESTIONS, THEMES


def test_each_question_is_asked_under_one_theme():
    asked = [code for codes in THEMES.values() for code in codes]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(QUESTIONS) <= set(RISKS)
