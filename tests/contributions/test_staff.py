"""What the service does, what leaves by mail, what two people do at once, and what it costs in statements."""

import asyncio
import hashlib
import io
import json
from datetime import date, timedelta

import pypdf
import pytest

from app import clock
from app.contributions import reminders
from app.contributions.receipt import Receipt, pdf_of
from app.contributions.reminders import remind_of_declarations
from app.contributions.staff import CampaignDays, answer_correction, open_campaign, publish_tariff
from app.errors import NotFound, Refused
from db.models import (
    AuditEvent,
    AuditKind,
    ContactKind,
    CorrectionState,
    DeclarationAnswer,
    DeclarationCorrection,
    OutboxMail,
    Tariff,
)
from db.seeds.world import World
from tests.actors import Actor
from tests.contributions.steps import (
    CONTACT,
    FLAT,
    YEAR,
    close,
    declare,
    some_employees,
    the_declaration,
    validate,
)
from tests.employees.people import acting, as_shown
from tests.people.steps import a_member
from tests.planning.steps import service
from tests.reading import rows
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
RULES = {"reference_on": "2027-01-01", "grid": FLAT}
WINDOW = CampaignDays(date(2027, 1, 4), date(2027, 2, 15))


@pytest.fixture
async def three(portal, world):
    return await some_employees(portal, world.site)


async def test_a_tariff_is_published_and_replaced_until_somebody_declared_under_it(
    portal, world, alice, three
):
    async with service(portal, world) as staff:
        await publish_tariff(staff, 2027, RULES, WINDOW)
        await publish_tariff(staff, 2027, RULES | {"entry_cents": 2_000}, WINDOW)
    (tariff,) = await rows(portal, Tariff, Tariff.year == 2027)
    assert tariff.rules["entry_cents"] == 2_000
    await declare(alice)
    await validate(alice)
    async with service(portal, world) as staff:
        with pytest.raises(Refused, match="ne change plus"):
            await publish_tariff(
                staff, 2026, RULES | {"reference_on": "2026-01-01", "vat_points": 550}, WINDOW
            )
        with pytest.raises(Refused, match="nombre entier"):
            await publish_tariff(staff, 2028, RULES | {"grid": {"kind": "flat", "cents": 116.5}}, WINDOW)
        with pytest.raises(Refused, match="avant de commencer"):
            await open_campaign(staff, 2027, WINDOW.closes_on, WINDOW.opens_on)
        with pytest.raises(NotFound):
            await open_campaign(staff, 2040, WINDOW.opens_on, WINDOW.closes_on)


async def test_the_receipt_leaves_by_mail_to_who_validated_and_to_whom_invoices_go(
    alice, app, portal, world, three, mailbox
):
    async with portal.database.transaction(write=True) as session:
        await World(session).a_contact(world.site, ContactKind.BILLING, "Compta", "factures@ours.example")
    await declare(alice)
    await validate(alice)
    sent = {each["to"]: each for each in await mailbox.delivered(app)}
    assert set(sent) == {"alice@ours.example", "factures@ours.example", "compta@ours.example"}
    letter = sent["factures@ours.example"]
    assert "reçu de la déclaration 2026" in letter["subject"]
    (attached,) = letter.iter_attachments()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(attached.get_content())).pages)
    assert "D2026-00010-2" in text


async def test_the_pdf_is_tagged_in_french_and_says_the_number_the_amount_and_the_fingerprint(
    alice, portal, world, three
):
    await declare(alice)
    await validate(alice)
    answer = await alice.get(f"{YEAR}/recu/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert 'filename="recu-D2026-00010-2.pdf"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store, max-age=0"
    declaration = await the_declaration(portal, world.site)
    # Drawn again: the tests' reader of pages puts plain spaces in what it is answered.
    content = await pdf_of(Receipt(**declaration.receipt), portal.settings)
    pdf = pypdf.PdfReader(io.BytesIO(content))
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert "Reçu de la déclaration des effectifs 2026" in pdf.metadata.title
    text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    plain = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "417,60 €" in plain
    assert declaration.fingerprint in plain, "copied whole: no space and no hidden sign in it"


async def test_the_fingerprint_is_that_of_everything_on_the_receipt(alice, portal, world, three):
    await declare(alice)
    await validate(alice)
    declaration = await the_declaration(portal, world.site)
    written = json.dumps(
        declaration.receipt, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    ).encode()
    assert hashlib.sha256(written).hexdigest() == declaration.fingerprint
    for name, other in (("headcount", 4), ("total_cents", 0), ("company", "x"), ("number", "x")):
        assert Receipt(**declaration.receipt | {name: other}).fingerprint != declaration.fingerprint


async def test_two_who_validate_at_once_get_one_receipt(app, portal, world, three):
    async with Actor(app) as first, Actor(app) as second:
        await first.signed_in(world.alice)
        await second.signed_in(await a_member(portal, world.site, "second@ours.example", "declaration"))
        await declare(first)
        forms = []
        for actor in (first, second):
            shown = await as_shown(actor, f"{YEAR}/validation")
            forms.append(shown | {"csrf": await actor.token(f"{YEAR}/validation")})
        answers = await asyncio.gather(
            *(
                actor.post(f"{YEAR}/validation", data=form)
                for actor, form in zip((first, second), forms, strict=True)
            )
        )
        found = sorted(each.headers["location"].rpartition("=")[2] for each in answers)
        assert found == ["deja", "valide"]
        page = await second.after(f"{YEAR}/recu", "deja")
    assert "vient d’être validée par quelqu’un d’autre : voici son reçu" in page.text
    events = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DECLARATION_SUBMITTED)
    assert len(events) == 1
    declaration = await the_declaration(portal, world.site)
    assert (declaration.number, declaration.replaced) == ("D2026-00010-2", [])


