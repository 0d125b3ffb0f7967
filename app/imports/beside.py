"""The process beside the pages for employee files: sieving, comparing and writing of what was found.

`python -m app.imports.beside`, started by `app.files.companion`; `works` says what it is asked.
"""

import gc
from datetime import date
from pathlib import Path

from app import quick_start  # noqa: F401 - for its effects, before all that follows

# isort: split
import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import MemberAccess
from app.employee_files.dsn import Sieve
from app.files.companion import Said, Work, answer_questions
from app.imports.reading import read_and_keep
from app.logs import configure_logs
from app.portal import make_portal
from app.security.seat import ActingAccount, ActingCompany, ActingMembership
from app.settings import Settings

NOBODY = ActingMembership(0, [], third_party=False, ends_on=None)


def works(told: Said) -> dict[str, Work]:
    """`told`: the settings of the portal that its base and its key depend on."""
    portal = make_portal(Settings.model_construct(data_dir=Path(), **told))
    sieves: dict[int, Sieve] = {}

    async def sieve(said: Said, piece: bytes) -> bytes:
        number = said["sieve"]
        if said["is_first"]:
            sieves[number] = Sieve()
        return sieves[number].feed(piece, is_last=said["is_last"])

    async def forget_sieve(said: Said, _content: bytes) -> bytes:
        sieves.pop(said["sieve"], None)
        return b""

    async def read(said: Said, _content: bytes) -> bytes:
        company = msgspec.convert(said["company"], ActingCompany, strict=False)
        account = ActingAccount(said["account"], "", "", "")
        access = MemberAccess(portal, AsyncSession(), account, company, NOBODY).beside()
        await read_and_keep(access, said["import_id"], said["mapping"], date.fromisoformat(said["today"]))
        return b""

    return {"sieve": sieve, "forget_sieve": forget_sieve, "read": read}


if __name__ == "__main__":
    configure_logs()
    gc.enable()
    answer_questions(works)
