"""The person who acts, and the company, as the door read them: plain values that a page needs and nothing
changes.

The names are those of the rows. To change a row, ask the door for it. (Tuples with names: five of them are
made for each page, and a frozen dataclass takes four times as long.)
"""

from datetime import date, datetime
from typing import NamedTuple

from db.models.company import label_of


class OpenedSession(NamedTuple):
    id: int
    account_id: int
    must_choose_password: bool
    needs_factor: bool
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    as_membership_id: int | None = None

    @property
    def key(self) -> int:
        return self.id


class ActingAccount(NamedTuple):
    id: int
    email: str
    last_name: str
    first_name: str

    @property
    def key(self) -> int:
        return self.id

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ActingCompany(NamedTuple):
    id: int
    code: str
    member_code: str
    name: str
    town: str
    siret: str
    naf: str
    email: str
    team_id: int | None
    closed_at: datetime | None
    updated_at: datetime
    suspended_at: datetime | None = None

    @property
    def key(self) -> int:
        return self.id

    @property
    def is_site(self) -> bool:
        return self.code != self.member_code

    @property
    def label(self) -> str:
        return label_of(self.code, self.name, self.town)


class FollowingTeam(NamedTuple):
    """The team of the service that follows the company, named on each of its pages. `email`, `phone`: "" for
    none.
    """

    name: str
    email: str
    phone: str


class ActingMembership(NamedTuple):
    id: int
    roles: list[str]
    third_party: bool
    ends_on: date | None

    @property
    def key(self) -> int:
        return self.id


class ActingCall(NamedTuple):
    """The call on the phone in which somebody of the service fills a member's declaration. `caller`: the
    person who says what it holds.
    """

    id: int
    year: int
    caller: str

    @property
    def key(self) -> int:
        return self.id
