"""Settings of the platform (plateforme agréée) that takes electronic invoices; without it, none leaves."""

import os
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

# All of them once there is a platform, with the words of what is missing.
WANTED = {
    "platform_token_url": "l’adresse où la plateforme donne un jeton",
    "platform_client_id": "l’identifiant du service chez la plateforme",
    "platform_since": "le premier jour des factures à envoyer, comme 2026-12-01",
}


class Variables(BaseModel):
    """Fields that variables of the environment give, each by its name after `PORTAIL_`: what is given in the
    code wins, and an empty variable is none.
    """

    model_config = ConfigDict(extra="ignore", validate_default=True)

    def __init__(self, **given: Any) -> None:
        there = {name.lower(): value for name, value in os.environ.items()}
        read = {name: there.get(f"portail_{name}") for name in type(self).model_fields}
        super().__init__(**({name: value for name, value in read.items() if value} | given))


class PlatformSettings(Variables):
    """`PORTAIL_PLATFORM_…` variables. `platform_since`: invoices of before that day are not sent. The secret
    is one of pydantic's: neither a log nor a fault's traceback prints it.
    """

    platform_url: str = ""
    platform_token_url: str = ""
    platform_client_id: str = ""
    platform_client_secret: SecretStr = SecretStr("")
    platform_client_secret_file: Path | None = None
    platform_organization: str = ""
    platform_since: date | None = None

    def check_platform(self) -> None:
        """Complete or absent, and over TLS unless it is on this machine."""
        if not self.platform_url:
            return
        for name, words in WANTED.items():
            if not getattr(self, name):
                raise ValueError(f"PORTAIL_{name.upper()} manque : c’est {words}")
        for name in ("platform_url", "platform_token_url"):
            parts = urlsplit(getattr(self, name))
            is_near = parts.scheme == "http" and is_loopback(parts.hostname or "")
            if not parts.hostname or not (parts.scheme == "https" or is_near):
                raise ValueError(f"PORTAIL_{name.upper()} doit commencer par https://")
        if self.platform_client_secret_file:
            if not self.platform_client_secret_file.is_file():
                file = self.platform_client_secret_file
                raise ValueError(f"PORTAIL_PLATFORM_CLIENT_SECRET_FILE : {file} est introuvable")
            self.platform_client_secret = SecretStr(self.platform_client_secret_file.read_text().strip())
        if not self.platform_client_secret.get_secret_value():
            raise ValueError("PORTAIL_PLATFORM_CLIENT_SECRET manque : c’est le secret du service chez elle")
        self.platform_url = self.platform_url.rstrip("/")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
