"""What text browsers show of a page, where no style parts, keeps or hides anything."""

import html
import re

import pytest
from sqlmodel import select

from app import clock
from app.web.caller import browser_name
from db.models import EmployeeImport, InquiryMessage
from tests.world import OTHER_NUMBER, OURS

PLANNING = "/espace/00010/planning"
BLOCK = re.compile(r"</?(?:p|li|h[1-6]|tr|div|td|th|br|legend|label|caption)\b[^>]*>")


def lines_of(page):
    """The text of a page, a line for each block."""
    text = re.sub(r"<[^>]+>", "", BLOCK.sub("\f", page.text))
    return [" ".join(html.unescape(each).split()) for each in text.split("\f") if each.strip()]


async def test_the_acts_of_a_slot_are_told_apart(alice):
    lines = lines_of(await alice.get(f"{PLANNING}?semaine=2099-W10"))
    assert any(re.fullmatch(r"Confirmer \| Modifier", line) for line in lines)


async def test_the_days_of_a_month_are_each_said_once(alice):
    lines = lines_of(await alice.get(f"{PLANNING}/mois?mois=2099-03"))
    assert "lundi 2 mars" in lines
    assert "dimanche 1er mars" in lines
    assert any(line.endswith(f"{OURS} Jean, à confirmer") for line in lines)


async def test_a_message_keeps_its_lines(alice, portal):
    async with portal.database.transaction(write=True) as session:
        said = (await session.exec(select(InquiryMessage).where(InquiryMessage.text == OURS))).one()
        said.text = "Bonjour,\nle nom <b> est faux.\n\nMerci."
    page = await alice.get("/espace/00010/contact/1")
    assert "Bonjour,<br>le nom &lt;b&gt; est faux.<br><br>Merci." in page.text


async def test_the_sign_in_after_a_sign_up_has_an_address_of_its_own(visitor, world):
    """links2 would show from memory the sign-in of before, without the address."""
    await visitor.fill("/connexion/code-adherent", code="00042", number=OTHER_NUMBER)
    person = {"last_name": "Le Gall", "first_name": "Nina", "job_title": "Assistante"}
    email = {"email": "nina@theirs.example", "email_again": "nina@theirs.example"}
    await visitor.fill("/connexion/creer-mon-compte", **person, **email)
    page = await visitor.get("/connexion/compte-cree")
    own = re.search(r'href="(/connexion\?n=\d+)"', page.text)[1]
    assert f'value="{email["email"]}"' in (await visitor.get(own)).text


async def test_who_is_signed_in_sends_a_remembered_sign_in_and_goes_on(alice, visitor):
    """links2 shows it from memory when the address that asked for it is typed again."""
    token = await visitor.token("/connexion")
    for asked, shown in (("/espace/00010/salaries", "/espace/00010/salaries"), ("//evil.example", "/espace")):
        data = {"csrf": token, "email": "", "suite": asked}
        answer = await alice.post("/connexion", data=data)
        assert answer.status_code == 303
        assert answer.headers["location"] == shown


async def test_a_remembered_sign_in_leads_on_by_an_address_of_its_own(alice, visitor):
    """What links2 shows again when that address is typed again, and what its reader then follows."""
    asked = {"suite": "/espace/00010/salaries"}
    own = re.search(
        r'href="(/espace/00010/salaries\?n=\d+)"', (await visitor.get("/connexion", params=asked)).text
    )[1]
    assert "Mes salariés" in (await alice.get(own)).text
    refused = await visitor.fill("/connexion", email="", **asked)
    assert re.search(r"/salaries\?n=\d+", refused.text)
    elsewhere = await visitor.get("/connexion", params={"suite": "//evil.example"})
    newer = await visitor.get("/connexion", params=asked, headers={"Sec-Fetch-Site": "none"})
    assert "Déjà connecté" not in elsewhere.text + newer.text


async def test_where_one_is_in_a_row_of_steps_is_said_in_words(alice, world):
    declaring = lines_of(await alice.get("/espace/00010/salaries/declaration/identite"))
    assert any("étape 1 sur 4" in line for line in declaring)
    filing = lines_of(await alice.get("/espace/00010/cotisation/2026/entreprise"))
    assert any("étape 1 sur 5" in line for line in filing)
    (here,) = [line for line in filing if "vous y êtes" in line]
    assert here.startswith("L’entreprise et son contact – vous y êtes")


async def test_that_a_file_is_read_is_said_once(alice, portal, world):
    now = clock.now()
    async with portal.database.transaction(write=True) as session:
        reading = EmployeeImport(
            company_id=world.ours.key, account_id=world.alice.key, created_at=now, touched_at=now
        )
        session.add(reading)
        await session.flush()
        path = f"/espace/00010/salaries/imports/{reading.key}"
    assert lines_of(await alice.get(path)).count("Lecture du fichier") == 1


async def test_whose_password_it_is_stands_in_a_field_that_has_a_name(alice):
    """Text browsers show a field that a style hides, without its name."""
    page = await alice.get("/mon-compte/mot-de-passe")
    (field,) = re.findall(r'<label for="(\w+)">Adresse e-mail</label>', page.text)
    assert re.search(rf'<input id="{field}" [^>]*value="alice@ours.example"[^>]* readonly>', page.text)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("ELinks/0.13.2 (textmode; Debian; Linux 6.1.0 x86_64; 80x25-2)", "ELinks sur Linux"),
        ("Links (2.28; Linux 6.1.0 x86_64; GNU C 12.2; text)", "Links sur Linux"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Falkon/22.12.1 Chrome/102.0", "Falkon sur Linux"),
    ],
)
def test_a_light_browser_is_called_by_its_name(sent, words):
    assert browser_name(sent) == words
