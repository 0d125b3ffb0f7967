"""The way through what waits: the filters of the list, the page of it, and from one thing to the next."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from app.waiting import ANY_TEAM, ANYBODY, KINDS, NO_TEAM, NOBODY, Place, Thing
from app.web.paging import row_number

MINE, FREE, TEAMLESS = "moi", "personne", "aucune"
WHOSE = {"": "tout le monde", MINE: "moi", FREE: "personne encore"}


def written_place(thing: Thing) -> str:
    return f"{thing.since.isoformat()}~{thing.kind}~{thing.id}"


def read_place(typed: str) -> Place:
    """The place; the beginning when this portal did not write it."""
    instant, _, rest = typed[:80].partition("~")
    kind, _, number = rest.partition("~")
    try:
        since = datetime.fromisoformat(instant)
    except ValueError:
        return Place()
    if since.utcoffset() != timedelta(0) or kind not in KINDS or not row_number(number):
        return Place()
    return Place(since, kind, row_number(number))


class Way(NamedTuple):
    """`kind`: one of KINDS or ""; `team`: a number, TEAMLESS or ""; `whose`: one of WHOSE; `after`: a written
    place.
    """

    kind: str = ""
    team: str = ""
    whose: str = ""
    after: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Way":
        """The filters that this portal wrote in the address; anything else is no filter."""
        kind, team, whose = (query.get(name, "") for name in ("nature", "equipe", "pour"))
        after = query.get("apres", "")
        return cls(
            kind if kind in KINDS else "",
            team if team == TEAMLESS or row_number(team) else "",
            whose if whose in WHOSE else "",
            after if read_place(after) != Place() else "",
        )

    @property
    def place(self) -> Place:
        return read_place(self.after)

    def numbers(self, account_id: int) -> dict[str, int]:
        """Parameters `team` and `whose` of a statement of `app.waiting`."""
        team = NO_TEAM if self.team == TEAMLESS else row_number(self.team) or ANY_TEAM
        return {"team": team, "whose": {MINE: account_id, FREE: NOBODY}.get(self.whose, ANYBODY)}

    @property
    def fields(self) -> dict[str, str]:
        given = {"nature": self.kind, "equipe": self.team, "pour": self.whose, "apres": self.after}
        return {name: value for name, value in given.items() if value}

    @property
    def query(self) -> str:
        """With its question mark; "" for no filter."""
        return f"?{urlencode(self.fields)}" if self.fields else ""

    @property
    def of_list(self) -> "Way":
        return self._replace(after="")
