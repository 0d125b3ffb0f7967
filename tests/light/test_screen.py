"""What an eye would read, where a hand would click: on lines and pictures that are made up here."""

import zlib

from tests.light.screen import HEIGHT, WIDTH, Picture, Word, on_white, places, stands_in, without_frames

WHITE, INK = b"\xff\xff\xff\0", b"\x76\x6a\x5c\0"


def line(top, *words):
    return [Word(text, 20 + 100 * at, top, 110 + 100 * at, top + 16) for at, text in enumerate(words)]


def drawn(*boxes):
    """White, with these frames: left, top, right, bottom."""
    rows = [bytearray(WHITE * WIDTH) for _ in range(HEIGHT)]
    for left, top, right, bottom in boxes:
        for y in range(top, bottom):
            is_edge = y in (top, bottom - 1)
            for x in range(left, right) if is_edge else (left, right - 1):
                rows[y][4 * x : 4 * x + 4] = INK
    return Picture(bytes(b"".join(rows)))


def test_the_words_that_stand_alone_are_those_that_are_meant():
    lines = [
        line(10, "1", "à", "confirmer"), line(40, "Confirmer", "Remplacer"), line(70, "Confirmer"),
        line(90, "Confirmer"),
    ]  # fmt: skip
    assert [box.top for box in places("Confirmer", lines)] == [70, 90]
    assert [box.top for box in places("Confirmer", lines[:2])] == [40]
    assert [box.top for box in places("Confirmer", lines[:1])] == [10]


def test_words_are_found_though_a_letter_was_misread_and_no_others():
    assert places("Créer le compte", [line(10, "Gréer", "lecompte")])
    assert not places("Créer le compte", [line(10, "Créer", "votre", "compte")])
    assert stands_in("2 à confirmer", "monplanning2aconfirmer0aattribuer")
    assert not stands_in("Le départ est enregistré", "ladeclarationestenregistree")


def test_the_field_of_a_label_is_beside_it_or_below_it():
    label = Word("Nom", 20, 100, 60, 116)
    beside, below = (80, 98, 300, 120), (20, 150, 300, 180)
    assert drawn(beside, below).frame_of(label).left == 80
    assert drawn(below).frame_of(label).top == 150


def test_the_box_to_tick_is_before_its_label():
    x, y = drawn((22, 100, 46, 124)).mark_before(Word("Une case", 60, 104, 120, 120))
    assert 22 < x < 46
    assert y == 112


def test_the_box_to_tick_may_hang_above_the_line_of_its_label():
    x, y = drawn((22, 92, 36, 108)).mark_before(Word("Une case", 60, 104, 120, 120))
    assert 22 < x < 36
    assert 92 < y < 108


def test_white_letters_on_the_service_s_colours_turn_black_on_white():
    ground, letter = b"\x5a", b"\xff"
    row = on_white(b"\xff" * 10 + ground * 20 + letter * 8 + ground * 20 + b"\xff" * 10)
    assert row == b"\xff" * 30 + b"\0" * 8 + b"\xff" * 30
    words = (b"\xff\x5a" + b"\x20" * 6) * 20
    assert on_white(words) == words


def test_frames_go_and_letters_stay():
    stroke = [b"\xff" * 5 + b"\0" * 9 + b"\xff" * 86]
    rule = [b"\0" * 90 + b"\xff" * 10]
    assert without_frames(stroke + rule) == [*stroke, b"\xff" * 100]


def test_a_picture_is_kept_as_drawn():
    png = drawn((0, 0, 40, 3)).png(3)
    data = png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8]
    rows = zlib.decompress(data)
    assert rows[:7] == b"\0" + b"\x5c\x6a\x76" * 2
    assert rows[-3:] == b"\xff\xff\xff"


def test_a_cursor_that_blinks_is_no_change():
    page = drawn()
    assert not drawn((10, 10, 11, 30)).changed_since(page)
    assert drawn((10, 10, 11, 300)).changed_since(page)
    assert page.changed_since(Picture(b""))