async def test_two_who_begin_and_answer_at_once_share_one_declaration(app, portal, world):
    (officer,) = await some_employees(portal, world.site, 1, contract="mandat")
    async with Actor(app) as first, Actor(app) as second:
        await first.signed_in(world.alice)
        await second.signed_in(await a_member(portal, world.site, "second@ours.example", "declaration"))
        answers = await asyncio.gather(
            first.fill(f"{YEAR}/entreprise", **CONTACT),
            second.fill(f"{YEAR}/salaries", **{f"compte_{officer.id}": "oui"}),
            first.fill(f"{YEAR}/salaries", **{f"compte_{officer.id}": "oui"}),
            second.fill(f"{YEAR}/postes", checked="oui"),
        )
    assert [each.status_code for each in answers] == [303] * 4
    declaration = await the_declaration(portal, world.site)
    assert set(declaration.typed) == {"entreprise", "salaries", "postes"}
    given = await rows(portal, DeclarationAnswer, DeclarationAnswer.declaration_id == declaration.id)
    assert len(given) == 1


async def test_a_correction_that_is_accepted_reopens_the_declaration_and_its_asker_is_told(
    alice, app, portal, world, three, mailbox
):
    await declare(alice)
    await validate(alice)
    await close(portal)
    asked = await as_shown(alice, f"{YEAR}/correction")
    await alice.fill(f"{YEAR}/correction", **asked, text="Une personne de trop.")
    (correction,) = await rows(
        portal, DeclarationCorrection, DeclarationCorrection.company_id == world.site.id
    )
    async with service(portal, world) as staff:
        await answer_correction(staff, correction.id, CorrectionState.ACCEPTED, "Entendu.", clock.now())
        with pytest.raises(Refused):
            await answer_correction(staff, correction.id, CorrectionState.REFUSED, "", clock.now())
    page = await alice.get(YEAR)
    assert "En cours de correction" in page.text
    assert "Réponse du service" in page.text
    receipt = await alice.follow(await validate(alice))
    assert "D2026-00010-2/2" in receipt.text
    assert "Validée, campagne close" in (await alice.get(YEAR)).text
    letters = await mailbox.delivered(app)
    assert any("correction acceptée" in each["subject"] for each in letters)
    (asking,) = [each for each in letters if "correction demandée pour 2026" in each["subject"]]
    assert asking["to"] == portal.settings.service_contributions_email


async def test_those_who_may_declare_are_reminded_every_two_weeks_until_it_is_done(
    app, alice, portal, world, three, time_machine_at, mailbox
):
    async with acting(app, portal, world.site):  # a reader, who is not told
        pass

    async def remind():
        return await remind_of_declarations(portal, clock.now(), clock.today())

    assert await remind() == 4
    mails = {each.recipient: each for each in await rows(portal, OutboxMail)}
    assert set(mails) == {"alice@ours.example", "bob@ours.example", "charlie@theirs.example"}
    alices = mails["alice@ours.example"]
    assert alices.template == "declaration_due"
    assert [each[0] for each in alices.context["companies"]] == ["00010", "00010-2", "00010-5"]
    letters = await mailbox.delivered(app)
    assert all("déclaration 2026 à faire" in each["subject"] for each in letters)
    assert await remind() == 0
    assert "À faire" in (await alice.get(YEAR)).text
    await declare(alice)
    await validate(alice)
    time_machine_at.shift(timedelta(days=14))
    assert await remind() == 3


async def test_several_processes_remind_of_a_declaration_once(portal, world, time_machine_at):
    turns = (remind_of_declarations(portal, clock.now(), clock.today()) for _ in range(4))
    assert sum(await asyncio.gather(*turns)) == 4
    people = [each.recipient for each in await rows(portal, OutboxMail)]
    assert sorted(people) == sorted(set(people))


async def test_portions_end_and_somebody_of_several_companies_has_one_mail(portal, world, three, monkeypatch):
    monkeypatch.setattr(reminders, "AT_ONCE", 1)
    assert await remind_of_declarations(portal, clock.now(), clock.today()) == 4
    mails = {each.recipient: each for each in await rows(portal, OutboxMail)}
    assert len(mails) == len(await rows(portal, OutboxMail)) == 3
    alices = mails["alice@ours.example"].context["companies"]
    assert [each[0] for each in alices] == ["00010", "00010-2", "00010-5"]


async def test_no_reminder_before_it_opens_nor_long_after_it_closed(portal, world):
    async def remind(day):
        return await remind_of_declarations(portal, clock.now(), day)

    assert await remind(date(2026, 1, 4)) == 0
    await close(portal)
    assert await remind(date(2026, 4, 17)) == 0
    assert await remind(date(2026, 4, 16)) == 4


async def test_each_step_asks_as_many_statements_for_three_as_for_sixty(alice, portal, world, three):
    counts = []
    for _ in range(2):
        seen = []
        for word in ("", "/entreprise", "/salaries", "/postes", "/recapitulatif", "/validation"):
            with statements_of(portal) as statements:
                assert (await alice.get(f"{YEAR}{word}")).status_code == 200
            seen.append(len(statements))
        counts.append(seen)
        await some_employees(portal, world.site, 30, contract="mandat")
        await some_employees(portal, world.site, 30)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 5
