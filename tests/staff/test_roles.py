"""The roles of the service against its rights, written out: what each may open, and what no other role gives.

A table that the direction could sign: whoever changes a right changes it here as well.
"""

import pytest

from app.main import STAFF
from app.sections import STAFF_SECTIONS
from app.staff_rights import (
    ALL_ROLES,
    ANY_STAFF,
    EVERYTHING,
    STAFF_RIGHT_WORDS,
    STAFF_RIGHTS,
    StaffRight,
    StaffRole,
    StaffScope,
    staff_rights_of,
)

# In this order: to answer, the planning, to see members, to let in, money, health, accounts, reads, mail.
RIGHTS = ["inbox", "planning", "members", "admissions", "billing", "medical", "team", "reads", "technique"]
MATRIX = {
    "direction":    "x x x x x . x x x",
    "accueil":      "x . x . . . . . .",
    "planning":     "x x x . . . . . .",
    "medical":      "x x x . . x . . .",
    "comptabilite": ". . x . x . . . .",
    "adhesions":    "x . x x . . . . .",
    "technique":    ". . . . . . . . x",
}  # fmt: skip
# One page of each part of the service, and the right that opens it.
PAGES = {
    "inbox.index": "inbox", "clinic.index": "planning", "batches.index": "planning", "due.index": "planning",
    "members.index": "members", "search.index": "members", "disclosure.index": "admissions",
    "bank.index": "billing", "bookkeeping.index": "billing", "debits.index": "billing",
    "dunning.index": "billing", "disputes.index": "billing", "plans.index": "billing",
    "absences.index": "billing", "platform.index": "billing", "campaigns.index": "billing",
    "letters.index": "billing", "colleagues.index": "team", "retention.index": "team",
}  # fmt: skip


@pytest.mark.parametrize(("role", "marks"), MATRIX.items())
def test_a_role_gives_its_rights_and_no_others(role, marks):
    given = {name for name, mark in zip(RIGHTS, marks.split(), strict=True) if mark == "x"}
    assert {str(each) for each in staff_rights_of([role])} == given


def test_the_table_is_of_all_roles_and_all_rights():
    assert MATRIX.keys() == {str(each) for each in StaffRole}
    assert set(RIGHTS) == {str(each) for each in StaffRight}
    assert STAFF_RIGHT_WORDS.keys() == set(StaffRight)


def test_rights_of_several_roles_add_up_and_never_take_away():
    for one in StaffRole:
        for other in StaffRole:
            both = staff_rights_of([one, other])
            assert both == STAFF_RIGHTS[one] | STAFF_RIGHTS[other] == staff_rights_of([other, one, one])
    assert staff_rights_of([]) == frozenset()
    assert staff_rights_of(ALL_ROLES) == frozenset(StaffRight)


def test_health_and_money_and_power_never_come_in_one_role():
    for role in StaffRole:
        held = STAFF_RIGHTS[role]
        assert not {StaffRight.MEDICAL, StaffRight.BILLING} <= held, role
        assert not {StaffRight.MEDICAL, StaffRight.TEAM} <= held, role
    assert [each for each in StaffRole if StaffRight.TEAM in STAFF_RIGHTS[each]] == [StaffRole.DIRECTION]


def test_each_page_of_the_service_names_a_right_of_the_table():
    rights = {each.name: each.opt["right"] for each in STAFF}
    assert {str(each) for each in rights.values() if each != ANY_STAFF} <= set(RIGHTS)
    assert {name: str(rights[name]) for name in PAGES} == PAGES
    opened = {name for name in rights if name.endswith(".index")} - PAGES.keys()
    assert opened == {"staff.index"}, "another part of the service has its line here"


def test_an_act_is_never_wider_open_than_the_page_that_shows_it():
    """The POST of an address asks for the right of its GET: what is shown can be sent, and no more."""
    by_path = {}
    for each in STAFF:
        for path in each.paths:
            by_path.setdefault(path, {})[next(iter(each.http_methods - {"HEAD", "OPTIONS"}))] = each
    both = [methods for methods in by_path.values() if {"GET", "POST"} <= methods.keys()]
    assert len(both) > 40
    stricter = {each["POST"].name for each in both if each["GET"].opt["right"] != each["POST"].opt["right"]}
    assert stricter == {"members.act_on_many"}, "the list of members is read by more than may change them"


@pytest.mark.parametrize("section", STAFF_SECTIONS, ids=lambda each: each.name)
def test_a_section_of_the_menu_opens_to_somebody_and_to_nobody_without_a_role(section):
    assert any(section.opens_to(staff_rights_of([role]), EVERYTHING) for role in StaffRole)
    names = {each.name: each.opt["right"] for each in STAFF}
    if names.get(section.name, ANY_STAFF) != ANY_STAFF:
        assert not section.opens_to(frozenset(), EVERYTHING)


def test_a_scope_without_teams_nor_centres_is_everything():
    assert StaffScope().is_everything
    assert not StaffScope(teams=(1,)).is_everything
    assert not StaffScope(centres=(1,)).is_everything
