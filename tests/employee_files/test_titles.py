"""Titles of columns, and names cut in two: whatever a file holds, each column is one thing at most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employee_files.columns import READABLE
from app.employee_files.titles import (
    NEVER_SHOWN,
    RUBRICS,
    column_names,
    cut_names,
    distinct_titles,
    field_of,
    fields_of,
    how_many_known,
    is_french,
    is_shown,
    letters,
)
from app.text.search import letters_of

TITLE = st.sampled_from([
    "Nom", "Nom de naissance", "Nom d’usage", "Prénom", "Nom et prénom", "Date d’entrée", "Entrée le", "Sexe",
    "Salaire", "NIR", "", "Ville", "Contrat", "Poste", "Fonction", "nom",
])  # fmt: skip
TITLES = st.lists(TITLE | st.text(max_size=12), max_size=12)
NIR = "2 90 05 22 113 045 86"


@given(st.integers(0, 20_000))
def test_columns_are_named_as_a_spreadsheet_does(place):
    number = 0
    for letter in letters(place):
        number = number * 26 + ord(letter) - ord("A") + 1
    assert number == place + 1


@given(TITLES)
def test_titles_are_told_apart_and_each_stays_readable(cells):
    titles = distinct_titles(cells)
    assert len(titles) == len(cells)
    assert len({letters_of(title) for title in titles if letters_of(title)}) >= len(titles) - sum(
        not letters_of(title) for title in titles
    )
    assert all(title.strip() and len(letters_of(title)) <= 80 for title in titles)
    assert distinct_titles(titles) == titles


@given(TITLES)
def test_a_field_is_given_by_one_column_and_every_column_left_is_nobodys(cells):
    titles = distinct_titles(cells)
    fields, notes = fields_of(titles, {}, {})
    given_fields = [field for field in fields if field]
    assert len(given_fields) == len(set(given_fields))
    assert set(given_fields) <= READABLE.keys()
    assert len(fields) == len(titles)
    assert all(note.startswith("La colonne « ") for note in notes)


@given(TITLES, st.data())
def test_what_the_reader_says_comes_before_all_else(cells, data):
    titles = [title for title in distinct_titles(cells) if letters_of(title)]
    if not titles:
        return
    chosen = data.draw(st.sampled_from(titles))
    field = data.draw(st.sampled_from(["", *READABLE]))
    habit = data.draw(st.sampled_from(["", *READABLE]))
    fields, _ = fields_of(titles, {letters_of(chosen): habit}, {letters_of(chosen): field})
    assert fields[titles.index(chosen)] == field


@pytest.mark.parametrize("field", [each for each in READABLE if each != "full_name"])
def test_a_column_is_known_by_its_own_title_however_it_is_decorated(field):
    title = READABLE[field].title
    ways = [
        title,
        title.upper(),
        f" {title} * ",
        f"3. {title}",
        f"{title} (obligatoire)",
        f"{title} du salarié",
    ]
    assert [field_of(way) for way in ways] == [field] * len(ways)


@pytest.mark.parametrize(("rubric", "field"), RUBRICS.items())
def test_a_rubric_of_the_dsn_is_a_title(rubric, field):
    first, second = rubric[:2], rubric[2:]
    for way in (
        f"S21.G00.{first}.{second}",
        f"S21_G00_{first}_{second} - Libellé",
        f"s21 g00 {first} {second}",
    ):
        assert field_of(way) == field
        assert is_shown(way)


@pytest.mark.parametrize(
    "title",
    ["S21.G00.30.001", "S21.G00.40.072", "S21.G00.62.002", "S21.G00.51.013", "NIR", "N° Sécu"],
)
def test_a_number_a_motive_or_a_pay_of_the_dsn_is_never_read_nor_shown(title):
    assert field_of(title) == ""
    assert not is_shown(title) or not NEVER_SHOWN.search(letters_of(title))
    assert fields_of([title], {}, {})[0] == [""]


@pytest.mark.parametrize(
    "title",
    [
        "Salaire brut",
        "Taux horaire",
        "IBAN",
        "RQTH",
        "Motif de sortie",
        "Arrêt maladie",
        "Inaptitude",
        "Prime",
    ],
)
def test_a_pay_or_a_state_of_health_is_not_shown(title):
    assert not is_shown(title)


def test_a_social_number_is_no_title_and_no_example():
    assert distinct_titles([NIR, "Nom"]) == ["Colonne A", "Nom"]
    assert column_names([NIR, "DURAND"]) == ["Colonne A", "Colonne B (ex. DURAND)"]


def test_titles_that_are_known_are_counted_once_each():
    assert how_many_known(["Nom", "Nom de famille", "Prénom", "", "Ville"], {}) == 2
    assert how_many_known(["Nom", "Ville"], {"ville": "job_title"}) == 2
    assert how_many_known(["Nom"], {"nom": ""}) == 1


def test_two_titles_in_english_make_a_file_in_english():
    assert is_french(["Nom", "Prénom", "Date of birth"])
    assert not is_french(["Last name", "Hire date", "Nom"])


NAMES = st.sampled_from(
    ["DURAND", "LE GALL", "DE LA TOUR", "MARTIN-RIOU", "O’NEILL", "BEN SALEM", "ADAM", "GUILLEMS"]
)
FIRST = st.sampled_from(["Élise", "Jean-Pierre", "Ana", "Anne Marie", "Loïc"])


@given(NAMES, FIRST, st.sampled_from(["", "M. ", "Mme ", "Madame ", "00012 - ", "12 "]))
def test_a_name_in_capitals_is_cut_from_the_first_name_on_either_side(name, first, before):
    for cell in (f"{before}{name} {first}", f"{before}{first} {name}", f"{before}{name}, {first}"):
        cut = cut_names([cell], "Salarié")[cell]
        assert (cut.birth_name, cut.first_names, cut.is_guess) == (name, first, False)


@given(
    st.lists(st.text("abcdeABÉ -,'’", min_size=1, max_size=20), max_size=6),
    st.sampled_from(["Nom", "Prénom nom", "X"]),
)
def test_no_letter_of_a_name_is_lost_where_it_is_cut(cells, title):
    for cell, cut in cut_names(cells, title).items():
        kept = letters_of(cut.birth_name + cut.first_names)
        assert sorted(kept) == sorted(letters_of(cell))


def test_the_names_that_are_sure_tell_the_order_of_the_others():
    cut = cut_names(["DURAND Ana", "Le Gall Rose"], "Salarié")
    assert (cut["Le Gall Rose"].birth_name, cut["Le Gall Rose"].first_names) == ("Le Gall", "Rose")
    turned = cut_names(["Ana DURAND", "Rose Le Gall"], "Salarié")
    assert (turned["Rose Le Gall"].birth_name, turned["Rose Le Gall"].first_names) == ("Le Gall", "Rose")
