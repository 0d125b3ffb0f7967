"""The relay's certificate: checked, or nothing leaves."""

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.mail.envelope import Undelivered
from app.mail.letters import Letter
from app.mail.relay import Relay
from app.mail.sending import LEASE
from app.settings import WrongSetting, load_settings
from tests.faults.steps import ask_reset, dispatcher_of
from tests.reading import the_mail

NOW = datetime.now(UTC)
LETTER = Letter("<1@aist22.fr>", "a@ours.example", "b@ours.example", "Sujet", "Texte\n", "<p>Texte</p>", NOW)
DAY = timedelta(days=1)


def certificate(folder, *names, address="", until=NOW + DAY):
    """A self-signed certificate for these names; the file that holds it, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    known = [x509.DNSName(name) for name in names]
    if address:
        known.append(x509.IPAddress(ipaddress.ip_address(address)))
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - 2 * DAY)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "relay.pem", folder / "relay.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(*encoding))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, secret)
    return SimpleNamespace(pem=pem, context=context)


@pytest.fixture
async def secured(mailbox, tmp_path):
    """The mailbox speaks STARTTLS with a certificate for localhost that nobody vouches for."""
    await mailbox.close()
    made = certificate(tmp_path, "localhost", address="127.0.0.1")
    await mailbox.open(made.context)
    return made


made_here = []


@pytest.fixture(autouse=True)
async def _hung_up():
    yield
    while made_here:
        await made_here.pop().rest()


def relay_with(settings, **options):
    relay = Relay(settings)
    relay._options |= {"timeout": 3, **options}
    made_here.append(relay)
    return relay


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://relay.example:587", {"host": "relay.example", "port": 587, "tls": True}),
        ("smtp://relay.example", {"host": "relay.example", "port": 587, "tls": True}),
        ("smtp://10.0.0.7:25", {"host": "10.0.0.7", "port": 25, "tls": True}),
        ("smtp://127.0.0.1.evil.example:25", {"host": "127.0.0.1.evil.example", "port": 25, "tls": True}),
        ("smtps://relay.example", {"host": "relay.example", "port": 465, "ssl": True}),
        ("smtps://127.0.0.1:4650", {"host": "127.0.0.1", "port": 4650, "ssl": True}),
        ("smtp://127.0.0.1:2525", {"host": "127.0.0.1", "port": 2525}),
        ("smtp://[::1]:2525", {"host": "::1", "port": 2525}),
        ("smtp://localhost:2525", {"host": "localhost", "port": 2525}),
        (
            "smtp://us%40er:p%3Aw@relay.example:587",
            {"host": "relay.example", "port": 587, "tls": True, "user": "us@er", "password": "p:w"},
        ),
    ],
)
def test_without_tls_mail_only_goes_to_this_machine(url, options, tmp_path):
    settings = load_settings(data_dir=tmp_path, secret_key="k" * 64, smtp_url=url)
    assert settings.smtp == options
    used = Relay(settings)._options
    assert used.items() >= options.items()
    assert not {"validate_certs", "tls_context", "fail_silently"} & used.keys()


@pytest.mark.parametrize("url", ["http://relay.example", "relay.example:587", "smtp://", "smtp://:25"])
def test_an_address_that_is_no_relays_stops_the_start(url, tmp_path):
    with pytest.raises(WrongSetting, match="SMTP_URL"):
        load_settings(data_dir=tmp_path, secret_key="k" * 64, smtp_url=url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(host, settings, mailbox, secured):
    with pytest.raises(Undelivered):
        await relay_with(settings, host=host, tls=True).post(LETTER)
    assert not mailbox.letters


async def test_a_certificate_that_is_vouched_for_is_taken(settings, mailbox, secured, monkeypatch):
    """Otherwise the refusals above would prove nothing."""
    monkeypatch.setenv("SSL_CERT_FILE", str(secured.pem))
    await relay_with(settings, host="localhost", tls=True).post(LETTER)
    assert mailbox.letters[0]["To"] == "a@ours.example"


async def test_the_certificate_of_another_name_is_refused(settings, mailbox, tmp_path, monkeypatch):
    made = certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.pem))
    await mailbox.close()
    await mailbox.open(made.context)
    with pytest.raises(Undelivered):
        await relay_with(settings, host="localhost", tls=True).post(LETTER)
    assert not mailbox.letters


async def test_a_certificate_that_is_over_is_refused(settings, mailbox, tmp_path, monkeypatch):
    made = certificate(tmp_path, "localhost", until=NOW - DAY)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.pem))
    await mailbox.close()
    await mailbox.open(made.context)
    with pytest.raises(Undelivered):
        await relay_with(settings, host="localhost", tls=True).post(LETTER)
    assert not mailbox.letters


async def test_a_relay_that_hides_its_starttls_gets_no_letter_in_clear(settings, mailbox):
    with pytest.raises(Undelivered):
        await relay_with(settings, tls=True).post(LETTER)
    assert not mailbox.letters


async def test_the_password_is_never_said_before_tls(settings):
    """A relay in the middle that hides STARTTLS and asks for the password hears nothing of it."""
    heard = bytearray()

    async def serve(reader, writer):
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            heard.extend(line)
            writer.write(b"250-relay\r\n250 AUTH PLAIN LOGIN\r\n" if line[:4] == b"EHLO" else b"250 OK\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Undelivered):
        await relay_with(settings, port=port, tls=True, user="portail", password="secret").post(LETTER)
    server.close()
    assert heard.startswith(b"EHLO")
    assert b"AUTH" not in heard


async def test_a_relay_that_speaks_no_tls_at_all_gets_nothing_from_smtps(settings, mailbox):
    with pytest.raises(Undelivered):
        await relay_with(settings, ssl=True, timeout=0.5).post(LETTER)
    assert not mailbox.letters


async def test_a_letter_refused_for_its_certificate_is_kept_for_later(
    app, portal, settings, visitor, world, mailbox, secured
):
    await ask_reset(visitor)
    await dispatcher_of(app, relay_with(settings, tls=True)).send_due()
    mail = await the_mail(portal)
    assert "ertificate" in mail.last_error
    assert mail.secret_seed
    assert mail.due_at - mail.created_at < LEASE
    assert not mailbox.letters
