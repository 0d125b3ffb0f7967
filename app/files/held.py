"""Files sent by members, held in memory while their owner looks at what they would do. Never on disk."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HELD_FOR = timedelta(minutes=30)
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HeldFile:
    """`owner`: the account that sent it, who said of it, since the file does not: `same`, field → what is
    true of everybody in it; `dates`, field → in which order its days are written; `encoding`.
    """

    name: str
    content: bytes = field(repr=False)
    at: datetime
    owner: int
    same: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""


class HeldFiles:
    """Files by the number of their import. When there are too many, the owner of the most loses the oldest:
    nobody's file is pushed out by somebody else's many. A restart forgets them all.
    """

    def __init__(self) -> None:
        self._files: OrderedDict[int, HeldFile] = OrderedDict()

    def hold(self, number: int, file: HeldFile) -> None:
        self._files[number] = file
        while sum(len(each.content) for each in self._files.values()) > MOST_BYTES:
            del self._files[self._least_missed()]

    def get(self, number: int, now: datetime) -> HeldFile | None:
        for old in [key for key, each in self._files.items() if now - each.at > HELD_FOR]:
            del self._files[old]
        return self._files.get(number)

    def drop(self, number: int) -> None:
        self._files.pop(number, None)

    def _least_missed(self) -> int:
        held: Counter[int] = Counter()
        for each in self._files.values():
            held[each.owner] += len(each.content)
        ((most, _),) = held.most_common(1)
        return next(number for number, each in self._files.items() if each.owner == most)
