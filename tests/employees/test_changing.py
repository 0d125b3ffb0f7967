"""One rule decides of one employee, by hand or in a file: what is written, and whom the team hears of."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employees.declared import LABELS, change
from app.follow_up.law import first_visit, is_before_work
from db.models import ChangeKind
from tests.employees.people import declare
from tests.employees.steps import JOB, NOTHING, YANN, three_steps
from tests.follow_up.test_law import FACTS
from tests.imports.test_routes import compared

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
TODAY = date(2026, 3, 2)
HIRED = dict.fromkeys(LABELS, "") | {
    "birth_name": "KERBRAT", "first_names": "Yann", "birth_on": "1992-07-14", "sex": "M", "part_time": "non",
    "entry_on": "2026-03-16", "contract": "cdi", "job_title": "Soudeur",
}  # fmt: skip
HEADER = "Nom;Prénom;Naissance;Sexe;Entrée;Contrat;Poste;PCS;Risques"
# What is declared, and whether the team must hear of it.
CASES = [
    ({}, False),
    ({"birth_on": "14/07/2009"}, True),
    ({"risk_amiante": "oui"}, True),
    ({"risk_amiante": "oui", "entry_on": "02/02/2026"}, True),
    ({"birth_on": "14/07/2009", "entry_on": "02/02/2026"}, True),
]


@pytest.mark.parametrize(("said", "is_told"), CASES)
async def test_by_hand_and_by_a_file_the_team_hears_of_the_same_hires(
    app, alice, world, mailbox, said, is_told
):
    born, entry = said.get("birth_on", YANN["birth_on"]), said.get("entry_on", JOB["entry_on"])
    exposed = NOTHING | {name: "oui" for name in said if name.startswith("risk")}
    answer = await three_steps(alice, YANN | {"birth_on": born}, JOB | {"entry_on": entry}, exposed)
    assert answer.status_code == 303, answer.text
    await declare(alice)
    by_hand = [each["subject"] for each in await mailbox.delivered(app)]
    risks = "AMIANTE" if "risk_amiante" in said else ""
    line = f"ABGRALL;Luc;{born};M;{entry};CDI;Soudeur;623e;{risks}"
    place, _ = await compared(alice, f"{HEADER}\r\n{line}\r\n".encode())
    await alice.fill(place)
    by_file = [each["subject"] for each in await mailbox.delivered(app)]
    assert [len(by_hand), len(by_file)] == [int(is_told)] * 2
    assert by_file == by_hand


def test_a_hire_who_is_gone_already_is_no_news():
    hire = HIRED | {"risks": "AMIANTE", "entry_on": "2025-01-06"}
    assert change({}, hire, ChangeKind.DECLARED, [], TODAY).urgent
    assert not change({}, hire | {"exit_on": "2026-03-01"}, ChangeKind.DECLARED, [], TODAY).urgent
    assert change({}, hire | {"exit_on": "2026-03-02"}, ChangeKind.DECLARED, [], TODAY).urgent


def test_a_correction_is_no_hire_and_a_return_is_one():
    before = HIRED | {"risks": "AMIANTE", "entry_on": "2020-01-06", "exit_on": "2025-12-31"}
    back = {"entry_on": "2026-03-16", "exit_on": ""}
    made = change(before, back, ChangeKind.CAME_BACK, [], TODAY)
    assert made.urgent.startswith("KERBRAT Yann : Examen médical")
    assert made.trace["before"] == {"entry_on": "2020-01-06", "exit_on": "2025-12-31"}
    assert (made.row["entry_on"], made.row["exit_on"]) == (date(2026, 3, 16), None)
    assert not change(HIRED, {"risks": "AMIANTE"}, ChangeKind.CORRECTED, [], TODAY).urgent


@given(FACTS, st.integers(1, 400))
def test_the_days_of_a_row_say_whether_the_visit_comes_before_the_work(facts, days):
    visit = first_visit(facts)
    before = facts.entry_on - timedelta(days=days)
    assert is_before_work(visit.by, facts.entry_on, before) == visit.before_post
    assert not is_before_work(visit.by, facts.entry_on, facts.entry_on)
