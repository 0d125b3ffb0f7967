"""From a letter to the bytes that a relay takes (RFC 5322, MIME)."""

from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.mail.letters import File, Letter
from app.settings import Settings
from app.text.addresses import WrongAddress, as_sent

POLICY = SMTP.clone(max_line_length=76)  # also of quoted-printable (RFC 2045, 6.7)


class Undelivered(Exception):  # noqa: N818
    """The relay did not take the letter. The sentence is for the service."""


class Unmailable(Undelivered):
    """No relay ever will."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """`sender`: where a server says that it could not deliver; people answer to the letter's `Reply-To`."""

    sender: str
    recipient: str
    content: bytes


def enclose(letter: Letter, settings: Settings) -> Envelope:
    """One `multipart/alternative`, with its files beside it. `Unmailable` for an address that is none."""
    try:
        recipient = as_sent(letter.recipient)
    except WrongAddress as wrong:
        raise Unmailable(f"Ce courriel ne peut pas partir : l’adresse {wrong.clause}.") from None
    headers = {
        "From": f"{_encoded(_phrase(settings.service_name), 'From')}\r\n <{settings.mail_from}>",
        "To": recipient,
        "Reply-To": _answered_at(letter, settings),
        "Subject": _encoded(letter.subject, "Subject"),
        "Date": format_datetime(letter.written_at),
        "Message-ID": letter.message_id,
        "Auto-Submitted": "auto-generated",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return Envelope(settings.bounce_address, recipient, head.encode("ascii") + _body(letter))


def _body(letter: Letter) -> bytes:
    """With the headers that say what it holds."""
    message = EmailMessage(POLICY)
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for file in letter.files:
        _join(message, file)
    return message.as_bytes()


def _encoded(words: str, name: str) -> str:
    """Folded (RFC 2047). `EmailMessage` would do it, but gains or loses a space where a line ends (Python
    before 3.13); an end of line in the words themselves is a space.
    """
    plain = " ".join(words.split())
    charset = "us-ascii" if plain.isascii() else "utf-8"
    header = Header(plain, charset, maxlinelen=POLICY.max_line_length, header_name=name)
    return header.encode(linesep="\r\n")


def _phrase(name: str) -> str:
    """Between quotes, unless it will be encoded: a plain name may hold a comma."""
    plain = " ".join(name.split())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"' if plain.isascii() else plain


def _join(message: EmailMessage, file: File) -> None:
    name, content, media_type = file
    kind, *more = [each.strip() for each in media_type.split(";")]
    maintype, _, subtype = kind.partition("/")
    params = dict(each.split("=", 1) for each in more)
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name, params=params)


def _answered_at(letter: Letter, settings: Settings) -> str:
    """The service answers for an address that no mail can be written to."""
    try:
        return as_sent(letter.reply_to)
    except WrongAddress:
        return as_sent(settings.service_email)
