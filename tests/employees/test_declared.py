"""What may be declared of an employee, and what follows from it: each line is a case for a lawyer to read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employees.declared import (
    DAY_FIELDS,
    LABELS,
    LikeRow,
    all_columns,
    change,
    changed_fields,
    columns_of,
    deadline_of,
    declared_of,
    in_words,
    is_old_departure,
    name_keys,
    names_apart,
    person_key,
    problems,
)
from app.follow_up.law import RISKS, DoneVisit
from db.kinds import NEVER, ChangeKind, Contract, VisitKind

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
WHOLE = dict.fromkeys(LABELS, "") | {
    "birth_name": "LE GALL", "first_names": "Élise", "sex": "F", "birth_on": "1990-02-03",
    "entry_on": "2026-03-16", "contract": "cdi", "job_title": "Caissière", "part_time": "non",
}  # fmt: skip


def wrong(**declared):
    return problems(WHOLE | declared, TODAY)


# What is impossible


@pytest.mark.parametrize(
    ("declared", "field", "words"),
    [
        ({"birth_on": "2026-03-02"}, "birth_on", "dans le futur"),
        ({"birth_on": "2026-03-01", "entry_on": "2026-03-02"}, "entry_on", "moins de 14 ans"),
        ({"birth_on": "1916-01-01"}, "", ""),
        ({"birth_on": "1915-12-31"}, "birth_on", "plus de 110 ans"),
        # 14 years on the very day (L4153-1: nobody is hired below).
        ({"birth_on": "2012-03-16"}, "", ""),
        ({"birth_on": "2012-03-17"}, "entry_on", "moins de 14 ans"),
        # Born on a 29 February, one is fourteen on the 28th of a common year.
        ({"birth_on": "2012-02-29", "entry_on": "2026-02-28"}, "", ""),
        ({"birth_on": "2012-02-29", "entry_on": "2026-02-27"}, "entry_on", "moins de 14 ans"),
        ({"entry_on": "2027-03-03"}, "", ""),
        ({"entry_on": "2027-03-04"}, "entry_on", "dans plus d’un an"),
        ({"exit_on": "2026-03-16"}, "", ""),
        ({"exit_on": "2026-03-15"}, "exit_on", "précède la date d’entrée"),
        ({"contract_ends_on": "2026-03-16"}, "", ""),
        ({"contract_ends_on": "2026-03-15"}, "contract_ends_on", "précède la date d’entrée"),
        ({"exit_on": "2031-03-02"}, "", ""),
        ({"exit_on": "2031-03-03"}, "exit_on", "dans plus de 5 ans"),
        ({"risks": "VERTIGE"}, "risks", "« VERTIGE » n’est pas connue"),
        ({"risks": "POSTE_EMPLOYEUR"}, "post_reason", "R4624-23, III"),
        ({"risks": "POSTE_EMPLOYEUR", "post_reason": "Four"}, "", ""),
        # Regulated work of minors: of age on the day of the entry, it concerns nobody (R4153-40).
        ({"risks": "MINEUR_TRAVAUX_REGLEMENTES", "birth_on": "2008-03-17"}, "", ""),
        ({"risks": "MINEUR_TRAVAUX_REGLEMENTES", "birth_on": "2008-03-16"}, "risks", "un adulte"),
    ],
)
def test_what_cannot_be_is_refused_on_its_day_and_what_can_is_not(declared, field, words):
    found = wrong(**declared)
    assert set(found) == ({field} if field else set())
    assert words in found.get(field, "")


def test_everything_that_is_wrong_is_said_at_once():
    found = wrong(
        birth_on="2030-01-01",
        exit_on="2026-03-01",
        contract_ends_on="2026-03-01",
        risks="VERTIGE POSTE_EMPLOYEUR",
    )
    assert set(found) == {"birth_on", "exit_on", "contract_ends_on", "risks", "post_reason"}


@pytest.mark.parametrize(
    ("exit_on", "today", "is_old"),
    [
        (date(2024, 3, 2), date(2026, 3, 2), False),
        (date(2024, 3, 1), date(2026, 3, 2), True),
        (date(2022, 3, 2), date(2024, 3, 1), False),  # with a leap day between: 730 days are one day less
        (date(2022, 3, 1), date(2024, 3, 1), True),
        (date(2026, 3, 2), date(2026, 3, 2), False),
        (date(2026, 12, 31), date(2026, 3, 2), False),
    ],
)
def test_a_departure_of_more_than_730_days_is_read_again_before_it_is_written(exit_on, today, is_old):
    assert is_old_departure(exit_on, today) is is_old


# The next visit of who leaves


def due(exit_on="", visits=(), **declared):
    columns = all_columns(WHOLE | {"exit_on": exit_on} | declared, list(visits))
    return columns["due_on"], columns["due_kind"]


@pytest.mark.parametrize(
    ("exit_on", "declared", "expected"),
    [
        # R4624-10: within three months of the first day, so until 16 June 2026.
        ("", {}, (date(2026, 6, 16), "vip_initiale")),
        ("2026-06-16", {}, (date(2026, 6, 16), "vip_initiale")),
        ("2026-06-15", {}, (NEVER, "")),
        # R4624-24: before the post; who leaves the next day was exposed, who never came was not.
        ("2026-03-17", {"risks": "AMIANTE"}, (date(2026, 3, 15), "examen_embauche")),
        ("2026-03-16", {"risks": "AMIANTE"}, (NEVER, "")),
        ("2026-03-16", {"risks": "NUIT"}, (NEVER, "")),
        ("2026-03-17", {"risks": "NUIT"}, (date(2026, 3, 15), "vip_initiale")),
        # R6222-36: two months for an apprentice.
        ("", {"contract": "apprentissage"}, (date(2026, 5, 16), "vip_initiale")),
        ("2026-05-15", {"contract": "apprentissage"}, (NEVER, "")),
        # R4625-1: the agency has its workers followed.
        ("", {"contract": "interim", "risks": "AMIANTE"}, (NEVER, "")),
        ("", {"contract": "stage"}, (NEVER, "")),
    ],
)
def test_nobody_is_called_after_their_last_day(exit_on, declared, expected):
    assert due(exit_on, **declared) == expected


def test_a_visit_due_on_the_last_day_itself_is_still_due():
    seen = [DoneVisit(VisitKind.VIP, date(2021, 5, 4))]
    told = {"entry_on": "2021-05-03", "birth_on": "1990-02-03"}
    assert due("2026-05-04", seen, **told) == (date(2026, 5, 4), "vip")
    assert due("2026-05-03", seen, **told) == (NEVER, "")


# The team hears of a hire whose visit comes before the work


@pytest.mark.parametrize(
    ("kind", "declared", "is_urgent"),
    [
        (ChangeKind.DECLARED, {"risks": "AMIANTE"}, True),
        (ChangeKind.DECLARED, {"risks": "NUIT"}, True),
        (ChangeKind.DECLARED, {"birth_on": "2008-03-17"}, True),  # a minor the eve of the majority
        (ChangeKind.DECLARED, {"birth_on": "2008-03-16"}, False),
        (ChangeKind.DECLARED, {"risks": "RQTH"}, False),  # R4624-20: no « before » in the text
        (ChangeKind.DECLARED, {}, False),
        (ChangeKind.CAME_BACK, {"risks": "AMIANTE"}, True),
        (ChangeKind.CORRECTED, {"risks": "AMIANTE"}, False),
        (ChangeKind.UNDONE, {"risks": "AMIANTE"}, False),
        (ChangeKind.DECLARED, {"risks": "AMIANTE", "contract": "interim"}, False),
        # Who began without it needs it all the sooner; who has left does not.
        (ChangeKind.DECLARED, {"risks": "AMIANTE", "entry_on": "2025-01-06"}, True),
        (ChangeKind.DECLARED, {"risks": "AMIANTE", "entry_on": "2025-01-06", "exit_on": "2026-03-01"}, False),
        (ChangeKind.DECLARED, {"risks": "AMIANTE", "entry_on": "2025-01-06", "exit_on": "2026-03-02"}, True),
    ],
)
def test_the_team_is_alerted_of_hires_that_may_not_begin_unseen(kind, declared, is_urgent):
    before = {} if kind == ChangeKind.DECLARED else WHOLE
    made = change(before, WHOLE | declared, kind, [], TODAY)
    assert bool(made.urgent) is is_urgent
    assert (made.trace["urgent_on"] is not None) is is_urgent
    if is_urgent:
        assert made.urgent.startswith("LE GALL Élise : ")
        assert made.trace["urgent_on"] == date.fromisoformat((WHOLE | declared)["entry_on"]) - DAY


# What is kept of a change


days = st.dates(date(1950, 1, 1), date(2100, 12, 31)).map(lambda each: each.isoformat())
declarations = st.fixed_dictionaries(
    {
        "birth_name": st.sampled_from(["LE GALL", "RIOU", "Ó Brien"]),
        "first_names": st.sampled_from(["Élise", "Jean-Pierre"]),
        "usual_name": st.sampled_from(["", "ABGRALL"]),
        "birth_on": days, "entry_on": days, "exit_on": st.just("") | days,
        "contract": st.sampled_from([each.value for each in Contract]),
        "contract_ends_on": st.just("") | days, "driving_until": st.just("") | days,
        "risks": st.sets(st.sampled_from([code for code in RISKS if code != "MINEUR"])).map(
            lambda some: " ".join(code for code in RISKS if code in some)
        ),
        "part_time": st.sampled_from(["oui", "non"]), "phone": st.sampled_from(["", "+33612345678"]),
        "job_title": st.sampled_from(["Soudeur", "Caissière"]), "staff_number": st.sampled_from(["", "M7"]),
    }
)  # fmt: skip


@given(declarations)
def test_what_is_declared_is_read_again_from_its_row_the_same(given_fields):
    values = WHOLE | given_fields
    assert declared_of(LikeRow(columns_of(values))) == values


@given(declarations, declarations)
def test_a_change_and_its_undoing_give_the_very_same_columns(one, other):
    before = WHOLE | one
    after = {name: value for name, value in (WHOLE | other).items() if value != before[name]}
    made = change(before, after, ChangeKind.CORRECTED, [], TODAY)
    assert list(made.trace["before"]) == list(made.trace["after"])
    assert set(made.trace["after"]) == set(changed_fields(before, WHOLE | other))
    back = change(before | after, made.trace["before"], ChangeKind.UNDONE, [], TODAY)
    assert back.row == change({}, before, ChangeKind.DECLARED, [], TODAY).row


@given(declarations)
def test_a_deadline_is_never_after_the_last_day(given_fields):
    row = LikeRow(columns_of(WHOLE | given_fields))
    deadline = deadline_of(row, [])
    if deadline and row.exit_on:
        assert deadline.by <= row.exit_on


# Names and words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LE GALL", "Le Gall"),
        ("LE GALL", "LEGALL"),
        ("Le Bœuf-Martin", "LE BOEUF MARTIN"),
        ("D’HERVÉ", "d'herve"),
    ],
)
def test_one_person_is_known_at_two_employers_however_their_name_is_written(one, other):
    assert person_key(one, "1990-02-03") == person_key(other, "1990-02-03")
    assert person_key(one, "1990-02-03") != person_key(one, "1990-02-04")


def test_somebody_found_by_name_is_found_by_each_word_of_it():
    keys = name_keys("LE GALL", "Élise Marie")
    assert keys["sort_key"].startswith("le gall elise marie")
    for word in ("le", "gall", "elise", "marie"):
        assert f" {word}" in keys["search_key"]


def test_two_of_one_name_are_told_apart_by_their_birth_and_nobody_else_is():
    people = [
        ("LE GALL Élise", date(1990, 2, 3)),
        ("RIOU Luc", date(1980, 1, 1)),
        ("LE GALL Élise", date(1991, 2, 3)),
    ]
    assert names_apart(people) == ["LE GALL Élise (03/02/1990)", "RIOU Luc", "LE GALL Élise (03/02/1991)"]


@pytest.mark.parametrize("name", LABELS)
def test_nothing_is_said_of_an_empty_field(name):
    assert in_words(name, "") == ""


@pytest.mark.parametrize("name", sorted(DAY_FIELDS))
def test_a_day_is_said_as_it_is_written_in_france(name):
    assert in_words(name, "2026-12-31") == "31/12/2026"
