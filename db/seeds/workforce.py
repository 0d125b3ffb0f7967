"""The employees of the demo: drawn once, always the same, their dates counted back from today."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from db.models import Company, VisitKind
from db.seeds.world import World

# (declared fields, visits) → the columns of an employee: the rules are the portal's, not the story's.
Filled = Callable[[dict[str, str], Sequence[tuple[VisitKind, date, date | None]]], dict[str, Any]]

NAMES = (
    "Le Gall", "Morvan", "Guillou", "Tanguy", "Kerbrat", "Le Roux", "Prigent", "Abgrall", "Madec", "Cadiou",
    "Le Goff", "Rolland", "Hamon", "Jaouen", "Riou", "Salaün", "Thomas", "Nédélec", "Quéré", "Bothorel",
)  # fmt: skip
FIRST_NAMES = (
    ("Anne", "F"), ("Yann", "M"), ("Solenn", "F"), ("Erwan", "M"), ("Nolwenn", "F"), ("Gwenaël", "M"),
    ("Élodie", "F"), ("Loïc", "M"), ("Maëlle", "F"), ("Ronan", "M"), ("Aïcha", "F"), ("Mathieu", "M"),
)  # fmt: skip
# Job, PCS-ESE, risks.
JOBS = (
    ("Menuisier poseur", "632d", ""), ("Couvreur", "632e", "ECHAFAUDAGE"), ("Peintre", "632g", "CMR"),
    ("Secrétaire", "542a", ""), ("Comptable", "543b", ""), ("Chef de chantier", "481a", ""),
    ("Conducteur d’engins", "651a", ""), ("Désamiantage, opérateur", "681a", "AMIANTE"),
    ("Gardien de nuit", "534a", "NUIT"), ("Commercial", "463c", ""), ("Électricien", "632b", ""),
    ("Magasinier", "653a", ""), ("Agent d’entretien", "684a", "BIO2"),
)  # fmt: skip


# A day, an hour, a minute → that instant of the last working day up to then.
AtWork = Callable[..., datetime]


async def employ(
    world: World, company: Company, number: int, today: date, filled: Filled, at_work: AtWork
) -> None:
    """As many people as asked for; the same company always gets the same ones."""
    draw = Random(company.code)  # noqa: S311 - a story, not a secret
    drawn = [_somebody(draw, index, today) for index in range(number)]
    seen = [[(kind, at_work(on).date(), next_on) for kind, on, next_on in visits] for _, visits in drawn]
    columns = [filled(fields, visits) for (fields, _), visits in zip(drawn, seen, strict=True)]
    people = [world.employee_of(company, each) for each in columns]
    await world.keep(*people)
    held = [
        world.visit_of(
            employee, kind, done_on, next_on=next_on, professional="Dr Claire Abgrall",
            place="Centre de Saint-Brieuc",
            notice="attestation de suivi" if "vip" in kind else "avis d’aptitude",
        )
        for employee, visits in zip(people, seen, strict=True)
        for kind, done_on, next_on in visits
    ]  # fmt: skip
    await world.keep(*held)


def _somebody(
    draw: Random, index: int, today: date
) -> tuple[dict[str, str], list[tuple[VisitKind, date, date | None]]]:
    first_names, sex = draw.choice(FIRST_NAMES)
    job_title, pcs, risks = JOBS[index % len(JOBS)]
    entry = today - timedelta(
        days=draw.choice((20, 75, 140, 400, 900, 1500, 2200, 3000)) + draw.randrange(60)
    )
    fields = {
        "staff_number": f"M{index + 101}",
        "birth_name": draw.choice(NAMES).upper(),
        "first_names": first_names,
        "sex": sex,
        "birth_on": (today - timedelta(days=draw.randrange(20 * 365, 60 * 365))).isoformat(),
        "entry_on": entry.isoformat(),
        "contract": "cdi",
        "job_title": job_title,
        "pcs": pcs,
        "risks": risks,
    }
    _variety(fields, index, today, draw)
    return fields, _visits(draw, "SIR" if risks in {"ECHAFAUDAGE", "CMR", "AMIANTE"} else "", entry, today)


def _variety(fields: dict[str, str], index: int, today: date, draw: Random) -> None:
    """Every state that the list can show."""
    if index % 11 == 3:
        fields |= {
            "contract": "cdd",
            "contract_ends_on": (today + timedelta(days=draw.randrange(-20, 90))).isoformat(),
        }
    if index % 13 == 5:
        fields |= {"exit_on": (today - timedelta(days=draw.randrange(1, 18))).isoformat()}
    if index % 17 == 6:
        fields |= {"contract": "apprentissage", "birth_on": (today - timedelta(days=17 * 365)).isoformat()}
        fields |= {"entry_on": (today - timedelta(days=40)).isoformat()}
    if index % 6 == 0:
        fields["driving_until"] = (today + timedelta(days=draw.randrange(-30, 900))).isoformat()
    if fields["sex"] == "F" and index % 4 == 1:
        fields["usual_name"] = draw.choice(NAMES).upper()


def _visits(draw: Random, kind: str, entry: date, today: date) -> list[tuple[VisitKind, date, date | None]]:
    """First visit after two months, then every four or five years; every two under a reinforced follow-up."""
    kinds = [VisitKind.VIP_INITIAL, VisitKind.VIP, VisitKind.VIP]
    if kind == "SIR":
        kinds = [VisitKind.EXAM_HIRING, VisitKind.INTERMEDIATE, VisitKind.EXAM]
    day = entry - timedelta(days=5) if kind == "SIR" else entry + timedelta(days=draw.randrange(30, 85))
    visits: list[tuple[VisitKind, date, date | None]] = []
    while day < today:
        after_first = 1 + (len(visits) - 1) % 2
        visits.append((kinds[after_first if visits else 0], day, None))
        day += timedelta(days=draw.randrange(680, 760) if kind == "SIR" else draw.randrange(1500, 1900))
    return visits
