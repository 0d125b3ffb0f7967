"""The table of roles and rights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.queries import role_words
from app.rights import RIGHTS, ROLE_WORDS, WORKING_ROLES, Right, Role, rights_of

ROLES = st.lists(st.sampled_from([role.value for role in Role]))
WORDS = st.text().filter(lambda word: word not in set(Role))


@given(ROLES, ROLES)
def test_more_roles_never_mean_fewer_rights(some, more):
    assert rights_of(some) <= rights_of(some + more)
    assert rights_of(some + more) == rights_of(some) | rights_of(more)


@given(ROLES)
def test_an_administrator_has_every_right(others):
    assert rights_of([Role.ADMINISTRATOR.value, *others]) == frozenset(Right)


@given(st.lists(WORDS), ROLES)
def test_an_unknown_role_gives_nothing(unknown, known):
    assert rights_of(unknown) == frozenset()
    assert rights_of(unknown + known) == rights_of(known)


@given(ROLES)
def test_only_an_administrator_decides_who_has_access(roles):
    assert (Right.PEOPLE in rights_of(roles)) == (Role.ADMINISTRATOR.value in roles)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_lets_one_in_and_has_words(role):
    assert Right.VIEW in RIGHTS[role]
    assert all(ROLE_WORDS[role])


def test_who_hands_over_keeps_working_without_deciding_for_others():
    kept = rights_of([role.value for role in WORKING_ROLES])
    assert kept == frozenset(Right) - {Right.COMPANY, Right.PEOPLE}


@given(ROLES)
def test_a_third_party_opens_aptitude_notices_only_with_that_very_role(roles):
    theirs = rights_of(roles, third_party=True)
    assert (Right.APTITUDE in theirs) == (Role.APTITUDE.value in roles)
    assert theirs | {Right.APTITUDE} == rights_of(roles) | {Right.APTITUDE}


@given(st.lists(st.text() | st.sampled_from([role.value for role in Role])))
def test_roles_are_told_in_words_whatever_the_row_holds(roles):
    known = [ROLE_WORDS[role][0] for role in Role if role.value in roles]
    assert role_words(roles) == (", ".join(known) or "Aucun rôle")
