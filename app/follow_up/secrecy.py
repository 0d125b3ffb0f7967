"""Medical secrecy of the service's screens: words about one person's visit that reveal their health.

The door says once whether the reader of this request is of the medical team; the words know it when they are
looked up, so that no screen can forget it. A list of all the words is about nobody: it is whole, and so are
mails and papers, which go to the employer who wrote the motive or to the person.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

UNSAID = "Visite à la demande"


class _Reader:
    """The reader of one request. A door that is gone through in a task of its own shares this object."""

    sees_health = True


_READER: ContextVar[_Reader | None] = ContextVar("reader", default=None)


def begin() -> None:
    """A request begins: nobody is known yet."""
    _READER.set(_Reader())


def keep_health_secret() -> None:
    """From now on, for the reader of this request."""
    reader = _READER.get()
    if reader is None:
        raise RuntimeError("no request has begun")
    reader.sees_health = False


def sees_health() -> bool:
    reader = _READER.get()
    return reader is None or reader.sees_health


class SecretWords(dict[str, str]):
    """Words by key; one looked up says `unsaid` for a key of `secret` to a reader who may not know."""

    def __init__(self, words: dict[Any, str], secret: Iterable[str], unsaid: str = UNSAID) -> None:
        super().__init__(words)
        self._secret, self._unsaid = frozenset(secret), unsaid

    def __getitem__(self, key: str) -> str:
        return self._unsaid if key in self._secret and not sees_health() else super().__getitem__(key)

    def true(self, key: str) -> str:
        """The word itself: for a mail or a paper."""
        return super().__getitem__(key)

    def hidden_in(self, text: str) -> str:
        """A text that was written with these words, such as a line of the history, as this reader may know
        it.
        """
        if sees_health():
            return text
        for key in self._secret:
            text = text.replace(self.true(key), self._unsaid)
        return text

    def is_secret(self, key: str) -> bool:
        return key in self._secret and not sees_health()
