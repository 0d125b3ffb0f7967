"""The electronic file: what the norm asks holds for any invoice, and the PDF says what it carries."""

import io
import re
from datetime import date

import pikepdf
import pytest
from hypothesis import given
from hypothesis import settings as times
from hypothesis import strategies as st

from app.files.factur_x import marked, xml_of
from app.invoices.electronic import facts_of
from app.invoices.parties import Party, Printed
from app.invoices.queries import InvoiceRow
from app.invoices.rules import NUMBER, BilledLine, amounts_of, stored_line
from app.text.vat import VAT_POINTS
from db.models import InvoiceKind
from tests.invoices.norm import attached, broken_rules, value, values
from tests.invoices.steps import BIC, IBAN
from tests.invoices.test_paper import a_paper, drawn

SELLER = Party(
    name="Santé au travail d’Armor", address="12 rue de la Gare", postcode="22000", town="Saint-Brieuc",
    siren="732829320", siret="73282932000074", vat_number="FR44732829320", legal_form="Association loi 1901",
    email="cotisations@service.example", phone="02 96 00 00 22",
)  # fmt: skip
BUYER = Party(
    name="Adhérent BRIEUC", address="1 quai", postcode="22000", town="Saint-Brieuc",
    siren="404833048", siret="40483304800022", email="brieuc@ours.example", code="00010",
)  # fmt: skip
BANK = {"iban": IBAN, "bic": BIC, "reference": "RF40F202600123"}
A_LINE = st.builds(
    BilledLine, st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    st.integers(1, 5_000), st.integers(1, 20_000), st.sampled_from(sorted(VAT_POINTS)),
)  # fmt: skip
REBATE = st.builds(BilledLine, st.just("Remise"), st.integers(-3, -1), st.integers(1, 50), st.just(2000))


def some_printed(**more):
    usual = {
        "seller": SELLER, "buyer": BUYER, "since": date(2026, 1, 1), "until": date(2026, 12, 31),
        "late_penalty": "trois fois le taux d’intérêt légal", "discount": "",
    }  # fmt: skip
    return Printed(**usual | more)


def some_facts(
    lines, paid=0, kind=InvoiceKind.CONTRIBUTION, bank=BANK, credited=0, number="F2026/00123", **more
):
    stored = [stored_line(each) for each in lines]
    sums = amounts_of(stored)
    row = InvoiceRow(
        1, number, kind, "Cotisation", date(2026, 2, 2), date(2026, 3, 15), sums.net_cents, sums.vat_cents,
        sums.total_cents, None, sums.total_cents if paid == "all" else paid, credited,
        date(2026, 1, 20) if paid else None,
    )  # fmt: skip
    return facts_of(row, stored, some_printed(**more), bank)


LINE = BilledLine("Personnes suivies", 3, 11_600, 2000)
NOTE = {"kind": InvoiceKind.CREDIT_NOTE, "settles": ("F2026/00123", date(2026, 2, 2)), "bank": {}}


@times(max_examples=40)
@given(st.lists(A_LINE, min_size=1, max_size=6), st.lists(REBATE, max_size=1), st.sampled_from([0, 1, "all"]))
def test_the_sums_of_the_norm_hold_for_any_tariff(lines, rebates, paid):
    xml = xml_of(some_facts(lines + rebates, paid))
    assert broken_rules(xml) == []


@times(max_examples=20)
@given(st.lists(A_LINE, min_size=1, max_size=4))
def test_so_do_those_of_a_credit_note_which_are_positive_there(lines):
    back = [BilledLine(each.label, -each.quantity, each.unit_cents, each.vat_points) for each in lines]
    xml = xml_of(some_facts(back, **NOTE))
    assert broken_rules(xml) == []
    assert float(value(xml, "GrandTotalAmount")) > 0
    assert value(xml, "InvoiceReferencedDocument/IssuerAssignedID") == "F2026/00123"


