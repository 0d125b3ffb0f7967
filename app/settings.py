"""Each environment variable once, typed, with a default that works."""

import os
import re
import secrets
from decimal import Decimal
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from sqlalchemy.engine import make_url
from stdnum import bic, iban
from stdnum.eu import at_02
from stdnum.fr import siret, tva

from app.platform_settings import PlatformSettings, is_loopback
from app.text.addresses import WrongAddress, as_sent
from app.text.phones import phone_words, read_phone
from app.text.vat import VAT_POINTS


def is_colour(value: str) -> bool:
    return re.fullmatch(r"#[0-9a-fA-F]{6}", value) is not None


def contrast_with_white(colour: str) -> float:
    """From 1 (white itself) to 21 (black); text needs at least 4.5.

    >>> contrast_with_white("#000000")
    21.0
    """
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return round(1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05), 2)


ADDRESSES = (
    "mail_from", "bounce_address", "service_email", "service_contributions_email", "service_dpo_email",
)  # fmt: skip
# The account that France gives as an example, and a creditor: nobody's.
DEMO_ACCOUNT = ("FR7630006000011234567890189", "AGRIFRPP", "FR72ZZZ123456")
# Digits in their order: nobody's.
DEMO_SELLER = {
    "service_siret": "12345678200010", "service_vat_number": "FR11123456782",
    "service_legal_form": "Association loi 1901",
    "service_address": "1 rue de l’Exemple, 22000 Saint-Brieuc",
}  # fmt: skip
# What an invoice says of its seller, by setting, with the words of what is missing.
SELLER = {
    "service_siret": "le SIRET du service",
    "service_legal_form": "la forme juridique du service, comme « Association loi 1901 »",
    "service_address": "l’adresse du service, sous la forme « 12 rue de la Gare, 22000 Saint-Brieuc »",
}  # fmt: skip
PLACE = re.compile(r"(.*?)[ ,]+(\d{5}) +(\S.*)", re.ASCII | re.DOTALL)


class WrongSetting(Exception):  # noqa: N818
    """One sentence, in French, on what stops the start."""


