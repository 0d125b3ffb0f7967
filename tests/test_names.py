"""A name holds no address of a site, no line break, 80 characters at most: it stands in mails to others."""

import pytest
from pydantic import BaseModel, ValidationError

from app import clock
from app.access import VisitorAccess
from app.account.forms import Profile
from app.clinic.forms import CentreChange, NewCentre, NewProfessional, TeamFields
from app.colleagues.forms import NewColleague
from app.commands import NewStaff
from app.company_details.forms import Details
from app.contact.forms import PublicMessage
from app.contributions import forms as contributions
from app.debits.forms import NewMandate
from app.disclosure.forms import Asked, Corrected
from app.employee_files.columns import read
from app.employees.forms import Corrections, Identity
from app.imports.forms import Mended
from app.mail.outbox import queue_mail
from app.members.forms import Entry
from app.passkeys.forms import NewPasskey
from app.people.forms import NewMember
from app.sign_up.forms import NewAccount
from app.text.cells import COLUMNS as OF_MEMBERS
from app.text.cells import value
from app.text.fields import Input
from db.models import Company
from tests.imports.test_routes import NEW, compared, csv
from tests.postbox import words_of

FORMS: dict[type[BaseModel], tuple[str, ...]] = {
    NewAccount: ("last_name", "first_name", "job_title"),
    Profile: ("last_name", "first_name", "job_title"),
    NewStaff: ("last_name", "first_name"),
    NewColleague: ("last_name", "first_name"),
    NewPasskey: ("name",),
    NewMandate: ("holder",),
    NewMember: ("last_name", "first_name", "job_title"),
    PublicMessage: ("name",),
    contributions.Contact: ("contact_name",),
    Identity: ("birth_name", "usual_name", "first_names"),
    Mended: ("birth_name", "first_names"),
    Asked: ("last_name", "first_name"),
    Corrected: ("birth_name", "usual_name", "first_names"),
    Corrections: ("birth_name", "usual_name", "first_names"),
    NewCentre: ("name",),
    CentreChange: ("name",),
    TeamFields: ("name",),
    NewProfessional: ("name",),
    Entry: ("name",),
    Details: ("name", "town", "administrative_name", "billing_name", "summons_name"),
}  # fmt: skip
# What somebody does, and the name of a company in the register, which a member may not shorten.


LONGER = dict.fromkeys(((Details, "name"), (Entry, "name"), (NewProfessional, "name")), 120)
LONGER[(NewMandate, "holder")] = 70  # in the bank’s file
LONGER |= {(form, "job_title"): 120 for form in (NewAccount, Profile, NewMember)}
FIELDS = [(form, name) for form, names in FORMS.items() for name in names]
SITES = [
    "https://evil.example",
    "Gagnez www.evil.example",
    "WWW.Evil.example",
    "ｗｗｗ．evil.example",
    "x: //evil",
]
HONEST = ["O’Brien", "Le Goff-Martin", "Boeuf & Cie", "Éts Booking.com", "Awwww Studio", "S.A.R.L. L’Étoile"]


def refusals(form, name, typed):
    """What is said of this field, whatever is said of the others."""
    empty = {each: "" for each, field in form.model_fields.items() if field.annotation is str}
    try:
        form.model_validate(empty | {name: typed})
    except ValidationError as error:
        return [str(each["ctx"]["error"]) for each in error.errors() if each["loc"] == (name,)]
    return []


@pytest.mark.parametrize(("form", "name"), FIELDS)
def test_a_name_in_a_form_is_refused_with_its_reason(form, name):
    for site in SITES:
        assert ["adresse de site" in words for words in refusals(form, name, site)] == [True], site
    for lines in ("Jean\nMartin", "Jean\r\nBcc: x@y.fr", "Jean\u2028Martin", "Jean\x0bMartin"):
        assert refusals(form, name, lines), repr(lines)
    longest = LONGER.get((form, name), 80)
    assert refusals(form, name, "é" * (longest + 1))
    assert refusals(form, name, "é" * longest) == []
    for honest in HONEST:
        assert refusals(form, name, honest) == [], honest


def test_every_field_for_a_name_is_swept():
    """A new form with a name is added above."""
    found = {
        (form, name)
        for form in every(Input)
        for name, field in form.model_fields.items()
        if field.annotation is str and (name == "name" or name.endswith(("_name", "_names")))
    }
    assert found <= set(FIELDS)


def every(form):
    for sub in form.__subclasses__():
        yield sub
        yield from every(sub)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("field", ["birth_name", "usual_name", "first_names"])
def test_a_cell_with_a_site_is_named(field, site):
    with pytest.raises(ValueError, match="contient une adresse de site"):
        read(field, site)
    assert read(field, "Jean\nMartin") == "Jean Martin"


@pytest.mark.parametrize("field", ["name", "town"])
@pytest.mark.parametrize("site", SITES)
def test_the_members_file_says_which_cell_holds_a_site(field, site):
    with pytest.raises(ValueError, match=f"{OF_MEMBERS[field].words} « .* » contient une adresse de site"):
        value(OF_MEMBERS[field], site)


async def test_a_refused_profile_keeps_what_was_typed_and_says_why(alice):
    typed = {"first_name": "Alice", "last_name": "Voir www.evil.example", "job_title": "Directrice"}
    answer = await alice.fill("/mon-compte", **typed)
    assert answer.status_code == 422
    assert 'value="Voir www.evil.example"' in answer.text
    assert "Ce texte contient une adresse de site : ôtez « www. » ou « :// »." in answer.text.replace(
        "\xa0", " "
    )


@pytest.mark.usefixtures("time_machine_at")
async def test_a_line_with_a_site_is_refused_in_the_preview_and_the_others_stay(alice):
    good = "0007;DURAND;Zoé;12/05/1990;01/02/2026;CDI;Soudeuse;"
    bad = "0008;www.evil.example;Ève;12/05/1990;01/02/2026;CDI;Soudeuse;"
    place, page = await compared(alice, csv(good, bad))
    wrong = (await alice.get(f"{place}/lignes/erreurs")).text.replace("\xa0", " ")
    assert "le nom de naissance « www.evil.example » contient une adresse de site" in wrong
    assert "DURAND" in (await alice.get(f"{place}/lignes/nouveaux")).text
    assert NEW.rpartition("/")[0] in place
    assert page.status_code == 200


async def test_no_name_makes_a_header_of_a_letter(app, alice, portal, world, mailbox):
    """Whatever came into the base before these rules, or beside them."""
    broken = "Le Goff\r\nBcc: victim@evil.example\r\n\r\nCliquez ici\n"
    async with portal.database.transaction(write=True) as session:
        (await session.get_one(Company, world.ours.key)).name = broken
        access = VisitorAccess(portal, session)
        queue_mail(
            access, "inquiry_received", "service@aist22.example", clock.now(), company=broken, about=broken,
            who="Alice", email="alice@ours.example", on_behalf=False, theme="Autre", person="", file=[],
            text="Bonjour",
        )  # fmt: skip
    (letter,) = await mailbox.delivered(app)
    squeezed = " ".join(broken.split())
    assert letter["Subject"] == f"Message de {squeezed} : {squeezed}"
    assert letter["Bcc"] is None
    assert letter["To"] == "service@aist22.example"
    assert not words_of(letter).startswith("Bcc")
    assert "Bonjour" in words_of(letter)
