"""What the service does about invoices that are not paid, and the pages where it does it."""

from datetime import timedelta

from app import clock
from db.models import (
    DunningLetter,
    DunningRun,
    DunningStep,
    InvoiceDispute,
    LetterRun,
    PaymentPlan,
    PlanInvoice,
    Reminder,
    Slot,
)
from tests.browser.reader import Reader
from tests.browser.stops import kept
from tests.invoices.steps import an_invoice
from tests.world import OURS, TwoCompanies


async def dunning_pages(reader: Reader, world: TwoCompanies) -> list[str]:
    """Rows for each page, and their addresses below /service."""
    now = clock.now()
    step = DunningStep(days=8, kind="both", subject="Rappel", text="Il reste {montant}.", signed_by="Nous")
    run = DunningRun(
        on_day=clock.today(), state="done", account_id=world.clerk.key, letters=1, posted=1, reminders=1,
        leaves_at=now + timedelta(minutes=30), started_at=now,
    )  # fmt: skip
    await kept(reader, step, run)
    letter = DunningLetter(
        company_id=world.ours.key, run_id=run.key, subject="Rappel", text="Il reste 60 €.", signed_by="Nous",
        address=[OURS, "1 rue", "22000"], is_posted=True, made_at=now,
        lines=[{"id": 1, "number": "F2026-00010", "due": "2026-02-04", "cents": 6_000}],
    )  # fmt: skip
    await kept(reader, letter)
    reminder = Reminder(
        company_id=world.ours.key, letter_id=letter.key, invoice_id=1, step_id=step.key,
        on_day=clock.today(), left_cents=6_000,
    )  # fmt: skip
    await kept(reader, reminder)
    plan = PaymentPlan(
        company_id=world.theirs.key, account_id=world.clerk.key, agreed_on=clock.today(), cents=6_000,
        instalments=[["2026-12-31", 3_000], ["2027-01-31", 3_000]], token="t", created_at=now,
    )  # fmt: skip
    await kept(reader, plan)
    await kept(reader, PlanInvoice(company_id=world.theirs.key, plan_id=plan.key, invoice_id=2, cents=6_000))
    missed = Slot(
        company_id=world.ours.key, starts_at=now - timedelta(days=3), kind="vip", centre_id=1,
        professional="Dr Absent", state="absent", fee_cents=6_000, created_at=now, updated_at=now,
    )  # fmt: skip
    other = await an_invoice(reader.portal, world, "F2026-C")
    dispute = InvoiceDispute(company_id=other.company_id, invoice_id=other.key, inquiry_id=1, opened_at=now)
    printed = LetterRun(
        year=2026, kind="relance", audience="tous", on_day=clock.today(), subject="Rappel", text="Déclarez.",
        signed_by="Nous", state="stopped", account_id=world.clerk.key, expected=1, letters=1, started_at=now,
    )  # fmt: skip
    await kept(reader, missed, dispute, printed)
    return [
        f"/cotisations/2026/lettres/{printed.id}",
        "/absences", "/contestations", f"/contestations/{dispute.id}",
        "/echeanciers", f"/echeanciers/{plan.id}", f"/echeanciers/{plan.id}/rupture",
        "/adherents/00010/echeancier", "/adherents/00010/echeancier?facture=1&premier=31/12/2026",
        "/relances", "/relances/etapes", "/relances/etapes/nouvelle", "/relances/suspensions",
        "/relances/suspensions/00010",
        f"/relances/etapes/{step.id}", f"/relances/etapes/{step.id}/retrait", f"/relances/{run.id}",
        f"/relances/{run.id}/lettres", f"/relances/{run.id}/annulation",     ]  # fmt: skip
