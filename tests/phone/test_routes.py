"""A declaration made on the phone: the member's own pages and rules, traced, then confirmed or contested."""

import html
import re
from datetime import timedelta

import pytest

from app.clock import now
from db.models import (
    AnnualDeclaration,
    AuditEvent,
    AuditKind,
    Employee,
    Inquiry,
    OutboxMail,
    PhoneCall,
    PhoneState,
    StaffRead,
)
from tests.actors import Actor
from tests.contributions.steps import CONTACT, YEAR, close, declare, some_employees, the_declaration, validate
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
BEGIN = "/service/adherents/00010-2/telephone/2026"
WITH = "Mme Le Bris, comptable"
ANSWER = f"{YEAR}/telephone"
ONCE = {"token": "une-premiere-fois"}
LINKS = re.compile(r'(?:href|action)="(/espace/[^"#]*)')
CONFIRM, CONTEST = "Confirmer la déclaration", "Contester la déclaration"


async def called(clerk, portal, world):
    """The declaration of the site, validated on the phone."""
    await some_employees(portal, world.site)
    await clerk.fill(BEGIN, caller=WITH)
    await declare(clerk)
    return await clerk.follow(await validate(clerk))


async def test_the_service_declares_what_a_member_says_and_the_member_confirms(clerk, alice, portal, world):
    followed = await clerk.get("/service/cotisations/2026/suivi?etat=a-relancer")
    check(followed)
    assert BEGIN in followed.text
    check(await clerk.get(BEGIN))
    assert (await clerk.fill(BEGIN, caller=" ")).status_code == 422
    await some_employees(portal, world.site)
    opened = await clerk.follow(await clerk.fill(BEGIN, caller=WITH))
    check(opened)
    assert f"au téléphone avec {WITH}" in opened.text
    contact = await clerk.get(f"{YEAR}/entreprise")
    assert WITH in contact.text
    await declare(clerk)
    receipt = await clerk.follow(await validate(clerk))
    check(receipt)
    assert f"du service, au téléphone avec {WITH}" in receipt.text
    declaration = await the_declaration(portal, world.site)
    assert (declaration.submitted_by, declaration.headcount) == (world.clerk.id, 3)
    about = [each.about for each in await rows(portal, AuditEvent, AuditEvent.account_id == world.clerk.id)]
    assert f"2026, au téléphone avec {WITH}" in about
    assert f"2026, reçu {declaration.number}, au téléphone avec {WITH}" in about
    mails = await rows(portal, OutboxMail, OutboxMail.template == "declared_by_phone")
    assert {each.recipient for each in mails} >= {CONTACT["contact_email"], world.alice.email}
    assert world.clerk.email not in {each.recipient for each in mails}
    ended = await clerk.follow(await clerk.fill(YEAR, to="/service/telephone"))
    check(ended)
    assert (await clerk.get(YEAR)).status_code == 404
    theirs = await alice.get(f"{YEAR}/recu")
    check(theirs)
    assert "Confirmer ou contester" in theirs.text
    check(await alice.get(ANSWER))
    await alice.fill(ANSWER, act=CONFIRM, **ONCE)
    (call,) = await rows(portal, PhoneCall)
    assert (call.state, call.answered_by) == (PhoneState.CONFIRMED, world.alice.id)
    again = await alice.fill(ANSWER, act=CONFIRM, **ONCE)
    assert again.status_code == 409
    assert "au téléphone, confirmée" in (await clerk.get("/service/cotisations/2026/suivi")).text


async def test_who_contests_opens_a_thread_and_the_follow_up_says_so(clerk, alice, portal, world):
    await called(clerk, portal, world)
    assert (await alice.fill(ANSWER, act=CONTEST, **ONCE, text="")).status_code == 422
    thread = await alice.follow(await alice.fill(ANSWER, act=CONTEST, **ONCE, text="Nous sommes quatre."))
    check(thread)
    assert "Nous sommes quatre." in thread.text
    (inquiry,) = await rows(portal, Inquiry, Inquiry.subject.like("%contestée%"))
    (call,) = await rows(portal, PhoneCall)
    assert (call.state, call.inquiry_id) == (PhoneState.CONTESTED, inquiry.id)
    listed = await clerk.get("/service/cotisations/2026/suivi?etat=contestees")
    check(listed)
    assert "00010-2" in listed.text
    assert await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.PHONE_CONTESTED)


