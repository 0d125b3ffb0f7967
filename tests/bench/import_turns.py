"""A file of one line, sent while four heavy ones of another account are read: when is it compared?"""

import html
import time

import httpx

from app import clock
from app.access import VisitorAccess
from app.employee_files.writing import xlsx_of
from app.employees.declared import LABELS
from app.sessions import open_session
from db.models import Membership
from tests.bench.imports import ROWS, TOKEN
from tests.bench.served import portal_served
from tests.bench.table import Line, verdict

SECONDS, OTHER = 5.0, "00042"
FIRM = ("00010", "00010-2", "00010-5", OTHER)


def lines(*, quick: bool = False) -> list[Line]:
    tokens: list[str] = []

    async def fill(portal, told) -> None:
        async with portal.database.transaction(write=True) as session:
            session.add(
                Membership(
                    account_id=told.alice.key, company_id=told.theirs.key, roles=["administrateur"],
                    created_at=clock.now(),
                )
            )  # fmt: skip
            tokens.append(open_session(VisitorAccess(portal, session), told.charlie, "bench", clock.now()))

    heavy, light = xlsx_of([_person(at) for at in range(ROWS)]), xlsx_of([_person(0)])
    with (
        portal_served(fill) as served,
        httpx.Client(base_url=served.url, cookies={"session": served.session}, trust_env=False) as firm,
        httpx.Client(base_url=served.url, cookies={"session": tokens[0]}, trust_env=False) as other,
    ):
        firm.timeout = other.timeout = 60
        places = [_sent(firm, code, heavy) for code in FIRM]
        began = time.perf_counter()
        place = _sent(other, OTHER, light)
        while _is_read_still(other, place):
            time.sleep(0.05)
        taken = time.perf_counter() - began
        left = sum(_is_read_still(firm, each) for each in places)
    name = f"one line, while {left} of {len(FIRM)} files of {ROWS} rows of another account are unread"
    return [Line(name, f"{taken:.1f} s", f"at most {SECONDS:g} s", verdict(taken <= SECONDS and left > 0))]


def _person(at: int) -> dict[str, str]:
    told = dict.fromkeys(LABELS, "") | {
        "birth_name": f"Durand{at}", "first_names": "Zoé", "birth_on": "1990-05-12",
        "entry_on": "2026-01-02", "contract": "cdi", "job_title": "Soudeuse",
    }  # fmt: skip
    return told | {"code": ""}


def _sent(client: httpx.Client, code: str, content: bytes) -> str:
    address = f"/espace/{code}/salaries/imports/nouveau"
    token = html.unescape(TOKEN.findall(client.get(address).text)[-1])
    answer = client.post(address, data={"csrf": token}, files={"fichier": ("liste.xlsx", content)})
    return answer.headers["location"]


def _is_read_still(client: httpx.Client, place: str) -> bool:
    page = client.get(place).text
    if "Fichier non repris" in page:
        raise RuntimeError(page)
    return "Lecture du fichier" in page
