"""Documents that the service shares with a company, and that the company deposits."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import CompanyOwned, instant

DEPOSITED = text("NOT from_service AND withdrawn_at IS NULL AND handled_at IS NULL")


class DocumentKind(StrEnum):
    """`APTITUDE` is for those who have the right; `DUERP` has versions, kept for ever."""

    ATTESTATION = "attestation"
    APTITUDE = "aptitude"
    COMPANY_SHEET = "fiche_entreprise"
    CERTIFICATE = "certificat"
    DUERP = "duerp"
    OTHER = "autre"


class Document(CompanyOwned, table=True):
    """One file. Its bytes are kept under `sha256`, once however often they are deposited.

    `series`: what the versions of one document share; `version` counts in it. `from_service`: shared, not
    deposited. `read_at`: when somebody of the company said that they saw what the service shared.
    `handled_at`: when the service looked at what was deposited.
    """

    __table_args__ = (
        UniqueConstraint("company_id", "series", "version"),
        UniqueConstraint("company_id", "token"),
        Index("ix_document_company_id_created_at_id", "company_id", "created_at", "id"),
        Index(
            "ix_document_deposited", "created_at", "id", sqlite_where=DEPOSITED, postgresql_where=DEPOSITED
        ),
    )

    company_id: int = Field(foreign_key="company.id")
    kind: DocumentKind = Field(sa_type=String(20))
    title: str = Field(max_length=120)
    search_key: str = Field(default="", max_length=300)
    file_name: str = Field(max_length=120)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    series: str = Field(max_length=43)
    version: int = 1
    token: str = Field(max_length=43)
    from_service: bool = False
    employee_id: int | None = Field(default=None, foreign_key="employee.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    on_behalf: bool = False
    created_at: datetime = instant()
    read_at: datetime | None = instant(nullable=True)
    withdrawn_at: datetime | None = instant(nullable=True)
    handled_at: datetime | None = instant(nullable=True)
