"""What a relay is handed, read back as a mail program reads it."""

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import parseaddr

import hypothesis
import pytest
from hypothesis import strategies as st

from app.mail.envelope import Unmailable, enclose
from app.mail.letters import Letter, write_letter
from app.main import standalone_templates
from app.settings import load_settings
from db.models import OutboxMail
from tests.contact.steps import WRITTEN, send
from tests.faults.steps import ask_reset
from tests.invoices.steps import an_invoice
from tests.postbox import text_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_letter(**more):
    usual = {
        "message_id": "<1@aist22.fr>", "recipient": "a@ours.example", "reply_to": "b@ours.example",
        "subject": "Déclaration à faire", "text": "Bonjour,\n\n« Été »\n", "html": "<p>« Été »</p>",
        "written_at": NOW,
    }  # fmt: skip
    return Letter(**usual | more)


def enclosed(letter, settings):
    raw = enclose(letter, settings).content
    return raw, email.message_from_bytes(raw, policy=email.policy.default)


def shape(message):
    kind = message.get_content_type()
    return [kind, [shape(each) for each in message.iter_parts()]] if message.is_multipart() else kind


def test_a_letter_is_one_alternative_in_quoted_printable(settings):
    raw, message = enclosed(a_letter(text="é" * 3_000 + "\n"), settings)
    assert shape(message) == ["multipart/alternative", ["text/plain", "text/html"]]
    assert {each["Content-Transfer-Encoding"] for each in message.iter_parts()} == {"quoted-printable"}
    assert max(map(len, raw.split(b"\r\n"))) <= 76
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert text_of(message).strip() == "é" * 3_000


WORDS = st.text("ab É’«»🦷株.,;:()\"'@<>[]=?_-\\", min_size=1, max_size=120).filter(str.strip)


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(WORDS, WORDS)
def test_long_subjects_and_names_lose_and_gain_no_space_where_their_lines_end(settings, subject, name):
    """Read by the older of Python's two readers: the newer one gains a space in some long names."""
    settings.service_name = name
    raw = enclose(a_letter(subject=subject), settings).content
    head = email.message_from_bytes(raw)
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    assert str(make_header(decode_header(head["Subject"]))) == " ".join(subject.split())
    sender, _, address = head["From"].rpartition(" <")
    assert address == f"{settings.mail_from}>"
    read = parseaddr(head["From"])[0] if name.isascii() else str(make_header(decode_header(sender.strip())))
    assert read == " ".join(name.split())


def test_an_end_of_line_begins_no_header(settings):
    _, message = enclosed(a_letter(subject="Un\r\nBcc: thief@evil.example\r\n\r\nmot"), settings)
    assert message["Subject"] == "Un Bcc: thief@evil.example mot"
    assert "Bcc" not in message


def test_files_stand_beside_the_alternative(settings):
    files = (("a.pdf", b"%PDF", "application/pdf"), ("été.ics", b"BEGIN", "text/calendar; method=REQUEST"))
    _, message = enclosed(a_letter(files=files), settings)
    inner = ["multipart/alternative", ["text/plain", "text/html"]]
    assert shape(message) == ["multipart/mixed", [inner, "application/pdf", "text/calendar"]]
    pdf, calendar = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("a.pdf", b"%PDF")
    assert (calendar.get_filename(), calendar.get_param("method")) == ("été.ics", "REQUEST")


def test_who_cannot_be_answered_leaves_the_answer_to_the_service(settings):
    _, message = enclosed(a_letter(reply_to="nowhere"), settings)
    assert message["Reply-To"] == settings.service_email


def test_no_relay_is_asked_about_an_address_that_is_none(settings):
    with pytest.raises(Unmailable, match="complète"):
        enclose(a_letter(recipient="nowhere"), settings)


def test_what_is_not_delivered_comes_back_to_its_own_address(tmp_path):
    given = {"data_dir": tmp_path, "secret_key": "k" * 64, "mail_from": "portail@ours.example"}
    given["reserved_addresses"] = True
    assert load_settings(**given).bounce_address == "portail@ours.example"
    settings = load_settings(**given, bounce_address="retours@ours.example")
    assert enclose(a_letter(), settings).sender == "retours@ours.example"


async def test_the_relay_hears_the_address_of_bounces_and_readers_see_the_service(
    app, settings, visitor, world, mailbox
):
    heard = []

    async def noted(_server, _session, envelope, address, _options):
        heard.append(address)
        envelope.mail_from = address
        return "250 OK"

    mailbox.handle_MAIL = noted
    settings.bounce_address = "retours@aist22.fr"
    await ask_reset(visitor)
    (letter,) = await mailbox.delivered(app)
    assert heard == ["retours@aist22.fr"]
    assert letter["From"].addresses[0].addr_spec == settings.mail_from


async def test_a_message_to_the_service_is_answered_to_who_wrote_it(app, alice, world, mailbox):
    await send(alice, **WRITTEN)
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] != letter["Reply-To"]
    assert letter["Reply-To"] == "alice@ours.example"


async def test_money_is_answered_at_the_contributions_in_every_part(app, portal, settings, world, mailbox):
    await an_invoice(portal, world)
    for letter in await mailbox.delivered(app):
        html = letter.get_body(("html",)).get_content()
        assert letter["Reply-To"] == settings.service_contributions_email
        for part in (text_of(letter), html):
            assert settings.service_contributions_email in part
            assert settings.service_email not in part


def test_the_services_number_is_written_by_twos(portal, settings, tmp_path):
    typed = load_settings(data_dir=tmp_path, secret_key="k" * 64, service_phone="+33296123456")
    service = settings.model_copy(update={"service_phone": typed.service_phone})
    mail = OutboxMail(message_id="<1@aist22.fr>", template="password_changed", recipient="a@ours.example")
    letter = write_letter(portal, standalone_templates(service), mail)
    assert "\nportailadh@aist22.fr – 02 96 12 34 56\n" in letter.text
    assert "02 96 12 34 56" in letter.html
