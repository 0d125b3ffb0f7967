"""A file of many people, half of them known, into the largest company: sent, compared and applied."""

import html
import time
from datetime import date, timedelta
from typing import Any

import httpx

from app.employee_files.writing import csv_of
from app.employees.declared import LABELS
from tests.bench.imports import TOKEN

AGAIN = 1.0  # seconds until somebody who is told to come back asks again


class Patient(httpx.HTTPTransport):
    """Asks again when it is told to come back, as whoever waits for this file would."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        while (answer := super().handle_request(request)).status_code == 503:
            answer.close()
            time.sleep(AGAIN)
        return answer


def import_people(url: str, who: dict[str, Any], number: int, rows: int) -> float:
    """Seconds from the sending of the file to the list that has its people."""
    address, name = f"/espace/{who['code']}/salaries/imports/nouveau", f"liste{number}.csv"
    content = csv_of([_person(number * rows + at, who["code"]) for at in range(rows)])
    with httpx.Client(
        base_url=url, cookies={"session": who["session"]}, timeout=300, transport=Patient()
    ) as client:
        began = time.perf_counter()
        token = TOKEN.findall(client.get(address).text)[-1]
        sent = client.post(address, data={"csrf": html.unescape(token)}, files={"fichier": (name, content)})
        place = sent.headers["location"]
        while "Comparaison avec votre liste" not in (page := client.get(place).text):
            if "Fichier non repris" in page:
                raise RuntimeError(page)
            time.sleep(0.1)
        token = TOKEN.findall(page)[-1]
        answer = client.post(place, data={"csrf": html.unescape(token)})
        if answer.status_code not in {200, 303}:
            raise RuntimeError(f"{place}: {answer.status_code}")
        return time.perf_counter() - began


def _person(number: int, code: str) -> dict[str, str]:
    return dict.fromkeys(LABELS, "") | {
        "birth_name": f"Importé {number}", "first_names": "Zoé", "birth_on": f"{_day(number)}",
        "entry_on": "2026-01-02", "contract": "cdi", "job_title": "Soudeuse", "staff_number": f"N{number}",
        "code": code,
    }  # fmt: skip


def _day(number: int) -> date:
    return date(1965, 1, 1) + timedelta(days=number % 12_000)
