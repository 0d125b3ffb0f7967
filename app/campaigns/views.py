"""A campaign as its pages display it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.campaigns.queries import BEGUN, FILED, NO_TEAM, NOT_BEGUN, Followed, Standing
from app.campaigns.rules import SIZES, Part, Trial
from app.contributions.states import Campaign
from app.contributions.tariff import MONITORING_WORDS
from app.text.formats import amount, day
from db.models import PhoneState, Tariff

TITLES = [
    "Code adhérent", "Raison sociale", "Commune", "Adresse e-mail", "Équipe", "Déclaration", "Relancé le",
    "Validée le", "Effectif", "Cotisation HT",
]  # fmt: skip
TONES = {FILED: "ok", BEGUN: "wait", NOT_BEGUN: "wait"}


@dataclass(slots=True)
class TeamLine:
    """A team in a campaign: members by state, and what those who filed declared."""

    team_id: int
    team: str
    filed: int = 0
    begun: int = 0
    not_begun: int = 0
    people: int = 0
    net_cents: int = 0

    @property
    def members(self) -> int:
        return self.filed + self.begun + self.not_begun

    @property
    def share(self) -> str:
        """« 45 % », of members who filed."""
        return f"{100 * self.filed // self.members} %" if self.members else "–"

    def count(self, standing: Standing) -> None:
        name = {FILED: "filed", BEGUN: "begun", NOT_BEGUN: "not_begun"}[standing.state]
        setattr(self, name, getattr(self, name) + standing.members)
        self.people += standing.people
        self.net_cents += standing.net_cents


def team_lines(rows: Sequence[Standing]) -> tuple[list[TeamLine], TeamLine]:
    """A line for each team, and all of them together."""
    lines: dict[int, TeamLine] = {}
    whole = TeamLine(0, "Ensemble")
    for each in rows:
        number = each.team_id or NO_TEAM
        line = lines.setdefault(number, TeamLine(number, each.team or "Sans équipe"))
        line.count(each)
        whole.count(each)
    return list(lines.values()), whole


def window_words(tariff: Tariff, today: date) -> tuple[str, str]:
    """The word of the campaign's state, for a tag, and its tone."""
    campaign = Campaign(tariff.opens_on, tariff.closes_on)
    if today < campaign.opens_on:
        return f"ouvre le {day(campaign.opens_on)}", ""
    if campaign.is_over(today):
        return f"close depuis le {day(campaign.closes_on)}", "bad"
    return f"ouverte jusqu’au {day(campaign.closes_on)}", "ok"


class FollowedLine(NamedTuple):
    code: str
    name: str
    town: str
    team: str
    state: str
    tone: str
    reminded: date | None
    filed: date | None
    headcount: int
    net_cents: int
    phone: str
    may_call: bool


PHONE_WORDS = {
    PhoneState.FILED: "au téléphone, à confirmer", PhoneState.CONFIRMED: "au téléphone, confirmée",
    PhoneState.CONTESTED: "au téléphone, contestée",
}  # fmt: skip


def followed_line(row: Followed, tariff: Tariff, today: date) -> FollowedLine:
    is_filed = row.state == FILED
    is_late = not is_filed and today > tariff.closes_on
    return FollowedLine(
        code=row.code, name=row.name, town=row.town, team=row.team or "aucune",
        state=f"{STATE_OF_ONE[row.state]}, en retard" if is_late else STATE_OF_ONE[row.state],
        tone="bad" if is_late else TONES[row.state], reminded=row.reminded_on,
        filed=row.submitted_at.date() if row.submitted_at else None,
        headcount=row.headcount or 0, net_cents=row.net_cents or 0,
        phone=PHONE_WORDS[PhoneState(row.phone)] if row.phone else "",
        may_call=tariff.opens_on <= today and not is_filed,
    )  # fmt: skip


STATE_OF_ONE = {FILED: "validée", BEGUN: "commencée", NOT_BEGUN: "pas commencée"}


def cells_of(row: Followed) -> list[str]:
    """A line of the exported file."""
    is_filed = row.state == FILED
    return [
        row.code, row.name, row.town, row.email, row.team or "", STATE_OF_ONE[row.state],
        f"{row.reminded_on:%d/%m/%Y}" if row.reminded_on else "",
        f"{row.submitted_at:%d/%m/%Y}" if row.submitted_at else "",
        str(row.headcount) if is_filed else "",
        f"{(row.net_cents or 0) / 100:.2f}".replace(".", ",") if is_filed else "",
    ]  # fmt: skip


class PartLine(NamedTuple):
    words: str
    members: int
    people: int
    before: str
    after: str
    change: str


def part_line(words: str, part: Part) -> PartLine:
    sign = "+" if part.percent > 0 else "−" if part.percent < 0 else ""
    change = f"{sign}{abs(part.percent):.1f} %".replace(".", ",")
    return PartLine(
        words, part.members, part.people, amount(part.before_cents), amount(part.after_cents), change
    )


def trial_lines(trial: Trial) -> tuple[list[PartLine], list[PartLine], PartLine]:
    """By size, by follow-up, and the whole."""
    sizes = [
        part_line(_size_words(*each), trial.by_size[each]) for each in SIZES if trial.by_size[each].members
    ]
    kinds = [
        part_line(MONITORING_WORDS[kind], part) for kind, part in trial.by_monitoring.items() if part.people
    ]
    return sizes, kinds, part_line("Ensemble", trial.whole)


def _size_words(first: int, last: int | None) -> str:
    return f"de {first} à {last} personnes" if last else f"{first} personnes ou plus"
