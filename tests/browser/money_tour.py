"""The service's money: bank statements, and the books that are closed."""

from datetime import timedelta

from app import clock
from app.bookkeeping.rules import USUAL
from db.models import (
    BankStatement,
    Books,
    BooksClosing,
    ClosingState,
    DebitReturn,
    DebitRun,
    DebitRunState,
    LineMatch,
    Mandate,
    MandateState,
    Scheme,
    StatementLine,
)
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, kept
from tests.world import TwoCompanies


async def money_tour(reader: Reader, world: TwoCompanies) -> Tour:
    now = clock.now()
    statement = BankStatement(
        fingerprint="f", account_id=world.clerk.key, since=clock.today(), until=clock.today(),
        opening_cents=0, closing_cents=7_000, aside={"30004000010000012345678": 2}, created_at=now,
    )  # fmt: skip
    books = Books(starts_on=clock.today() - timedelta(days=90), accounts=USUAL)
    closing = BooksClosing(
        since=books.starts_on, until=clock.today() - timedelta(days=80), account_id=world.clerk.key,
        state=ClosingState.DONE, started_at=now,
    )  # fmt: skip
    mandate = Mandate(
        company_id=world.site.key, account_id=world.alice.key, rum="00010-2-M1", scheme=Scheme.CORE,
        state=MandateState.ACTIVE, holder="BRIEUC", signer="Alice", iban_sealed=b"", iban_last="0189",
        created_at=now, signed_at=now, alive_on=clock.today(),
    )  # fmt: skip
    run = DebitRun(
        collect_on=clock.today() + timedelta(days=14), account_id=world.clerk.key, created_at=now,
        state=DebitRunState.ANNOUNCED,
    )  # fmt: skip
    answer = DebitReturn(
        fingerprint="r", account_id=world.clerk.key, rows=[[0, "F2026-1-P9", "AM04", "2026-03-17"]],
        created_at=now,
    )  # fmt: skip
    await kept(reader, statement, books, closing, mandate, run, answer)
    transfer = StatementLine(
        statement_id=statement.key, booked_on=clock.today(), cents=7_000, label="VIR SEPA", payer="BRIEUC",
        reference="v1", match=LineMatch.DOUBTFUL, shares=[[1, 7_000]], over_cents=100,
    )  # fmt: skip
    await kept(reader, transfer)
    await reader.signed_in(world.clerk)
    for path in (
        "/releves", f"/releves/{statement.key}", f"/releves/{statement.key}/annulation",
        f"/releves/{statement.key}/abandon", f"/releves/{statement.key}?nature=unknown",
        f"/releves/{statement.key}/lignes/{transfer.key}?facture=00010",
        "/comptabilite", "/comptabilite/comptes", "/comptabilite/arretes", "/comptabilite/fec",
        f"/comptabilite/arretes/{closing.key}",
        "/prelevements", "/prelevements/nouvelle", f"/prelevements/{run.key}",
        f"/prelevements/{run.key}/annulation", "/prelevements/mandats",
        "/prelevements/retours", f"/prelevements/retours/{answer.key}",
        f"/prelevements/mandats/{mandate.key}", f"/prelevements/mandats/{mandate.key}/revocation",
    ):  # fmt: skip
        await reader.open(f"/service{path}")
        yield Stop(f"/service{path}")