async def test_on_the_phone_nothing_but_the_declaration_opens_and_for_a_few_hours(
    clerk, portal, world, time_machine_at
):
    assert (await clerk.get(YEAR)).status_code == 404
    await some_employees(portal, world.site)
    await clerk.fill(BEGIN, caller=WITH)
    assert (await clerk.get(YEAR)).status_code == 200
    assert (await clerk.get("/espace/00010-2/salaries/declaration/identite")).status_code != 404
    (person, *_) = await rows(portal, Employee, Employee.company_id == world.site.id)
    shut = ("", "/salaries", f"/salaries/{person.id}", "/salaries/operations", "/salaries/export/csv")
    for path in (*shut, "/factures", "/utilisateurs", "/historique"):
        assert (await clerk.get(f"/espace/00010-2{path}")).status_code == 403, path
    assert (await clerk.get("/espace/00010/cotisation/2026")).status_code == 404
    time_machine_at.shift(timedelta(hours=4, minutes=1))
    async with portal.database.transaction(write=True) as session:
        call = await session.get(PhoneCall, (await rows(portal, PhoneCall))[0].id)
        assert call.ended_at is None
        assert call.started_at < now() - timedelta(hours=4)


async def test_no_link_of_a_call_leads_where_it_may_not(clerk, portal, world):
    await some_employees(portal, world.site)
    await clerk.fill(BEGIN, caller=WITH)
    waiting, seen, links = [YEAR, "/espace/00010-2/salaries/declaration/identite"], set(), {}
    while waiting:
        page = await clerk.get(waiting.pop())
        seen.add(page.url.path)
        found = {each: page.url.path for each in LINKS.findall(page.text) if each not in links}
        links |= found
        waiting += [html.unescape(each) for each in found if "/cotisation" in each or "/depart" in each]
    assert f"{YEAR}/telephone/salaries" in seen
    assert any(each.endswith("/depart") for each in seen)
    for link, page in links.items():
        assert (await clerk.get(html.unescape(link))).status_code in {200, 303}, (page, link)


async def test_departures_and_arrivals_said_on_the_phone_change_what_is_declared(clerk, portal, world):
    await some_employees(portal, world.site)
    await clerk.fill(BEGIN, caller=WITH)
    path = f"{YEAR}/telephone/salaries"
    listed = await clerk.get(path)
    check(listed)
    people = await rows(portal, Employee, Employee.company_id == world.site.id)
    one = people[0]
    assert listed.text.count("/depart") == len(people)
    assert one.birth_name in (await clerk.get(f"{path}?q={one.birth_name[:4]}")).text
    assert "Personne ne répond" in (await clerk.get(f"{path}?q=zzz")).text
    leaving = f"/espace/00010-2/salaries/{one.id}/depart"
    check(await clerk.get(leaving))
    done = await clerk.follow(await clerk.fill(leaving, exit_on="31/12/2025", again="x"))
    check(done)
    assert "Le départ est enregistré" in done.text
    check(await clerk.get(leaving))
    await declare(clerk)
    await validate(clerk)
    assert (await the_declaration(portal, world.site)).headcount == 2
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.EMPLOYEE_LEFT)
    assert (event.account_id, event.company_id) == (world.clerk.id, world.site.id)
    await portal.reads.flush()
    assert await rows(portal, StaffRead, StaffRead.account_id == world.clerk.id)
    await clerk.fill(YEAR, to="/service/telephone")
    assert (await clerk.get(path)).status_code == 404


async def test_a_member_has_its_own_list(alice):
    answer = await alice.get(f"{YEAR}/telephone/salaries")
    assert answer.headers["location"].endswith("/espace/00010-2/salaries")


async def test_after_the_campaign_a_filed_declaration_is_refused_as_to_the_employer(
    clerk, alice, portal, world
):
    await some_employees(portal, world.site)
    await declare(alice)
    await validate(alice)
    await close(portal)
    await clerk.fill(BEGIN, caller=WITH)
    answer = await clerk.fill(YEAR, to=f"{YEAR}/entreprise", **CONTACT)
    assert answer.status_code in {303, 409}
    assert (await rows(portal, AnnualDeclaration, AnnualDeclaration.submitted_by == world.clerk.id)) == []


async def test_nobody_calls_for_a_member_outside_their_teams_or_without_the_right(app, portal, world):
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["comptabilite"], teams=[theirs])
        assert (await actor.get(BEGIN)).status_code == 404
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["accueil"])
        assert (await actor.get(BEGIN)).status_code == 403
