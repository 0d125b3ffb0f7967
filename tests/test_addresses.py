"""An address is refused where it enters, in words, when no mail can reach it."""

import json

import pytest

from app.employee_files.cells import email as employee_email
from app.employee_files.columns import COLUMNS as COLUMNS_OF_EMPLOYEES
from app.settings import WrongSetting, load_settings
from app.text.addresses import WrongAddress, accept_reserved, as_sent, checked, reserved_names
from app.text.cells import COLUMNS
from tests.faults.steps import entry, give_numbers
from tests.imports.steps import comparison_of

ACCENT = "n’a pas d’accent avant @"


@pytest.fixture
def in_production():
    """As a portal that is neither a test's nor the demo's."""
    accept_reserved(False)


@pytest.mark.parametrize(
    "address", ["rené@entreprise.fr", "hélène.le-goff@société.fr", "œuvres@mairie.fr", "иван@entreprise.fr"]
)
def test_an_accent_before_the_at_sign_is_refused_for_that_reason(address):
    with pytest.raises(WrongAddress, match=ACCENT):
        checked(address)


@pytest.mark.parametrize(
    ("typed", "kept", "sent"),
    [
        ("Rene@Société.fr", "rene@société.fr", "rene@xn--socit-esab.fr"),
        ("a@straße.de", "a@straße.de", "a@xn--strae-oqa.de"),
        ("a@xn--socit-esab.fr", "a@société.fr", "a@xn--socit-esab.fr"),
        ("o'neill+paie@a-b.fr", "o'neill+paie@a-b.fr", "o'neill+paie@a-b.fr"),
    ],
)
def test_international_domains_stay(typed, kept, sent, in_production):
    assert (checked(typed), as_sent(typed)) == (kept, sent)
    assert checked(kept) == kept


@pytest.mark.parametrize(
    "domain",
    ["a.test", "a.example", "a.invalid", "a.localhost", "poste.local", "example.com", "mail.example.org",
     "Example.NET", "a.onion", "1.168.192.in-addr.arpa"],
)  # fmt: skip
def test_reserved_names_are_refused_outside_tests_and_the_demo(domain, in_production):
    with pytest.raises(WrongAddress, match="réservé"):
        checked(f"a@{domain}")


@pytest.mark.parametrize(
    "domain", ["testing.fr", "contest.fr", "example.fr", "localhost.fr", "myexample.com"]
)
def test_names_that_only_look_reserved_are_taken(domain, in_production):
    assert checked(f"a@{domain}") == f"a@{domain}"


@pytest.mark.parametrize(
    "address", ["a", "a@", "@b.fr", "a@b", "a b@c.fr", "a@b@c.fr", "é@b@c.fr", "a@b..fr", "é"]
)
def test_what_is_no_address_is_said_to_be_incomplete(address, in_production):
    with pytest.raises(WrongAddress, match="pas complète"):
        checked(address)


@pytest.mark.parametrize("read", [COLUMNS["email"].parse, employee_email], ids=["companies", "employees"])
@pytest.mark.parametrize(
    ("address", "reason"), [("rené@b.fr", "accent"), ("a@b.test", "réservé"), ("a@b", "pas complète")]
)
def test_a_file_is_told_the_same_reason(read, address, reason, in_production):
    with pytest.raises(ValueError, match=reason) as refused:
        read(address)
    assert address in str(refused.value)


async def test_the_form_keeps_what_was_typed_and_says_why(visitor, world):
    await give_numbers(visitor, "00010")
    page = await visitor.fill("/connexion/creer-mon-compte", **entry("rené@ours.example"))
    assert page.status_code == 422
    assert ACCENT in page.text
    assert 'value="rené@ours.example"' in page.text


@pytest.mark.parametrize("reserved", [False, True])
async def test_an_employee_file_is_read_by_the_same_rule_in_its_own_process(reserved, tmp_path):
    accept_reserved(reserved)
    titles = ";".join(each.title for each in COLUMNS_OF_EMPLOYEES.values())
    cells = ";".join("anne@b.example" if name == "email" else "" for name in COLUMNS_OF_EMPLOYEES)
    content = f"{titles}\n{cells}\n".encode()

    found = await comparison_of(content)
    reasons = " ".join(line["words"] for bundle in found.bundles for line in json.loads(bundle))
    assert "Nom de naissance" in reasons or "manque" in reasons, reasons
    assert ("réservé" in reasons) is not reserved


@pytest.mark.parametrize("name", ["mail_from", "service_email", "service_dpo_email"])
def test_the_services_own_addresses_stop_the_start(name, tmp_path, monkeypatch):
    monkeypatch.delenv("PORTAIL_RESERVED_ADDRESSES")
    for address, reason in (
        ("a@b.example", "réservé"),
        ("rené@aist22.fr", "accent"),
        ("aist22.fr", "complète"),
    ):
        with pytest.raises(WrongSetting, match=reason):
            load_settings(data_dir=tmp_path, secret_key="k" * 64, **{name: address})
    for demo in ({"demo": True}, {"reserved_addresses": True}):
        assert load_settings(data_dir=tmp_path, secret_key="k" * 64, **demo, **{name: "a@b.example"})


def test_letters_are_numbered_in_ascii(tmp_path):
    given = load_settings(data_dir=tmp_path, secret_key="k" * 64, mail_from="portail@santé.fr")
    assert given.mail_from == "portail@xn--sant-epa.fr"


def test_the_library_still_names_what_it_did():
    assert {"test", "invalid", "localhost", "local", "example", "example.com"} <= reserved_names()
