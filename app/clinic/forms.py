"""Fields of centres, professionals and sessions."""

import re
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, model_validator

from app.clinic.staff import MARKS
from app.text.fields import Input, Mobile, OneLine, OptionalDay, PlainName, Squeezed, Ticked, day, text
from app.text.values import email_address
from app.web.chosen import Row, chosen_row
from db.kinds import VisitKind
from db.numbers import company_code, is_digits

HOUR = re.compile(r"([0-9]{1,2})\s*(?:h|:)\s*([0-9]{2})?")


def read_hour(typed: str) -> time:
    """« 9 h 30 », « 9h », « 09:30 ». ValueError says what to write."""
    match = HOUR.fullmatch(typed.strip().lower())
    try:
        return time(int(match[1]), int(match[2] or 0)) if match else time.fromisoformat("")
    except ValueError:
        raise ValueError(f"L’heure « {typed[:10]} » ne se lit pas. Exemple : 9 h 30") from None


def _hour(value: str) -> str:
    return read_hour(value).isoformat("minutes")


def _count(value: str) -> str:
    if not is_digits(value) or len(value) > 3:
        raise ValueError("Écrivez un nombre, en chiffres.")
    return value


Line = Annotated[str, Squeezed, OneLine]
Hour = Annotated[str, AfterValidator(_hour)]
Count = Annotated[str, AfterValidator(_count)]
Room = Annotated[Line, text("", 40)]


class NewCentre(Input):
    """A place of visits."""

    name: Annotated[str, Squeezed, OneLine, text("Écrivez le nom du centre.", 80), PlainName]
    address: Annotated[Line, text("Écrivez l’adresse.", 200)]
    postcode: Annotated[Line, text("Écrivez le code postal.", 10)]
    town: Annotated[Line, text("Écrivez la commune.", 80)]


class CentreChange(NewCentre):
    """Everything that is known of a place."""

    phone: Annotated[Line, text("", 20)] = ""
    access: Annotated[Line, text("", 300)] = ""
    is_accessible: Ticked = False
    closed_on: OptionalDay = ""

    def values(self) -> dict[str, Any]:
        return self.model_dump() | {
            "closed_on": date.fromisoformat(self.closed_on) if self.closed_on else None
        }


def _people(value: str) -> str:
    for line in value.splitlines():
        role, colon, name = line.partition(":")
        if line.strip() and not (role.strip() and colon and name.strip()):
            raise ValueError(f"Écrivez « fonction : nom » sur chaque ligne ; à revoir : {line.strip()[:40]}")
    return value


class TeamFields(Input):
    """The people who follow a company. `people`: « fonction : nom », one a line."""

    name: Annotated[str, Squeezed, OneLine, text("Écrivez le nom de l’équipe.", 80), PlainName]
    people: Annotated[str, text("", 2000), AfterValidator(_people)] = ""
    email: Annotated[str, Squeezed, AfterValidator(lambda value: email_address(value) if value else "")] = ""
    phone: Mobile = ""

    def values(self) -> dict[str, Any]:
        lines = [line.partition(":") for line in self.people.splitlines() if line.strip()]
        people = [[" ".join(role.split()), " ".join(name.split())] for role, _, name in lines]
        return self.model_dump() | {"people": people}


class NewProfessional(Input):
    """One who sees employees; `role`: as a convocation says it; `languages`: separated by commas."""

    name: Annotated[str, Squeezed, OneLine, text("Écrivez le nom.", 120), PlainName]
    role: Annotated[Line, text("Écrivez la fonction : la convocation la dit.", 80)]
    languages: Annotated[Line, text("", 120)] = ""


class NewAbsence(Input):
    """Days off. `cancels`: the sessions and appointments of these days are cancelled."""

    first_on: Annotated[str, Squeezed, day("Écrivez le premier jour.")]
    last_on: Annotated[str, Squeezed, day("Écrivez le dernier jour.")]
    cancels: Ticked = False


class AbsenceEnd(Input):
    """The absence to take off the list."""

    absence: Row


HEIRLESS = "annuler"


def _heir(value: str) -> str:
    return value if value == HEIRLESS else str(chosen_row(value))


class Departure(Input):
    """The last day of a professional. `heir`: who takes what is to come, or HEIRLESS."""

    last_on: Annotated[str, Squeezed, day("Écrivez le dernier jour.")]
    heir: Annotated[str, AfterValidator(_heir)]

    @property
    def heir_id(self) -> int | None:
        return None if self.heir == HEIRLESS else int(self.heir)


class SessionFields(Input):
    """A session. `kind`: the visit that it is kept for, "" for all; `room`: where in the centre, or ""."""

    centre: Row
    professional: Row
    first: Annotated[str, Squeezed, day("Écrivez le jour de la vacation.")]
    opens: Hour
    closes: Hour
    minutes: Count
    kind: str = ""
    room: Room = ""

    def kinds(self) -> tuple[VisitKind, ...]:
        return (VisitKind(self.kind),) if self.kind in set(VisitKind) else ()


def _codes(value: str) -> str:
    typed = re.split(r"[\s,;]+", value.strip())
    wrong = [each for each in typed if each and not company_code(each)]
    if wrong:
        raise ValueError(f"Ce code adhérent ne se lit pas : {wrong[0][:20]}. Exemple : 00010, 00042-2")
    return " ".join(dict.fromkeys(company_code(each) for each in typed if each))


class Reservation(Input):
    """Codes of the companies that a session is kept for, and the last day when it is."""

    codes: Annotated[str, text("", 1000), AfterValidator(_codes)] = ""
    until: OptionalDay = ""


class NewSessions(SessionFields):
    """A pattern of sessions: the same of each week."""

    weeks: Count


SLOT, NEXT = "slot_", "next_"  # begin the names of the fields of an appointment on the sheet of a day


class Marks(Input):
    """The outcome of each appointment of a day: its number, one of MARKS or "", the next date as it was typed
    or "". Those of which nothing is said are left out.
    """

    marks: tuple[tuple[int, str, str], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        begun = (name.removeprefix(each) for name in typed for each in (SLOT, NEXT) if name.startswith(each))
        said = [
            (int(key), str(typed.get(f"{SLOT}{key}", "")), str(typed.get(f"{NEXT}{key}", "")).strip())
            for key in dict.fromkeys(begun)
            if is_digits(key) and len(key) < 10
        ]
        marks = [(key, word if word in MARKS else "", following) for key, word, following in said]
        return {"marks": [each for each in marks if any(each[1:])]}


PAPER = "paper_"


class Choices(Input):
    """The visit of each paper: its number, and the number of an appointment, a word, or ""."""

    papers: tuple[tuple[int, str], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        found = ((name.removeprefix(PAPER), value) for name, value in typed.items() if name.startswith(PAPER))
        return {
            "papers": [(int(key), value[:12]) for key, value in found if is_digits(key) and len(key) < 10]
        }
