"""One employee as the page tells it, and what it answers after a declaration."""

from datetime import date

import pytest

from app.follow_up.law import DoneVisit
from db.models import VisitKind
from tests.employees.people import LIST, an_employee
from tests.pages import check

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_a_sheet_explains_the_follow_up_and_what_comes_next(alice, world, portal):
    seen = DoneVisit(VisitKind.VIP_INITIAL, date(2024, 10, 1))
    mine = await an_employee(portal, world.site, seen, risks="NUIT", driving_until="2026-04-11")
    page = await alice.get(f"{LIST}/{mine.id}")
    assert "Suivi individuel adapté (SIA)" in page.text
    assert 'travail de nuit <span class="hint">(Code du travail, R4624-18)' in page.text
    assert "Visite d’information et de prévention périodique" in page.text
    assert '<time datetime="2027-10-01">' in page.text
    assert "(R4624-17)" in page.text
    assert "mi-carrière" not in page.text
    assert "Autorisation de conduite : à renouveler" in page.text
    assert "Visite d’information et de prévention initiale</td>" in page.text
    check(page)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"contract": "interim"}, "C’est l’entreprise de travail temporaire qui fait suivre ses salariés"),
        ({"contract": "stage"}, "ne compte pas dans l’effectif de la cotisation (L4622-6)"),
        ({"entry_on": "2025-06-02"}, "En retard : elle devait avoir lieu au plus tard le"),
        ({"entry_on": "2025-06-02", "exit_on": "2026-02-28"}, "Sorti le 28/02/2026"),
        ({"risks": "AMIANTE", "entry_on": "2026-03-16"}, "Ce travail ne peut pas commencer avant."),
        ({"risks": "AMIANTE", "entry_on": "2026-03-16"}, "Cette visite est urgente"),
        ({"risks": "AMIANTE"}, "Ce travail ne devait pas commencer avant."),
        ({"risks": "RQTH", "entry_on": "2026-02-16"}, "Prioritaire : mieux vaut ne pas attendre"),
        ({"risks": "RQTH"}, "reconnaissance de la qualité de travailleur handicapé"),
        ({"contract": "cdd", "contract_ends_on": "2026-02-28"}, "À confirmer : contrat terminé"),
        ({"contract": "cdd", "contract_ends_on": "2026-02-28"}, "S’il est toujours là, corrigez la date"),
        ({"electrical_until": "2026-03-01"}, "Habilitation électrique : expirée</strong> depuis le <time"),
        ({"birth_on": "1983-06-01"}, "l’année des 45 ans, en 2028 (L4624-2-2)"),
        ({"entry_on": "2026-03-16", "exit_on": "2026-05-29"}, "Arrive le 16/03/2026, part le 29/05/2026"),
        ({"exit_on": "2026-05-29"}, 'correction#exit_on">Modifier ou annuler son départ'),
        ({"phone": "+33612345678"}, "<dd>06 12 34 56 78</dd>"),
    ],
)
async def test_a_sheet_says_what_the_employer_has_to_know(alice, world, portal, declared, words):
    mine = await an_employee(portal, world.site, **declared)
    page = await alice.get(f"{LIST}/{mine.id}")
    assert words in page.text
    check(page)


@pytest.mark.parametrize("contract", ["stage", "interim", "non_salarie"])
async def test_nobody_is_promised_a_visit_who_is_not_followed_here(alice, world, portal, contract):
    mine = await an_employee(portal, world.site, contract=contract)
    for done in ("declare", "retour"):
        page = await alice.after(f"{LIST}/{mine.id}", done)
        assert "enregistré" in page.text.partition("<h1>")[0]
        assert "Le service ne proposera pas de visite." in page.text
        for promise in ("proposera une date", "Suivi individuel simple"):
            assert promise not in page.text
    check(page)


async def test_a_mid_career_visit_of_the_past_is_not_spoken_of(alice, world, portal):
    for born in ("1979-06-01", "1985-06-01"):
        mine = await an_employee(portal, world.site, birth_on=born)
        assert "mi-carrière" not in (await alice.get(f"{LIST}/{mine.id}")).text


async def test_who_leaves_later_is_not_offered_a_return(alice, world, portal):
    mine = await an_employee(portal, world.site, exit_on="2026-05-29")
    assert "Enregistrer son retour" not in (await alice.get(f"{LIST}/{mine.id}")).text
    assert "dont à confirmer" in (await alice.get(LIST)).text


@pytest.mark.parametrize(
    ("risks", "words"),
    [
        ("", "simple (SI) : visite au plus tard le 8 juin 2026."),
        ("AMIANTE", "renforcé (SIR) : visite urgente, au plus tard le 7 mars 2026."),
        ("RQTH", "adapté (SIA) : visite urgente, au plus tard le 8 juin 2026."),
    ],
)
async def test_what_was_declared_is_answered_by_its_follow_up_and_its_day(alice, world, portal, risks, words):
    mine = await an_employee(portal, world.site, risks=risks, entry_on="2026-03-08")
    for done in ("declare", "retour"):
        assert words in (await alice.after(f"{LIST}/{mine.id}", done)).text
