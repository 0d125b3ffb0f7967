"""A payment plan: agreed, read by its employer, covered by payments in order, broken by a person only."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.dunning.queries import late_invoices, steps_of
from app.errors import Refused
from app.invoices.instalments import (
    Instalment,
    PlannedInvoice,
    check_instalments,
    covered_of,
    equal_parts,
    lines_of,
    monthly,
)
from db.models import AuditEvent, AuditKind, OutboxMail, PaymentPlan, PlanInvoice
from tests.actors import Actor
from tests.dunning.steps import ALL as REMINDERS
from tests.dunning.steps import late_invoice, remind, standing, write_steps
from tests.invoices.steps import paid
from tests.pages import check
from tests.planning.steps import service
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

NEW = "/service/adherents/00010-2/echeancier"
PLANS = "/service/echeanciers"
TODAY = date(2026, 3, 2)


async def proposed(clerk, invoices, number=3, first="15/03/2026"):
    """The fields of the page that proposes instalments."""
    chosen = "".join(f"&facture={each.id}" for each in invoices)
    page = await clerk.get(f"{NEW}?nombre={number}&premier={first}{chosen}")
    check(page)
    found = dict(
        re.findall(r'name="((?:day|amount)_\d+|token|invoices|note)"[^>]*value="([^"]*)"', page.text)
    )
    return found, page


async def agreed(clerk, portal, owed, **changed):
    fields, page = await proposed(clerk, owed)
    (csrf,) = set(re.findall(r'name="csrf" value="([^"]*)"', page.text.partition("<main")[2]))
    answer = await clerk.post(NEW, data=fields | {"csrf": csrf} | changed)
    return answer, fields


@pytest.mark.usefixtures("time_machine_at")
async def test_a_plan_is_agreed_read_covered_in_order_and_stops_reminders(
    clerk, alice, portal, world, time_machine_at
):
    one = await late_invoice(portal, world)
    two = await late_invoice(portal, world, "F2026-8", due_on=date(2026, 2, 21), cents=5_001)
    await write_steps(clerk)
    check(await clerk.get(f"{NEW}?facture={one.id}"))
    answer, fields = await agreed(clerk, portal, [one, two])
    assert [fields[f"amount_{n}"] for n in (1, 2, 3)] == ["60,01", "60,00", "60,00"]
    assert fields["day_3"] == "15/05/2026"
    page = await clerk.follow(answer)
    check(page)
    assert "L’échéancier est accordé" in page.text
    again, _ = await agreed(clerk, portal, [one, two], token=fields["token"])
    assert again.status_code == 303, "the same form sent twice makes one"
    (plan,) = await rows(portal, PaymentPlan)
    assert plan.cents == sum(cents for _, cents in plan.instalments) == 180_01
    (mail,) = await rows(portal, OutboxMail, OutboxMail.template == "payment_plan")
    assert len(mail.context["instalments"]) == 3
    aside = await clerk.get(REMINDERS)
    assert "Échéancier accordé, et non rompu" in aside.text
    assert "Aucune facture n’est à relancer" in aside.text
    await paid(portal, world, one, 100_00)
    theirs = await alice.get(f"/espace/00010-2/factures/{two.id}")
    check(theirs)
    states = re.findall(r'<span class="tag[^"]*">([^<]+)</span>', theirs.text.partition("<h2>Échéancier")[2])
    assert states == ["Payée", "Partiellement payée", "À payer"]
    time_machine_at.shift(timedelta(days=50))
    await clerk.signed_in(world.clerk)
    late = await clerk.get(PLANS)
    check(late)
    assert "1 échéance en retard" in late.text
    assert "dont 1 en retard" in (await clerk.get(REMINDERS)).text
    await remind_nothing(clerk, portal)


async def remind_nothing(clerk, portal):
    """A late instalment breaks nothing: the button is not there."""
    page = await clerk.get(REMINDERS)
    assert "<button>Relancer" not in page.text
    assert await standing(portal) == []


@pytest.mark.usefixtures("time_machine_at")
async def test_a_plan_is_broken_by_a_person_who_says_why_and_reminders_go_on(clerk, portal, world):
    one = await late_invoice(portal, world)
    await write_steps(clerk)
    await agreed(clerk, portal, [one])
    (plan,) = await rows(portal, PaymentPlan)
    path = f"{PLANS}/{plan.id}/rupture"
    check(await clerk.get(path))
    assert (await clerk.fill(path, reason="")).status_code == 422
    page = await clerk.follow(await clerk.fill(path, reason="Deux échéances sans paiement"))
    check(page)
    assert "Deux échéances sans paiement" in page.text
    assert (await clerk.get(path)).status_code == 404
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.PLAN_ENDED)
    assert event.about_id == one.id
    mails = await rows(portal, OutboxMail, OutboxMail.template == "payment_plan")
    assert [each.context["reason"] for each in mails] == ["", "Deux échéances sans paiement"]
    await remind(clerk, portal)
    assert await standing(portal) == [("F2026-9", 8)]
    answer, _ = await agreed(clerk, portal, [one])  # and another may be agreed
    assert answer.status_code == 303
    assert len(await rows(portal, PlanInvoice)) == 2


@pytest.mark.usefixtures("time_machine_at")
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount_1": "39,99"}, "0,01 € de moins"), ({"amount_3": "50"}, "10,00 € de plus"),
        ({"amount_2": "0"}, "plus grand que zéro"), ({"amount_2": "dix"}, "ne se lit pas"),
        ({"day_1": "01/03/2026"}, "ne peut pas être passée"), ({"day_2": "15/03/2026"}, "se suivent"),
        ({"day_3": "15/05/2030"}, "au plus tard"), ({"day_2": "31/02/2026"}, "n’existe pas"),
        ({"invoices": ""}, "Choisissez au moins une facture"),
    ],
)  # fmt: skip
async def test_a_plan_that_cannot_be_is_refused(clerk, portal, world, changed, words):
    answer, _ = await agreed(clerk, portal, [await late_invoice(portal, world)], **changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, PaymentPlan)


@pytest.mark.usefixtures("time_machine_at")
async def test_an_invoice_is_in_one_plan_of_its_own_member(app, clerk, portal, world):
    one = await late_invoice(portal, world)
    other = await late_invoice(portal, world, "F2026-5", company=world.theirs)
    foreign, _ = await agreed(clerk, portal, [one], invoices=f"{one.id},{other.id}")
    assert foreign.status_code == 404
    fields, page = await proposed(clerk, [one])
    (csrf,) = set(re.findall(r'name="csrf" value="([^"]*)"', page.text.partition("<main")[2]))
    assert (await agreed(clerk, portal, [one]))[0].status_code == 303
    twice = await clerk.post(NEW, data=fields | {"csrf": csrf})
    assert twice.status_code == 409
    assert len(await rows(portal, PaymentPlan)) == 1
    async with service(portal, world) as access:
        due, aside = await late_invoices(access, await steps_of(access), clock.today())
    assert not due
    assert not aside
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as actor:
        colleague = await a_colleague(actor, portal, ["comptabilite"], teams=[theirs])
        (plan,) = await rows(portal, PaymentPlan)
        assert (await colleague.get(f"{PLANS}/{plan.id}")).status_code == 404
        assert "Aucun échéancier" in (await colleague.get(PLANS)).text


@settings(max_examples=30, deadline=None)
@given(st.integers(24, 10**7), st.integers(2, 24), st.lists(st.integers(0, 10**7), max_size=3))
def test_parts_add_up_and_what_is_received_covers_them_in_order(cents, number, received):
    parts = equal_parts(cents, number)
    assert sum(parts) == cents
    assert max(parts) - min(parts) <= 1
    given_ = monthly(cents, number, date(2026, 1, 31))
    if number < 24:
        check_instalments(given_, cents, date(2026, 1, 31))
    left = cents
    for each in received:
        left = max(0, left - each)
    invoices = [PlannedInvoice(1, "F2026-1", cents, left)]
    lines = lines_of(given_, invoices, date(2026, 6, 1))
    assert sum(each.covered_cents for each in lines) == covered_of(invoices) == cents - left
    full = [each.covered_cents == each.cents for each in lines]
    assert full == sorted(full, reverse=True)
    assert all(sum(share.cents for share in each.shares) == each.cents for each in lines)


def test_too_few_and_too_many_instalments_are_refused():
    for number in (1, 25):
        with pytest.raises(Refused, match="de 2 à 24"):
            check_instalments([Instalment(TODAY, 1)] * number, number, TODAY)