OTHERS = {
    "no siren": {"buyer": Party(name="Mme Le Bris", email="anne@home.example", code="00011")},
    "exempt": {"vat_exemption": "Exonération de TVA, article 261 du CGI", "points": 0},
    "no vat number": {
        "seller": Party(name="X", siren="732829320", siret="73282932000074"),
        "vat_exemption": "Article 293 B du CGI", "points": 0,
    },
    "a site of a member": {"buyer": Party(name="Adhérent BRIEUC, Dinan", siren="404833048", code="00010-5")},
    "no account": {"bank": {}},
    "credited": {"credited": 41_760},
    "paid too much": {"paid": 50_000},
    "a day": {"until": date(2026, 1, 1)},
    "discount": {"discount": "2 % d’escompte à huit jours."},
    "no bic": {"bank": BANK | {"bic": ""}},
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_differs_from_one_member_to_the_next_is_valid_too(name):
    more = {"points": 2000} | OTHERS[name]
    line = BilledLine("Personnes suivies", 3, 11_600, more.pop("points"))
    assert broken_rules(xml_of(some_facts([line], **more))) == []


def test_a_member_without_siren_nor_address_has_a_file_that_the_norm_takes():
    xml = xml_of(some_facts([LINE], buyer=Party(name="Mme Le Bris", code="00011")))
    assert [each.partition(":")[0] for each in broken_rules(xml)] == ["BR-FR-12_BT-49"]


@given(st.from_regex(NUMBER, fullmatch=True))
def test_every_number_that_is_accepted_is_one_for_the_norm(number):
    assert re.fullmatch(r"[A-Za-z0-9+\-_/]{1,35}", number)


def test_the_schematrons_are_run():
    """A rule of each that is broken is found."""
    facts = some_facts([LINE], number="F 2026")
    facts["BT-112"] = "1.00"
    found = " ".join(broken_rules(xml_of(facts)))
    assert "BR-CO-15" in found
    assert "BR-FR-02_BT-1" in found


def test_what_is_paid_says_so_and_when():
    xml = xml_of(some_facts([LINE], "all"))
    assert value(xml, "BusinessProcessSpecifiedDocumentContextParameter/ID") == "S2"
    assert (value(xml, "TotalPrepaidAmount"), value(xml, "DuePayableAmount")) == ("417.60", "0.00")
    assert '<udt:DateTimeString format="102">20260120<' in xml.decode(), "the day of the payment"
    half = xml_of(some_facts([LINE], 10_000))
    assert value(half, "BusinessProcessSpecifiedDocumentContextParameter/ID") == "S1"
    assert (value(half, "TotalPrepaidAmount"), value(half, "DuePayableAmount")) == ("100.00", "317.60")


def test_each_of_the_three_notes_stands_once_and_the_two_sides_are_named():
    xml = xml_of(some_facts([LINE]))
    assert sorted(values(xml, "IncludedNote/SubjectCode")) == ["AAB", "PMD", "PMT"]
    assert values(xml, "SpecifiedLegalOrganization/ID") == ["732829320", "404833048"]
    assert values(xml, "GlobalID") == ["73282932000074", "40483304800022"]
    assert values(xml, "URIUniversalCommunication/URIID") == ["732829320", "404833048"]
    assert value(xml, "PaymentReference") == "RF40F202600123"


def test_what_nobody_sees_is_left_out():
    xml = xml_of(some_facts([BilledLine("A\x00\ud800\u202eB\nC  D <&>", 1, 1, 2000)]))
    assert value(xml, "SpecifiedTradeProduct/Name") == "AB C D <&>"


def test_the_facts_are_kept_whole_by_whoever_draws_them():
    facts = some_facts([LINE])
    assert xml_of(facts) == xml_of(facts)


# The PDF.


def test_the_pdf_is_one_to_read_and_one_to_keep_with_its_xml():
    content = drawn(a_paper())
    assert broken_rules(attached(content)) == []
    with pikepdf.open(io.BytesIO(content)) as file:
        (attachment,) = file.Root.AF
        assert (attachment.AFRelationship, attachment.UF) == ("/Alternative", "factur-x.xml")
        assert attachment.EF.F.Subtype == "/text/xml"
        assert file.Root.MarkInfo.Marked
        assert "/Filter" not in file.Root.Metadata.stream_dict, "a reader of metadata alone finds them"
        with file.open_metadata() as said:
            assert said.pdfa_status == "3A"
            assert said["pdfuaid:part"] == "1"
            found = {each.rpartition("}")[2]: value for each, value in said.items() if "factur-x" in each}
            text = str(said)
    assert found == {
        "DocumentFileName": "factur-x.xml", "DocumentType": "INVOICE", "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }  # fmt: skip
    assert text.count("<pdfaExtension:schemas>") == 1
    for name in found:
        assert f"<pdfaProperty:name>{name}</pdfaProperty:name>" in text


def test_a_pdf_whose_metadata_are_elsewhere_is_refused():
    with pytest.raises(ValueError, match="not where it was"):
        marked(marked(drawn(a_paper())).replace(b"</rdf:RDF>", b"</rdf:rdf>"))


def test_without_a_seller_the_paper_is_a_paper():
    content = drawn(a_paper() | {"facts": {}})
    with pikepdf.open(io.BytesIO(content)) as file:
        assert "/AF" not in file.Root
        assert len(file.attachments) == 0
