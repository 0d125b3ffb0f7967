"""Steps of reminders: written by the service, checked, and the suspension that follows the last."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.dunning.rules import next_step
from app.main import STAFF
from db.models import AuditEvent, AuditKind, Company, DunningStep, OutboxMail, Reminder
from tests.actors import Actor
from tests.dunning.steps import ALL, FIRST, LAST, SECOND, late_invoice, remind, write_steps
from tests.invoices.steps import paid
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague

STEPS = f"{ALL}/etapes"
PROPOSED = f"{ALL}/suspensions"


@pytest.mark.usefixtures("time_machine_at")
async def test_steps_are_written_changed_and_removed(clerk, portal):
    check(await clerk.get(f"{STEPS}/nouvelle"))
    await write_steps(clerk, LAST, FIRST)
    page = await clerk.get(STEPS)
    check(page)
    assert page.text.index("1. Rappel") < page.text.index("2. Mise en demeure")
    last, first = await rows(portal, DunningStep)
    check(await clerk.get(f"{STEPS}/{first.id}"))
    await clerk.follow(await clerk.fill(f"{STEPS}/{first.id}", **FIRST | {"days": "10"}))
    check(await clerk.get(f"{STEPS}/{last.id}/retrait"))
    after = await clerk.follow(await clerk.fill(f"{STEPS}/{last.id}/retrait"))
    assert "L’étape est retirée" in after.text
    assert "Mise en demeure" not in after.text
    assert (await clerk.get(f"{STEPS}/{last.id}")).status_code == 404
    assert [each.days for each in await rows(portal, DunningStep)] == [45, 10]
    kinds = [
        each.about
        for each in await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DUNNING_STEP_CHANGED)
    ]
    assert len(kinds) == 4


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"days": "0"}, "nombre de jours"), ({"days": "dix"}, "nombre de jours"),
        ({"days": "45"}, "Une autre étape part déjà ce jour-là"), ({"kind": "pigeon"}, "Choisissez comment"),
        ({"text": "Bonjour {prénom}"}, "n’est pas un emplacement"), ({"text": "Bonjour {"}, "accolade seule"),
        ({"subject": "{montants}"}, "n’est pas un emplacement"), ({"text": " "}, "Écrivez le texte"),
        ({"fee": "40,01"}, "40,00 € au plus"), ({"fee": "40"}, "n’est due qu’une fois par facture"),
        ({"fee": "beaucoup"}, "ne se lit pas"), ({"signed_by": ""}, "Écrivez qui signe"),
    ],
)  # fmt: skip
async def test_a_step_that_cannot_be_is_refused_and_stays_typed(clerk, portal, changed, words):
    await write_steps(clerk, LAST)
    answer = await clerk.fill(f"{STEPS}/nouvelle", **SECOND | changed)
    assert answer.status_code == 422
    check(answer)
    assert words in answer.text
    assert len(await rows(portal, DunningStep)) == 1


def a_step(days):
    return DunningStep(days=days, kind="mail", subject="s", text="t", signed_by="x")


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(1, 90), min_size=1, max_size=5), st.lists(st.integers(1, 40), max_size=40))
def test_each_step_leaves_once_in_order_and_never_closer_than_written(days, waits):
    steps = [a_step(each) for each in sorted(days)]
    due_on = date(2026, 1, 31)
    today, last_days, last_on, sent = due_on, 0, None, []
    for wait in waits:
        today += timedelta(days=wait)
        found = next_step(steps, due_on, last_days, last_on)
        if found and found[1] <= today:
            step = found[0]
            assert today >= due_on + timedelta(days=step.days)
            assert last_on is None or (today - last_on).days >= step.days - last_days
            last_days, last_on = step.days, today
            sent.append(step.days)
    assert sent == sorted(days)[: len(sent)]


async def proposed(clerk, portal, world):
    invoice = await late_invoice(portal, world)
    await write_steps(clerk, FIRST)
    await remind(clerk, portal)
    return invoice


@pytest.mark.usefixtures("time_machine_at")
async def test_a_suspension_is_proposed_after_the_last_step_and_the_direction_decides(
    clerk, alice, portal, world
):
    await proposed(clerk, portal, world)
    page = await clerk.get(PROPOSED)
    check(page)
    assert "00010-2" in page.text
    (site,) = await rows(portal, Company, Company.code == "00010-2")
    assert site.suspended_at is None
    check(await clerk.get(f"{PROPOSED}/00010-2"))
    no_reason = await clerk.fill(f"{PROPOSED}/00010-2", acte="Suspendre l’adhésion", reason="")
    assert no_reason.status_code == 422
    other = await clerk.fill(f"{PROPOSED}/00010-2", acte="Autre chose", reason="Sans réponse")
    assert other.status_code == 422
    done = await clerk.fill(
        f"{PROPOSED}/00010-2", acte="Suspendre l’adhésion", reason="Trois relances sans réponse"
    )
    assert "L’adhésion est suspendue" in (await clerk.follow(done)).text
    (site,) = await rows(portal, Company, Company.code == "00010-2")
    assert site.suspended_at
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.MEMBER_SUSPENDED)
    assert event.about == "Trois relances sans réponse"
    assert await rows(portal, OutboxMail, OutboxMail.template == "membership_changed")
    assert "Aucune suspension n’est proposée" in (await clerk.get(PROPOSED)).text
    assert (await clerk.get(f"{PROPOSED}/00010-2")).status_code == 404


@pytest.mark.usefixtures("time_machine_at")
async def test_a_suspension_set_aside_or_paid_is_proposed_no_more(clerk, portal, world):
    invoice = await proposed(clerk, portal, world)
    await clerk.fill(f"{PROPOSED}/00010-2", acte="Ne pas suspendre", reason="Paiement promis au téléphone")
    assert "Aucune suspension n’est proposée" in (await clerk.get(PROPOSED)).text
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.SUSPENSION_DECLINED)
    assert event.company_id == world.site.id
    async with portal.database.transaction(write=True) as session:
        for each in await rows(portal, Reminder):
            (await session.get(Reminder, each.id)).decided_at = None
    assert "00010-2" in (await clerk.get(PROPOSED)).text
    await paid(portal, world, invoice, 120_00)
    assert "Aucune suspension n’est proposée" in (await clerk.get(PROPOSED)).text


@pytest.mark.usefixtures("time_machine_at")
async def test_accounts_see_the_proposal_and_only_the_direction_decides(app, clerk, portal, world):
    await proposed(clerk, portal, world)
    async with Actor(app) as actor:
        colleague = await a_colleague(actor, portal, ["comptabilite"])
        page = await colleague.get(PROPOSED)
        assert "à la direction" in page.text
        assert (await colleague.get(f"{PROPOSED}/00010-2")).status_code == 403
    assert "dunning.decide" in {each.name for each in STAFF}
