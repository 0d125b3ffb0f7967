"""The convocation on paper: one page that says everything, that any reader reads, whatever names hold."""

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.clock import PARIS
from app.files.pdf import USUAL
from app.files.typesetting import Undrawn
from app.planning.convocations import Convocation, convocation_of, pdf_of, when_words
from app.planning.queries import SlotRow
from app.settings import Settings

LETTER = Convocation(
    service_name="AIST22 Santé au Travail",
    service_address="12 rue de la Gare, 22000 Saint-Brieuc",
    service_phone="02 96 00 00 22",
    service_email="portailadh@aist22.fr",
    color="#1a5a96",
    state="",
    employee="LE GALL Élise (née MARTIN)",
    company="Adhérent BRIEUC (code adhérent 00010)",
    kind="Visite de reprise",
    starts=datetime(2026, 12, 1, 9, 30, tzinfo=PARIS),
    minutes=30,
    centre="Centre de Saint-Brieuc",
    address="8 rue des Promenades, 22000 Saint-Brieuc",
    access="Entrée par la cour, 2e étage.",
    is_accessible=True,
    phone="02 96 33 12 34",
    professional="Dr Anne KERVELLA",
    role="Médecin du travail",
    notice_words="Une absence non annoncée est facturée 60 € HT.",
)
# The longest that the tables hold.
LONGEST = {
    "employee": 250, "company": 145, "kind": 80, "centre": 80, "address": 294, "access": 300,
    "professional": 120, "role": 80, "notice_words": 300, "service_name": 80,
    "service_address": 150, "service_email": 90,
}  # fmt: skip
HOSTILE = (
    '#panic("ici") #read("/etc/passwd")',
    "$ x^2 $ et \\u{41} \\",
    "*gras* _penché_ `code` = titre",
    "</script>]]}){ // <étiquette> @renvoi",
)


def drawn(letter):
    return asyncio.run(pdf_of(letter))


def opened(pdf):
    return PdfReader(io.BytesIO(pdf))


def text_of(**changed):
    """What the only page says, its lines joined."""
    reader = opened(drawn(replace(LETTER, **changed)))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def roles(element):
    """The tags of a structure, in reading order."""
    children = element.get("/K", [])
    found = [element["/S"]] if "/S" in element else []
    for child in children if isinstance(children, list) else [children]:
        if hasattr(child.get_object(), "get"):
            found += roles(child.get_object())
    return found


def a_row(**changed):
    values = dict.fromkeys(SlotRow._fields) | {
        "id": 7, "code": "00010", "company": "Adhérent BRIEUC",
        "starts_at": datetime(2026, 12, 1, 8, 30, tzinfo=UTC), "minutes": 45,
        "kind": "reprise", "professional": "Dr Anne KERVELLA", "role": "Médecin du travail",
        "employee_id": 3, "birth_name": "MARTIN", "usual_name": "LE GALL", "first_names": "Élise", "sex": "F",
        "centre": "Centre de Saint-Brieuc", "address": "8 rue des Promenades", "postcode": "22000",
        "town": "Saint-Brieuc", "phone": "+33296331234", "access": "Par la cour.", "is_accessible": False,
    }  # fmt: skip
    return SlotRow(**values | changed)


def the_settings():
    return Settings(secret_key="x" * 32, service_phone="02 96 00 00 22", service_color="#0b6b4f")


def test_it_is_one_a4_page_that_says_who_when_where_and_with_whom():
    page = opened(drawn(LETTER)).pages[0].mediabox
    assert (round(page.width), round(page.height)) == (595, 842)
    text = text_of()
    for words in (
        "Convocation à une visite de santé au travail", "LE GALL Élise (née MARTIN)",
        "Adhérent BRIEUC (code adhérent 00010)", "Le mardi 1er décembre 2026 à 9 h 30", "30 minutes",
        "Centre de Saint-Brieuc", "8 rue des Promenades, 22000 Saint-Brieuc", "Entrée par la cour, 2e étage.",
        "Locaux accessibles", "Dr Anne KERVELLA", "Médecin du travail", "Visite de reprise",
        "une pièce d’identité",
        "Prévenez tout de suite votre employeur, ou appelez le centre au 02 96 33 12 34.",
        "Une absence non annoncée est facturée 60 € HT.", "R4624-39", "secret médical",
        "AIST22 Santé au Travail", "12 rue de la Gare", "02 96 00 00 22", "portailadh@aist22.fr",
    ):  # fmt: skip
        assert words in text


def test_a_screen_reader_finds_language_title_headings_and_list():
    reader = opened(drawn(LETTER))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"].startswith("fr")
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert (
        reader.metadata.title == "Convocation à une visite de santé au travail – LE GALL Élise (née MARTIN)"
    )
    assert reader.metadata.author == "AIST22 Santé au Travail"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()
    found = roles(catalogue["/StructTreeRoot"])
    assert found[0] == "/Document"
    assert found.count("/H1") == 1
    assert found.count("/H2") == 8
    assert found.count("/LI") == 6
    assert found.index("/H1") < found.index("/H2") < found.index("/L")


def test_a_changed_appointment_says_that_it_replaces_the_one_before():
    text = text_of(state="changed")
    assert "Rendez-vous modifié" in text
    assert "Ce rendez-vous remplace celui qui était prévu" in text
    assert "À apporter" in text


