"""The page « Données personnelles » tells of every column, and promises what the portal does."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select

from app import clock
from app.housekeeping import tidy
from app.public.kept import HELD
from app.retention import rules as retention
from app.retention.lines import DEFAULTS, LINE
from app.retention.rules import duration
from db.models import Draft, KnownDevice, RetentionPeriod, metadata

# By table, what tells of nobody: tables of the service's own, and numbers that only keep rows in order.
ANYWHERE = {"id", "version", "token", "sequence"}
OF_NOBODY = {
    "carecentre": "name address postcode town phone access is_accessible closed_on",
    "tariff": "year opens_on closes_on rules",
    "demobase": "filled_at",
    "housework": "step began_at",
    "quickanswer": "title text updated_at",
    "columnhabit": "company_id header field",
    "dunningstep": "days kind subject text fee_cents signed_by removed_at",
    "lettertext": "kind subject text signed_by",
    "contributioncall": "year issued_on due_on state account_id after expected invoices credit_notes "
    "total_cents refused started_at ended_at",
    "invoiceseries": "prefix last",
    "books": "name starts_on last_month accounts takes_vat_back",
    "booksclosing": "since until account_id state expected entries debit_cents lettered_until started_at "
    "ended_at",
    "convocationbatch": "team_id due_before kinds sessions state account_id created_at started_at ended_at",
    "professional": "name role languages left_on",
    "professionalabsence": "professional_id first_on last_on",
    "clinicsession": "centre_id professional_id starts_at ends_at minutes kinds room "
    "reserved_until cancelled_at created_at",
}


def columns_held():
    for held in HELD:
        yield from held.columns.items()


def test_every_column_of_every_table_has_its_line_and_no_other():
    known = {table: set(columns.split()) for table, columns in OF_NOBODY.items()}
    for table, columns in columns_held():
        assert not known.get(table), f"{table} is told of twice"
        known[table] = set(columns.split())
    for table in metadata.sorted_tables:
        there = {column.name for column in table.columns}
        forgotten = there - known.get(table.name, set()) - ANYWHERE
        assert not forgotten, f"say on the page what {table.name} keeps: {sorted(forgotten)}"
        assert known[table.name] <= there, f"{table.name} has no {sorted(known[table.name] - there)}"
    assert known.keys() == set(metadata.tables)


async def test_the_page_is_drawn_from_these_lines(visitor):
    page = unescape(re.sub(r"<[^>]*>", "", (await visitor.get("/donnees-personnelles")).text))
    for held in HELD:
        line = held.at(DEFAULTS)
        for words in (line.title, line.words, line.kept):
            assert words in page


async def test_the_page_says_the_periods_in_force_and_all_of_them(visitor, world, portal):
    said = " ".join(held.kept for held in HELD)
    assert {key for key in LINE if f"{{{key}}}" in said} == LINE.keys()
    page = (await visitor.get("/donnees-personnelles")).text
    assert "5 ans après le départ du salarié" in page
    assert "si rien n’y a changé depuis 6 mois" in unescape(page).replace("\xa0", " ")
    row = RetentionPeriod(line="employees", months=30, account_id=world.clerk.key, changed_at=clock.now())
    async with portal.database.transaction(write=True) as session:
        session.add(row)
    page = (await visitor.get("/donnees-personnelles")).text
    assert "30 mois après le départ du salarié" in page
    assert "5 ans après le départ du salarié" not in page


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (timedelta(minutes=15), "15 minutes"), (timedelta(hours=1), "1 heure"),
        (timedelta(hours=12), "12 heures"), (timedelta(days=1), "1 jour"),
        (timedelta(days=30), "30 jours"), (timedelta(days=400), "400 jours"),
        (timedelta(days=365), "1 an"), (timedelta(days=730), "2 ans"),
    ],
)  # fmt: skip
def test_a_duration_is_said_as_one_says_it(kept, words):
    assert duration(kept) == words


async def test_a_draft_is_kept_as_long_as_the_page_says(visitor, world, portal):
    line = next(each for each in HELD if "draft" in each.columns)
    assert line.kept == duration(retention.DRAFT_KEPT) == "12 heures"
    now = clock.now()
    async with portal.database.transaction(write=True) as session:
        session.add(Draft(account_id=world.alice.key, path="/", fields=[["a", "b"]], created_at=now))
    for after, left in ((timedelta(minutes=-1), 1), (timedelta(minutes=1), 0)):
        await tidy(portal, now + retention.DRAFT_KEPT + after)
        async with portal.database.transaction(write=False) as session:
            assert len((await session.exec(select(Draft))).all()) == left


async def test_the_mark_of_a_network_goes_before_the_browser_is_forgotten(world, portal):
    now = clock.now()
    row = KnownDevice(
        token_hash="t", account_id=world.alice.key, network="m", created_at=now, last_seen_at=now
    )
    async with portal.database.transaction(write=True) as session:
        session.add(row)
    for after, left in ((timedelta(hours=-1), "m"), (timedelta(hours=1), "")):
        await tidy(portal, now + retention.NETWORK_LIFE + after)
        async with portal.database.transaction(write=False) as session:
            assert (await session.exec(select(KnownDevice.network))).one() == left
