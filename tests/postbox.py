"""A real SMTP server on loopback whose moods a test can choose."""

import asyncio
import email
import email.policy
import re
import ssl
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from app.mail.relay import Relay
from app.mail.sending import Dispatcher


class Mailbox:
    """`mood` is what the server answers to DATA: "" takes the letter; "451 …" or "550 …" refuse it; "drop"
    hangs up.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.mood = ""
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self, tls: ssl.SSLContext | None = None) -> "Mailbox":
        def protocol() -> SMTP:
            return SMTP(self, hostname="127.0.0.1", tls_context=tls, require_starttls=bool(tls))

        self._server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.mood == "drop":
            self._keep(envelope)
            server.transport.abort()
            return "250 never read"
        if self.mood:
            return self.mood
        self._keep(envelope)
        return "250 OK"

    def _keep(self, envelope: Any) -> None:
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))

    async def close(self) -> None:
        """No longer listen: the port stays the same for a later `open`."""
        if self._server:
            self._server.close()

    async def letter_to(self, address: str, words: str = "") -> EmailMessage:
        """The first letter with these words that reaches this address: somebody else, such as the portal's
        own dispatcher, sends it.
        """
        for _ in range(500):
            for letter in self.letters:
                if letter["to"] == address and words in words_of(letter):
                    return letter
            await asyncio.sleep(0.02)
        raise AssertionError(f"no letter to {address}")

    async def delivered(self, app: Any) -> list[EmailMessage]:
        """Send what is due and give every letter that arrived since the last call."""
        state = app.app.state
        await Dispatcher(state.portal, Relay(state.portal.settings), state.templates).send_due()
        letters, self.letters = self.letters, []
        return letters


def text_of(letter: EmailMessage) -> str:
    """The text part, line by line."""
    return letter.get_body(("plain",)).get_content()


def words_of(letter: EmailMessage) -> str:
    """The text part as it is read: a paragraph or an item is one line, its spaces are plain."""
    plain = text_of(letter).replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"(?<!\n)\n *(?![\n-])", " ", plain.strip("\n"))


def link_in(letter: EmailMessage, part: str) -> str:
    """The path of the link whose address holds `part`."""
    found = re.search(rf"http://127\.0\.0\.1:\d+(/\S*{part}\S*)", words_of(letter))
    assert found, words_of(letter)
    return found[1]


def password_in(letter: EmailMessage) -> str:
    found = re.search(r"Mot de passe : (\S+)", words_of(letter))
    assert found, words_of(letter)
    return found[1]
