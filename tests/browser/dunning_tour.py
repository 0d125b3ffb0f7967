"""What the service does about invoices that are not paid, and the pages where it does it."""

from datetime import timedelta

from app import clock
from db.models import DunningLetter, DunningRun, DunningStep, Reminder
from tests.browser.reader import Reader
from tests.browser.stops import kept
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
    return [
        "/relances", "/relances/etapes", "/relances/etapes/nouvelle", "/relances/suspensions",
        f"/relances/etapes/{step.id}", f"/relances/etapes/{step.id}/retrait", f"/relances/{run.id}",
        f"/relances/{run.id}/lettres", f"/relances/{run.id}/annulation", "/relances/suspensions/00010",
    ]  # fmt: skip
