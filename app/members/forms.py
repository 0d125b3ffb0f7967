"""Fields of the service's acts on its members."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from app.company_details.forms import cell
from app.members.staff import REASONS
from app.people.forms import TheirAddress
from app.text.cells import COLUMNS
from app.text.fields import Input, Ticked, text
from app.text.values import read_day
from app.web.chosen import Row
from db.models import BuyerKind
from db.numbers import company_code


def _code(value: str) -> str:
    code = company_code(value)
    if not code:
        raise ValueError("Un code adhérent compte cinq chiffres, et le n° du site : 00010 ou 00010-5.")
    return code


def _day(value: object) -> object:
    return read_day(value) if isinstance(value, str) else value


def _reason(value: str) -> str:
    if value not in REASONS:
        raise ValueError("Choisissez la raison.")
    return value


def _buyer_kind(value: str) -> str:
    if value not in set(BuyerKind):
        raise ValueError("Choisissez dans la liste.")
    return value


Siret = Annotated[str, cell(COLUMNS["siret"]), text("Écrivez le SIRET.", 14)]


class Entry(Input):
    code: Annotated[str, AfterValidator(_code)]
    name: Annotated[str, cell(COLUMNS["name"])]
    siret: Annotated[str, cell(COLUMNS["siret"])]
    address: Annotated[str, cell(COLUMNS["address"])]
    postcode: Annotated[str, cell(COLUMNS["postcode"])]
    town: Annotated[str, cell(COLUMNS["town"])]
    email: Annotated[str, cell(COLUMNS["email"])]


class Merging(Input):
    code: Annotated[str, AfterValidator(_code)]


class NewSiret(Input):
    siret: Siret


class Billing(Input):
    buyer_kind: Annotated[str, AfterValidator(_buyer_kind)]
    vat_exemption: Annotated[str, text("", 200)]


class Closing(Input):
    reason: Annotated[str, AfterValidator(_reason)]
    on: Annotated[date, BeforeValidator(_day)]


class Suspension(Input):
    reason: Annotated[str, text("Écrivez la raison : l’employeur la lira.", 150)]


class NewAdministrator(Input):
    """`for_good`: an access that ended, or will, has no end any more."""

    membership: Row
    for_good: Ticked = False


class InvitedAdministrator(Input):
    """The address of somebody without access, who will have it."""

    email: TheirAddress


class NewTeam(Input):
    team: Row
