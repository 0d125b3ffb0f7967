"""Files sent by members, held in memory while their owner looks at what they would do. Never on disk."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

KEPT = timedelta(minutes=30)
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HeldFile:
    name: str
    content: bytes = field(repr=False)
    at: datetime


class HeldFiles:
    """By the number of their import. The oldest leave when there are too many; a restart forgets them all."""

    def __init__(self) -> None:
        self._files: OrderedDict[int, HeldFile] = OrderedDict()

    def hold(self, number: int, file: HeldFile) -> None:
        self._files[number] = file
        while sum(len(each.content) for each in self._files.values()) > MOST_BYTES:
            self._files.popitem(last=False)

    def get(self, number: int, now: datetime) -> HeldFile | None:
        for old in [key for key, each in self._files.items() if now - each.at > KEPT]:
            del self._files[old]
        return self._files.get(number)

    def drop(self, number: int) -> None:
        self._files.pop(number, None)
