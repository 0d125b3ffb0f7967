"""The details as names and values: how each is called, shown, and compared with what was there before."""

from datetime import date
from typing import NamedTuple

from app import formats
from app.company_details.forms import Details
from app.company_details.naf import NOMENCLATURES, dotted, in_force
from app.phones import shown_phone
from db.models import ContactKind

LABELS = {
    "name": "Raison sociale",
    "siret": "SIRET",
    "naf": "Code NAF",
    "naf_version": "Nomenclature NAF",
    "address": "Adresse",
    "postcode": "Code postal",
    "town": "Commune",
    "email": "Adresse e-mail",
    "phone": "Téléphone",
}
PARTS = {"name": "nom", "email": "adresse e-mail", "phone": "téléphone"}
CONTACTS = {kind.name.lower(): f"Contact {kind}" for kind in ContactKind}
EVERY_LABEL = LABELS | {
    f"{prefix}_{part}": f"{title}, {words}"
    for prefix, title in CONTACTS.items()
    for part, words in PARTS.items()
}
# Two of them, their label and the signs between fit in the 200 characters of an event.
LONGEST = 75


class Change(NamedTuple):
    """`old` and `new` as they are shown; "" when there is nothing."""

    name: str
    label: str
    old: str
    new: str

    @property
    def about(self) -> str:
        return f"{self.label} : {_shortened(self.old)} → {_shortened(self.new)}"


def values_of(entry: Details) -> dict[str, str]:
    values: dict[str, str] = entry.model_dump(exclude={"version"})
    return values if values["naf"] else values | {"naf_version": ""}


def proposed(values: dict[str, str], today: date) -> dict[str, str]:
    """A code whose nomenclature nobody noted is read in the one in force: to be confirmed by the reader."""
    if not values["naf"]:
        return values | {"naf_version": ""}
    return values | {"naf_version": values["naf_version"] or in_force(today)}


def as_typed(values: dict[str, str]) -> dict[str, str]:
    """What fields show: spaces in the numbers, 06 rather than +336."""
    written = {"siret": formats.siret(values["siret"]), "naf": dotted(values["naf"])}
    phones = {name: shown_phone(value) for name, value in values.items() if name.endswith("phone")}
    return values | written | phones


def in_words(values: dict[str, str]) -> dict[str, str]:
    """What a reader who changes nothing sees."""
    return as_typed(values) | {"naf_version": NOMENCLATURES.get(values["naf_version"], "")}


def changes(before: dict[str, str], after: dict[str, str]) -> list[Change]:
    old, new = in_words(before), in_words(after)
    return [
        Change(name, label, old[name], new[name])
        for name, label in EVERY_LABEL.items()
        if before[name] != after[name]
    ]


def _shortened(value: str) -> str:
    if not value:
        return "(vide)"
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
