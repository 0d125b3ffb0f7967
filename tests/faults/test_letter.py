"""What a letter looks like on arrival, whatever people and companies are called."""

import pytest

from db.models import Company, OutboxMail
from db.seeds.world import World
from tests.faults.steps import LONE, ask_reset, give_numbers, open_account
from tests.postbox import link_in, words_of
from tests.reading import rows, the_mail
from tests.world import NUMBER, PASSWORD

INJECTED = "X\r\nBcc: thief@evil.example\r\n\r\nBody"


async def a_company(portal, name):
    async with portal.database.transaction(write=True) as session:
        key = portal.keys.declarant_key(LONE, NUMBER)
        await World(session).a_company(LONE, name, key=key)


def html_of(letter):
    return letter.get_body(("html",)).get_content()


async def test_the_headers_say_who_writes(app, portal, settings, visitor, world, mailbox):
    await ask_reset(visitor)
    (letter,) = await mailbox.delivered(app)
    mail = await the_mail(portal)
    assert letter["Message-ID"] == mail.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    sender = letter["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (settings.service_name, settings.mail_from)
    assert letter["Reply-To"].addresses[0].addr_spec == settings.service_email
    assert letter["To"] == "alice@ours.example"
    assert letter["Date"].datetime == mail.created_at.replace(microsecond=0)
    assert letter["Subject"] == "Votre espace AIST22 : choisir un nouveau mot de passe"
    single = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted", "MIME-Version")
    assert [len(letter.get_all(name)) for name in single] == [1] * len(single)


async def test_every_letter_has_a_text_and_an_html_that_say_the_same(app, visitor, world, mailbox):
    await ask_reset(visitor)
    (letter,) = await mailbox.delivered(app)
    link = link_in(letter, "nouveau-mot-de-passe")
    assert f'href="http://127.0.0.1:8000{link}"' in html_of(letter)
    kinds = [part.get_content_type() for part in letter.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html"]


async def test_links_start_with_the_base_url_whatever_the_host_header_says(app, visitor, world, mailbox):
    token = await visitor.token("/connexion/mot-de-passe-oublie")
    fields = {"csrf": token, "email": "alice@ours.example"}
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    await visitor.post("/connexion/mot-de-passe-oublie", data=fields, headers=evil)
    (letter,) = await mailbox.delivered(app)
    assert "evil.example" not in letter.as_string()


@pytest.mark.parametrize("name", ["<b>x</b>", '"><script>alert(1)</script>', "R&D {{ secret }} {% x %}"])
async def test_a_name_is_text_in_the_html_and_as_it_is_in_the_text(
    name, app, portal, visitor, world, mailbox
):
    await a_company(portal, name)
    answer = await open_account(visitor)
    assert answer.headers["location"] == "/connexion/compte-cree"
    (letter,) = await mailbox.delivered(app)
    assert name in words_of(letter)
    if "<" in name:
        assert name not in html_of(letter)
        assert "&lt;" in html_of(letter)
    assert "{{ secret }}" not in name or "{{ secret }}" in html_of(letter)


async def test_a_line_break_in_a_companys_name_adds_no_header(app, portal, visitor, world, mailbox):
    await a_company(portal, INJECTED)
    await open_account(visitor)
    (letter,) = await mailbox.delivered(app)
    assert "Bcc" not in letter
    assert letter["To"] == "new@ours.example"
    assert letter["Subject"] == "Votre espace AIST22"


async def test_a_line_break_typed_in_a_name_or_an_address_adds_no_header(app, portal, visitor, lone, mailbox):
    await give_numbers(visitor)
    typed = {"last_name": INJECTED, "first_name": INJECTED, "job_title": INJECTED}
    address = {"email": "n@ours.example", "email_again": "n@ours.example"}
    answer = await visitor.fill("/connexion/creer-mon-compte", **typed, **address)
    assert answer.status_code == 422
    for injected in ("n@ours.example\r\nBcc: thief@evil.example", "n@ours.example, thief@evil.example"):
        answer = await ask_reset(visitor, injected)
        assert answer.status_code == 422
    assert await rows(portal, OutboxMail) == []


async def test_a_companys_name_in_any_script_arrives_whole(app, portal, visitor, world, mailbox):
    name = "Crêperie « Ty Gwenn » – ŒUVRE 株式会社 \U0001f9c8"
    await a_company(portal, name)
    await open_account(visitor)
    (letter,) = await mailbox.delivered(app)
    assert name in words_of(letter)
    assert name in html_of(letter)
    assert [company.name for company in await rows(portal, Company, Company.code == LONE)] == [name]


async def test_an_address_in_an_accented_domain_is_written_to(app, visitor, world, mailbox):
    address = "nolwenn@élorn.example"
    await ask_reset(visitor, address)
    (letter,) = await mailbox.delivered(app)
    assert letter["To"].addresses[0].domain in {"élorn.example", "xn--lorn-9oa.example"}


async def test_the_letter_on_a_new_address_tells_both_addresses_and_leads_back(app, alice, world, mailbox):
    await alice.fill("/mon-compte/adresse-e-mail", email="al@ours.example", current_password=PASSWORD)
    (asked,) = await mailbox.delivered(app)
    link = link_in(asked, "confirmation")
    assert (await alice.get(link)).status_code == 200, "reading the link changes nothing"
    assert not await mailbox.delivered(app)
    await alice.fill(link)
    (told_old,) = await mailbox.delivered(app)
    assert told_old["To"] == "alice@ours.example"
    assert "al@ours.example" in words_of(told_old)
    assert (await alice.fill(link_in(told_old, "annulation"))).status_code == 200
    (reset,) = await mailbox.delivered(app)
    assert reset["To"] == "alice@ours.example"
    assert (await alice.get(link_in(reset, "nouveau-mot-de-passe"))).status_code == 200