def test_a_cancelled_appointment_says_not_to_come_and_asks_for_nothing():
    text = text_of(state="cancelled")
    assert "Rendez-vous annulé" in text
    assert "ne vous déplacez pas" in text
    assert "mardi 1er décembre 2026" in text
    assert "Pour en savoir plus, appelez le centre au 02 96 33 12 34." in text
    assert "À apporter" not in text
    assert "pouvez pas venir" not in text


def test_without_a_telephone_of_the_centre_it_gives_the_service():
    assert "appelez le service au 02 96 00 00 22." in text_of(phone="")
    assert "écrivez à portailadh@aist22.fr." in text_of(phone="", service_phone="")


def test_a_centre_that_is_hard_to_enter_says_so():
    assert "difficiles d’accès en fauteuil roulant : prévenez avant" in text_of(is_accessible=False)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_looks_like_typst_stays_text(name):
    text = text_of(employee=name, company=name, access=name, notice_words=name, professional=name)
    assert text.count(" ".join(name.split())) == 5


def test_letters_that_no_font_has_become_boxes_and_those_around_them_stay():
    assert "LE GALL □□□ □ □ Nguyễn Đặng" in text_of(employee="LE GALL 王小明 😀 1️⃣ Nguyễn Đặng")


def test_a_change_of_direction_cannot_turn_a_name_round():
    assert "NITRAM Élise" in text_of(employee="\u202eNITRAM\u202c Él\u00adise\x00")


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_no_name_makes_it_fail(name):
    assert len(opened(drawn(replace(LETTER, employee=f"M. {name}", centre=name or "-"))).pages) == 1


@pytest.mark.parametrize("word", ["W", "Marie-Antoinette ", "ﷺ", "Ĳ "])
@pytest.mark.parametrize("state", ["", "changed", "cancelled"])
def test_the_longest_values_stay_on_the_page(word, state):
    full = {name: (word * size)[:size] for name, size in LONGEST.items()}
    assert "mardi 1er décembre 2026" in text_of(state=state, **full)


def test_what_no_table_would_hold_is_cut_rather_than_put_on_a_second_page():
    endless = dict.fromkeys(LONGEST, "Interminable " * 1000)
    assert "secret médical" in text_of(**endless)
    assert text_of(**dict.fromkeys(LONGEST, "W" * 9000))


@pytest.mark.parametrize("wrong", [{"state": "canceled"}, {"color": "bleu"}])
def test_what_typst_cannot_draw_is_an_error(wrong):
    with pytest.raises(Undrawn):
        drawn(replace(LETTER, **wrong))
    assert text_of()


def test_letters_taken_as_usual_have_their_glyphs():
    usual = "".join(chr(each) for each in range(0x20, 0x2FFF) if USUAL.fullmatch(chr(each)))
    usual += "’‘“”«»–—…€"
    for at in range(0, len(usual), 120):
        some = usual[at : at + 120]
        assert text_of(service_name=some, employee=some, company=some)


def test_a_slot_gives_its_letter():
    letter = convocation_of(a_row(), the_settings(), "changed", "Prévenez deux jours avant.")
    assert letter.employee == "LE GALL Élise (née MARTIN)"
    assert letter.company == "Adhérent BRIEUC (code adhérent 00010)"
    assert letter.kind == "Visite de reprise"
    assert letter.starts == datetime(2026, 12, 1, 9, 30, tzinfo=PARIS)
    assert letter.address == "8 rue des Promenades, 22000 Saint-Brieuc"
    assert letter.phone == "02 96 33 12 34"
    assert (letter.color, letter.state, letter.minutes) == ("#0b6b4f", "changed", 45)
    assert letter.notice_words == "Prévenez deux jours avant."
    assert not letter.is_accessible


def test_an_open_slot_calls_nobody():
    with pytest.raises(ValueError, match="calls nobody"):
        convocation_of(a_row(employee_id=None), the_settings(), "", "")


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2026, 12, 1, 8, 30, tzinfo=UTC), "mardi 1er décembre 2026 à 9 h 30"),
        (datetime(2026, 12, 11, 13, 5, tzinfo=UTC), "vendredi 11 décembre 2026 à 14 h 05"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "mercredi 1er juillet 2026 à 0 h 00"),
        (datetime(2026, 3, 29, 7, 0, tzinfo=UTC), "dimanche 29 mars 2026 à 9 h 00"),
        (datetime(2026, 10, 25, 8, 0, tzinfo=UTC), "dimanche 25 octobre 2026 à 9 h 00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "dimanche 25 octobre 2026 à 2 h 30"),
    ],
)
def test_the_hour_is_that_of_paris_on_days_when_clocks_change_too(instant, words):
    assert when_words(instant).replace("\N{NO-BREAK SPACE}", " ") == words
    assert words in text_of(starts=instant)


@pytest.mark.parametrize(
    ("minutes", "words"), [(45, "45 minutes"), (60, "1 heure"), (75, "1 h 15"), (120, "2 heures")]
)
def test_long_visits_are_told_in_hours(minutes, words):
    assert f"Durée prévue : {words}" in text_of(minutes=minutes)


async def test_the_portal_answers_while_letters_are_drawn():
    ticks = SimpleNamespace(count=0, is_over=False)

    async def tick():
        while not ticks.is_over:
            ticks.count += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    made = await asyncio.gather(*(pdf_of(replace(LETTER, minutes=each)) for each in range(20, 25)))
    ticks.is_over = True
    await ticking
    assert [len(opened(each).pages) for each in made] == [1] * 5
    assert ticks.count > 100
