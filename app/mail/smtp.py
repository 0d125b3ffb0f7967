"""A connection to the relay, over the library that speaks SMTP; only a letter loads it, no start."""

import asyncio
from typing import Any

from aiosmtplib import SMTPException
from emails.backend.response import SMTPResponse
from emails.backend.smtp.aio_backend import AsyncSMTPBackend
from emails.backend.smtp.aio_client import AsyncSMTPClientWithResponse

from app.mail.envelope import Envelope

ANSWER_SECONDS = 2.0  # of the relay, to a question that costs it nothing


class Line(AsyncSMTPClientWithResponse):
    """One connection of `emails`, kept for many letters. The library's own way opens one for each, and sends
    a letter a second time when the relay hangs up after it took it.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(parent=AsyncSMTPBackend(**options), **options)

    async def hand_over(self, envelope: Envelope) -> SMTPResponse | None:
        return await self.sendmail(envelope.sender, [envelope.recipient], envelope.content)

    async def answers(self) -> bool:
        """True when the relay is still there; a letter that it half received is forgotten."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._smtp.rset()
        except (SMTPException, OSError):  # TimeoutError is one
            return False
        return True

    @property
    def is_open(self) -> bool:
        return bool(self._smtp.is_connected)

    def hang_up(self) -> None:
        self._smtp.close()

    async def say_goodbye(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.quit()  # type: ignore[no-untyped-call]
        except (SMTPException, OSError):
            pass
        finally:
            self.hang_up()
