"""Fields of a tariff and of the days of its campaign; a tariff as these fields write it."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, model_validator

from app.contributions.staff import CampaignDays
from app.contributions.tariff import Grid, Hires
from app.text.fields import Input, Squeezed, day
from app.text.values import read_euros
from db.models import Monitoring
from db.numbers import is_digits

STEPS = 6  # of a grid; the last one that has a price has no end
TRY, PUBLISH = "Essayer ce tarif", "Publier ce tarif"  # the words of the buttons, which lynx shows
GRIDS = {
    Grid.FLAT: "Un seul prix", Grid.MONITORING: "Un prix par suivi (SI, SIA, SIR)",
    Grid.SLICES: "Dégressif par tranche : les premières personnes plus chères que les suivantes",
    Grid.SIZE: "Selon la taille : tout le monde au prix de la taille de l’entreprise",
}  # fmt: skip
HIRES = {
    Hires.FULL: "l’année entière", Hires.PRORATA: "les mois qui restent, celui d’arrivée compris",
    Hires.NONE: "rien avant l’année suivante",
}  # fmt: skip


def _euros(value: str) -> str:
    if value:
        read_euros(value)
    return value


def _number(value: str) -> str:
    if value and (not is_digits(value) or len(value) > 6):
        raise ValueError("Écrivez un nombre, en chiffres.")
    return value


def _percent(value: str) -> str:
    try:
        cents = read_euros(value)
    except ValueError:
        raise ValueError("Écrivez un taux en pour cent. Exemple : 20 ou 5,5") from None
    if cents > 100_00:
        raise ValueError("Un taux ne dépasse pas 100 %.")
    return value


Price = Annotated[str, Squeezed, AfterValidator(_euros)]
Number = Annotated[str, Squeezed, AfterValidator(_number)]


class Days(Input):
    """The first and the last day of a campaign."""

    opens_on: Annotated[str, Squeezed, day("Écrivez le premier jour de la campagne.")]
    closes_on: Annotated[str, Squeezed, day("Écrivez le dernier jour de la campagne.")]

    @property
    def days(self) -> CampaignDays:
        return CampaignDays(date.fromisoformat(self.opens_on), date.fromisoformat(self.closes_on))


class TariffFields(Days):
    """A tariff, in euros and days as somebody types them. `up_1` to `price_6`: the steps of a grid."""

    reference_on: Annotated[str, Squeezed, day("Écrivez la date de référence de l’effectif.")]
    grid: Grid
    flat: Price = ""
    si: Price = ""
    sia: Price = ""
    sir: Price = ""
    up_1: Number = ""
    up_2: Number = ""
    up_3: Number = ""
    up_4: Number = ""
    up_5: Number = ""
    price_1: Price = ""
    price_2: Price = ""
    price_3: Price = ""
    price_4: Price = ""
    price_5: Price = ""
    price_6: Price = ""
    least_days: Number = ""
    hires: Hires
    entry: Price = ""
    vat: Annotated[str, Squeezed, AfterValidator(_percent)]
    act: Literal["Essayer ce tarif", "Publier ce tarif"] = "Essayer ce tarif"

    @model_validator(mode="after")
    def _has_its_prices(self) -> Self:
        wanted = {Grid.FLAT: [self.flat], Grid.MONITORING: [self.si, self.sia, self.sir]}
        if not all(wanted.get(self.grid, [self.price_1])):
            raise ValueError(f"Donnez les prix de la grille choisie : « {GRIDS[self.grid]} ».")
        return self

    @property
    def rules(self) -> dict[str, Any]:
        """The tariff as `app.contributions.tariff.rules_of` reads it."""
        return {
            "reference_on": self.reference_on, "grid": self._grid(), "hires": self.hires.value,
            "least_days": int(self.least_days or 0), "entry_cents": read_euros(self.entry or "0"),
            "vat_points": read_euros(self.vat),
        }  # fmt: skip

    def _grid(self) -> dict[str, Any]:
        if self.grid == Grid.FLAT:
            return {"kind": self.grid.value, "cents": read_euros(self.flat)}
        if self.grid == Grid.MONITORING:
            prices = zip(Monitoring, (self.si, self.sia, self.sir), strict=True)
            return {"kind": self.grid.value, "cents": {str(kind): read_euros(each) for kind, each in prices}}
        places = [place for place in range(1, STEPS + 1) if getattr(self, f"price_{place}")]
        steps: list[list[int | None]] = [
            [int(getattr(self, f"up_{place}", "") or 0), read_euros(getattr(self, f"price_{place}"))]
            for place in places
        ]
        steps[-1][0] = None
        return {"kind": self.grid.value, "steps": steps}


def typed_of(rules: dict[str, Any], days: CampaignDays) -> dict[str, str]:
    """The fields of a stored tariff."""
    grid = rules["grid"]
    typed = {
        "reference_on": rules["reference_on"], "grid": grid["kind"], "hires": rules.get("hires", Hires.FULL),
        "least_days": str(rules.get("least_days", 0)), "entry": _written(rules.get("entry_cents", 0)),
        "vat": f"{rules.get('vat_points', 2000) / 100:g}".replace(".", ","),
        "opens_on": days.opens_on.isoformat(), "closes_on": days.closes_on.isoformat(),
    }  # fmt: skip
    if grid["kind"] == Grid.FLAT:
        typed["flat"] = _written(grid["cents"])
    elif grid["kind"] == Grid.MONITORING:
        typed |= {str(kind).lower(): _written(cents) for kind, cents in grid["cents"].items()}
    for place, (last, cents) in enumerate(grid.get("steps", ()), 1):
        typed |= {f"price_{place}": _written(cents)} | ({f"up_{place}": str(last)} if last else {})
    return typed


def _written(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"