class Settings(PlatformSettings):
    """`PORTAIL_…` variables. Everything that names the service is here; AIST22 is only the default."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)  # processes that serve together, on PostgreSQL
    base_url: str = ""  # the address that people type; by default the two above
    data_dir: Path = Path(".data")
    database_url: str = ""  # sqlite:///… or postgresql+asyncpg://…
    secret_key: str = ""  # 32 characters at least, here or in the file
    secret_key_file: Path | None = None
    smtp_url: str = ""
    demo: bool = False  # set by `portail demo`; refused on any base that the demo did not fill
    trusted_proxies: str = "127.0.0.1"  # proxies whose word on the client's address is believed

    service_name: str = "AIST22 Santé au Travail"
    service_short_name: str = "AIST22"
    service_logo: Path | None = None  # .svg or .png
    # The bar and the menu; a contrast with white below 4.5:1 stops the start.
    service_color: str = "#1a5a96"
    service_menu_color: str = "#1f2d3d"
    service_email: str = "portailadh@aist22.fr"
    service_contributions_email: str = "cotisations@aist22.fr"
    service_dpo_email: str = "dpo@aist22.fr"
    service_phone: str = ""
    service_address: str = ""
    # The legal notice: names of the publisher and of the host.
    service_director: str = ""
    service_hosting: str = ""
    # Working days before an appointment until which it is given back for free; what it costs afterwards,
    # before tax. Without an amount, the pages refer to the service's tariff.
    service_notice_days: int = Field(default=2, ge=0, le=30)
    service_absence_fee_cents: int = Field(default=0, ge=0, le=100_000)
    service_first_absence_free: bool = False  # of a company in a year, unless somebody ticks it
    # Working days within which the service promises an answer where the law sets no date.
    service_answer_days: int = Field(default=5, ge=1, le=60)
    # The storage of deposited files: a folder of the data by default, or s3://bucket/prefix.
    storage_url: str = ""
    # On invoices, with the code that banking applications read.
    service_iban: str = ""
    service_bic: str = ""
    # The creditor's identifier (ICS), without which nobody is debited; days before a debit when its member is
    # told: 14 by the rules of SEPA, unless the members agreed on fewer.
    service_creditor_id: str = ""
    service_debit_notice_days: int = Field(default=14, ge=1, le=30)
    # The seller of the invoices, which are electronic: the law wants all of it once the portal is in service.
    service_siret: str = ""
    service_vat_number: str = ""
    service_legal_form: str = ""
    # Of what no tariff gives a rate for, in percent; or the article of law that exempts the service.
    service_vat_percent: Decimal = Decimal(20)
    service_vat_exemption: str = Field(default="", max_length=200)
    # What a late payment costs, and the discount for an early one; without words there is none.
    service_late_penalty: str = Field(default="trois fois le taux d’intérêt légal", max_length=200)
    service_discount: str = Field(default="", max_length=200)
    mail_from: str = "noreply@aist22.fr"
    # The envelope's sender, where servers say what they could not deliver (the same unless said), and the
    # mailbox where it is read: maildir:///folder, mbox:///file or imaps://user:password@host/folder.
    bounce_address: str = ""
    bounce_box: str = ""
    # Accept addresses where no mail arrives (.example, .test): for the demo, which sends none, and for tests.
    reserved_addresses: bool = False

    @field_validator("service_color", "service_menu_color")
    @classmethod
    def _readable(cls, value: str) -> str:
        if not is_colour(value):
            raise ValueError(f"« {value} » n’est pas une couleur de la forme #1a5a96")
        if (ratio := contrast_with_white(value)) < 4.5:
            raise ValueError(
                f"{value} n’a qu’un contraste de {ratio:.1f}:1 avec le blanc ; il faut au moins 4,5:1"
            )
        return value.lower()

    @field_validator("service_logo")
    @classmethod
    def _logo(cls, value: Path | None) -> Path | None:
        if value and (value.suffix not in {".svg", ".png"} or not value.is_file()):
            raise ValueError(f"{value} n’est pas un fichier .svg ou .png lisible")
        return value

    @field_validator("service_phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        """As it is shown: every page has it, with a link. A short number (3949) is called as it is."""
        if value and not re.fullmatch("[0-9 ]{2,6}", value):
            try:
                return phone_words(read_phone(value))
            except ValueError as error:
                raise ValueError(f"« {value} » : ce numéro de téléphone {error}") from None
        return value

    @field_validator("service_iban", "service_bic")
    @classmethod
    def _bank(cls, value: str, info: ValidationInfo) -> str:
        """A wrong digit would send the members' money elsewhere, so it stops the start."""
        checked = iban if info.field_name == "service_iban" else bic
        if value and not checked.is_valid(value):
            raise ValueError(f"« {value} » n’est pas un numéro valable : un caractère est faux ou manque")
        return str(checked.compact(value))

    @field_validator("service_creditor_id")
    @classmethod
    def _creditor(cls, value: str) -> str:
        """The bank refuses a file whose creditor is wrong."""
        if value and not at_02.is_valid(value):
            raise ValueError(f"« {value} » n’est pas un ICS valable : un caractère est faux ou manque")
        return str(at_02.compact(value))

    @field_validator("service_siret", "service_vat_number")
    @classmethod
    def _number(cls, value: str, info: ValidationInfo) -> str:
        """A platform refuses the invoices of a seller whose number is wrong."""
        checked, country = (siret, "") if info.field_name == "service_siret" else (tva, "FR")
        if value and not checked.is_valid(value):
            raise ValueError(f"« {value} » n’est pas un numéro valable : un caractère est faux ou manque")
        return f"{country}{checked.compact(value)}" if value else ""

    @field_validator("service_vat_percent")
    @classmethod
    def _rate(cls, value: Decimal) -> Decimal:
        if value * 100 not in VAT_POINTS:
            raise ValueError(f"« {value} » n’est pas un taux de TVA en France, comme 20 ou 8.5")
        return value

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        self.base_url = (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")
        self.database_url = _database_url(self.database_url, self.data_dir)
        self.secret_key = self._secret()
        if self.demo and not self.service_iban:
            self.service_iban, self.service_bic, self.service_creditor_id = DEMO_ACCOUNT
        if self.demo and not self.service_siret:
            for name, value in DEMO_SELLER.items():
                setattr(self, name, getattr(self, name) or value)
        self._check_seller()
        if not self.base_url.startswith(("http://", "https://")):
            raise ValueError("PORTAIL_BASE_URL doit commencer par https://")
        if not self.is_secure and not is_loopback(urlsplit(self.base_url).hostname or ""):
            raise ValueError(
                "PORTAIL_BASE_URL doit être en https:// dès que le portail n’est plus sur cette machine"
            )
        if self.demo and not is_loopback(self.host):
            raise ValueError("PORTAIL_DEMO ne s’ouvre que sur cette machine (PORTAIL_HOST=127.0.0.1)")
        if not self.demo and self.smtp_url:
            _ = self.smtp
        if self.bounce_box:
            _check_box(self.bounce_box)
        self.check_platform()
        self.reserved_addresses = self.reserved_addresses or self.demo
        self.bounce_address = self.bounce_address or self.mail_from
        for name in ADDRESSES:
            self._address(name)
        self.mail_from, self.bounce_address = self._address("mail_from"), self._address("bounce_address")
        return self

    def _check_seller(self) -> None:
        """Whole in production: an invoice that names half of its seller is none."""
        known = self.service_siret and self.service_vat_number
        if known and self.service_vat_number[-9:] != self.service_siret[:9]:
            raise ValueError(
                "PORTAIL_SERVICE_VAT_NUMBER : ce numéro n’est pas celui du SIREN de PORTAIL_SERVICE_SIRET"
            )
        if not self.is_secure or self.demo:
            return
        for name, words in SELLER.items():
            if not getattr(self, name) or (name == "service_address" and not self.service_place[1]):
                raise ValueError(f"PORTAIL_{name.upper()} manque : les factures portent {words}")
        if not self.service_vat_number and not self.service_vat_exemption:
            raise ValueError(
                "PORTAIL_SERVICE_VAT_NUMBER manque : les factures portent le numéro de TVA du service, "
                "ou PORTAIL_SERVICE_VAT_EXEMPTION l’article qui l’en dispense"
            )

    @property
    def takes_debits(self) -> bool:
        return bool(self.service_creditor_id and self.service_iban)

    @property
    def service_place(self) -> tuple[str, str, str]:
        """Street, postcode and town of the service: all of it in the first when it is written otherwise."""
        found = PLACE.fullmatch(self.service_address.strip())
        street, postcode, town = found.groups() if found else (self.service_address, "", "")
        return street, postcode, town

    def _address(self, name: str) -> str:
        """The address as it is sent: `mail_from` gives the identifiers of letters, which are ASCII."""
        try:
            return as_sent(getattr(self, name), reserved=self.reserved_addresses)
        except WrongAddress as wrong:
            words = f"PORTAIL_{name.upper()} : l’adresse « {getattr(self, name)} » {wrong.clause}"
            raise ValueError(words) from None

    def _secret(self) -> str:
        key = self.secret_key
        if self.secret_key_file:
            if not self.secret_key_file.is_file():
                raise ValueError(f"PORTAIL_SECRET_KEY_FILE : {self.secret_key_file} est introuvable")
            key = self.secret_key_file.read_text().strip()
        if not key and self.demo:
            key = _demo_secret(self.data_dir / "secret")
        if len(key) < 32:
            raise ValueError(
                "PORTAIL_SECRET_KEY manque ou compte moins de 32 caractères (openssl rand -hex 32)"
            )
        return key

    @property
    def is_secure(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def site_name(self) -> str:
        """The host of the address that people type, as browsers write it: in ASCII."""
        return (urlsplit(self.base_url).hostname or "").encode("idna").decode()

    @property
    def origin(self) -> str:
        """The origin of our pages, as in https://portail.service.example."""
        parts = urlsplit(self.base_url)
        is_usual = parts.port in {None, {"https": 443, "http": 80}[parts.scheme]}
        return f"{parts.scheme}://{self.site_name}" + ("" if is_usual else f":{parts.port}")

    @property
    def takes_passkeys(self) -> bool:
        """True when browsers make passkeys for us: for a name, and for no bare number."""
        try:
            ip_address(self.site_name)
        except ValueError:
            return True
        return False

    @property
    def database_file(self) -> Path | None:
        """The file of SQLite; PostgreSQL has none."""
        url = make_url(self.database_url)
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    @cached_property
    def smtp(self) -> dict[str, Any]:
        """Options that `emails` needs to reach the relay. Without TLS only to this machine."""
        parts = urlsplit(self.smtp_url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("PORTAIL_SMTP_URL doit ressembler à smtp://utilisateur:motdepasse@serveur:587")
        implicit = parts.scheme == "smtps"
        options: dict[str, Any] = {"host": parts.hostname, "port": parts.port or (465 if implicit else 587)}
        if implicit:
            options["ssl"] = True
        elif not is_loopback(parts.hostname):
            options["tls"] = True
        if parts.username:
            options |= {"user": unquote(parts.username), "password": unquote(parts.password or "")}
        return options


def _check_box(url: str) -> None:
    parts = urlsplit(url)
    is_local = parts.scheme in {"maildir", "mbox"} and parts.path
    is_server = parts.scheme == "imaps" or (parts.scheme == "imap" and is_loopback(parts.hostname or ""))
    if not is_local and not (is_server and parts.hostname and parts.username):
        raise ValueError(
            "PORTAIL_BOUNCE_BOX doit ressembler à maildir:///dossier, mbox:///fichier "
            "ou imaps://utilisateur:motdepasse@serveur/INBOX"
        )


def _database_url(given: str, data_dir: Path) -> str:
    url = given or f"sqlite+aiosqlite:///{data_dir / 'portail.db'}"
    for short, full in (("sqlite:///", "sqlite+aiosqlite:///"), ("postgresql://", "postgresql+asyncpg://")):
        if url.startswith(short):
            return full + url.removeprefix(short)
    if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise ValueError("PORTAIL_DATABASE_URL doit commencer par sqlite:/// ou postgresql+asyncpg://")
    return url


def _demo_secret(path: Path) -> str:
    """The demo's own secret, drawn once, so that a restart keeps its sessions."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Whole under its name or not at all: half a secret would stop every later start.
        drawn = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with open(drawn, "x", opener=_for_its_owner) as file:
            file.write(secrets.token_hex(32))
        drawn.replace(path)
    return path.read_text().strip()


def _for_its_owner(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def load_settings(**given: Any) -> Settings:
    """Settings from the environment, or `WrongSetting` with one clear sentence."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"PORTAIL_{str(first['loc'][0]).upper()} : " if first["loc"] else ""
        raise WrongSetting(name + first["msg"].removeprefix("Value error, ") + ".") from None


# The settings of `portail --env FILE`: one `NAME=value` a line, as systemd and every shell tool write them.

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
OURS = "PORTAIL_"


def read_environment(file: Path) -> None:
    """Set the variables of the file. One that the environment has already stays: a variable typed before a
    command wins.
    """
    from dotenv.parser import parse_stream  # noqa: PLC0415 - where there is a file

    try:
        with file.open(encoding="utf-8") as lines:
            bindings = list(parse_stream(lines))
    except UnicodeDecodeError:
        raise WrongSetting(f"{file} n’est pas en UTF-8.") from None
    except OSError as error:
        raise WrongSetting(f"{file} ne se lit pas : {error.strerror}.") from None
    for each in bindings:
        if each.key is None and not each.error:
            continue
        # Never what the line says: it may be a password.
        where = f"{file}, ligne {each.original.line + _blank_lines(each.original.string)}"
        if each.error or each.key is None or each.value is None or not NAME.fullmatch(each.key):
            raise WrongSetting(f"{where} : il faut NOM=valeur, entre guillemets doubles si besoin.")
        if each.key.startswith(OURS) and each.key.removeprefix(OURS).lower() not in Settings.model_fields:
            raise WrongSetting(f"{where} : {each.key} n’est pas un réglage du portail.")
        os.environ.setdefault(each.key, each.value)


def _blank_lines(words: str) -> int:
    """A binding begins with the blank lines above it."""
    return words[: len(words) - len(words.lstrip())].count("\n")
