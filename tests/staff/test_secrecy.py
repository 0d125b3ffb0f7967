"""Medical secrecy: what reveals somebody's health is shown to the medical team alone, on every screen of the
service.
"""

import asyncio
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest

from app.follow_up.secrecy import UNSAID, begin, keep_health_secret, sees_health
from app.follow_up.words import MOTIVE_TITLES, VISITS
from app.staff_rights import STAFF_RIGHTS, StaffRight, StaffRole
from db.models import (
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    Document,
    DocumentKind,
    Employee,
    EmployeeChange,
    Membership,
    RequestMotive,
    ReturnCause,
    Slot,
    Visit,
    VisitKind,
)
from tests.actors import Actor
from tests.postbox import words_of
from tests.reading import rows
from tests.staff.scopes import a_colleague
from tests.staff.test_rights import of_the_service
from tests.world import OURS

NOTICE = "Avis-confidentiel-5e1f"
# In the words of the service's screens; « Médecin » and « examen médical » are about nobody's health.
REVEALS = re.compile(
    r"\breprise\b|arrêt\b|maladie|maternité|accident|handicap|invalidité|RQTH|R4624-31|\baptitude avec|"
    + NOTICE,
    re.IGNORECASE,
)
INSTRUCTIONS = "/service/aide"  # about nobody
OTHERS = [role for role in StaffRole if StaffRight.MEDICAL not in STAFF_RIGHTS[role]]


@pytest.fixture
async def ill(portal, world):
    """Everything that the portal may know of somebody's health, about people of both members."""
    async with portal.database.transaction(write=True) as session:
        for request in (await session.exec(AppointmentRequest.__table__.select())).all():
            row = await session.get(AppointmentRequest, request.id)
            row.motive, row.kind, row.cause = (
                RequestMotive.RETURN,
                VisitKind.RETURN,
                ReturnCause.OCCUPATIONAL_DISEASE,
            )
            row.stop_from, row.back_on, row.reason = date(2026, 1, 5), date(2026, 9, 1), ""
            names = ("company_id", "employee_id", "account_id", "sent_at", "updated_at")
            same = {name: getattr(row, name) for name in names}
            session.add(AppointmentRequest(motive=RequestMotive.ACCIDENT, batch=f"accident-{row.id}", **same))
        for model in (Slot, Visit):
            for found in (await session.exec(model.__table__.select())).all():
                row = await session.get(model, found.id)
                row.kind = VisitKind.RETURN
                if model is Visit:
                    row.notice = "aptitude"
        for found in (await session.exec(Employee.__table__.select())).all():
            row = await session.get(Employee, found.id)
            row.risks, row.due_kind, row.due_on = "RQTH", VisitKind.RETURN, date(2026, 9, 9)
        for found in (await session.exec(Document.__table__.select())).all():
            row = await session.get(Document, found.id)
            row.kind, row.title, row.employee_id = DocumentKind.APTITUDE, NOTICE, world.employee.key
            row.from_service = True
        for found in (await session.exec(EmployeeChange.__table__.select())).all():
            row = await session.get(EmployeeChange, found.id)
            row.after = {"risks": "RQTH"}
        for company_id in (world.ours.key, world.theirs.key, world.site.key):
            said = {"at": datetime(2026, 3, 2, 8, tzinfo=UTC), "company_id": company_id}
            for motive in (RequestMotive.RETURN, RequestMotive.ACCIDENT):
                about = f"LE GALL Élise : {MOTIVE_TITLES.true(motive)}"
                session.add(AuditEvent(kind=AuditKind.APPOINTMENT_ASKED, about=about, **said))
    return datetime(2026, 9, 1, tzinfo=UTC)


def told(page) -> list[str]:
    """The words of a page that reveal somebody's health, with what stands around; lists of all the kinds of
    visit are about nobody.
    """
    words = unescape(re.sub(r"<select.*?</select>|<title>|<[^>]*>", " ", page.text, flags=re.DOTALL))
    return [words[max(found.start() - 40, 0) : found.end() + 40] for found in REVEALS.finditer(words)]


@pytest.mark.sweep
@pytest.mark.parametrize("role", OTHERS)
async def test_no_screen_of_the_service_reveals_health(app, world, portal, ill, role):
    seen = ""
    async with Actor(app) as actor:
        await a_colleague(actor, portal, [role])
        token = await actor.token("/deconnexion")
        for method, path, right in of_the_service(app):
            if path == INSTRUCTIONS or (right and right not in STAFF_RIGHTS[role]):
                continue
            # A form sent empty is shown again with what was wrong, on the same screen.
            fields = {"data": {"csrf": token}} if method == "POST" and "depart" not in path else {}
            answer = await actor.request(method, path, **fields)
            assert not told(answer), f"{role}: {method} {path}"
            seen += answer.text
    if StaffRight.INBOX in STAFF_RIGHTS[role]:
        assert UNSAID in seen
        assert OURS in seen


async def test_the_medical_team_sees_all_of_it(app, world, portal, ill):
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["medical"])
        page = await actor.get("/service/demandes/1")
        assert "Visite de reprise" in page.text
        assert "maladie professionnelle" in page.text.lower()
        assert UNSAID not in page.text


async def test_the_lists_over_all_members_name_no_return(app, world, portal, ill):
    for roles, is_named in ((["planning"], False), (["medical"], True)):
        async with Actor(app) as actor:
            await a_colleague(actor, portal, roles)
            seen = [await actor.get(f"/service/echeances?liste={which}") for which in ("retard", "reprises")]
            choosing = await actor.get(f"/service/salaries/{world.employee.id}/creneau?visite=reprise")
            chosen = re.search(r'<option value="reprise" selected>([^<]+)', choosing.text)
            assert ("Reprises à voir" in seen[1].text) == is_named
            assert (chosen[1] == "Visite de reprise") == is_named


async def test_the_history_seen_through_a_members_eyes_names_no_return(app, world, portal, ill):
    (membership,) = await rows(
        portal, Membership, Membership.account_id == world.alice.id, Membership.company_id == world.ours.id
    )
    for roles, is_named in ((["accueil"], False), (["medical"], True)):
        async with Actor(app) as actor:
            await a_colleague(actor, portal, roles)
            await actor.fill(f"/service/vue/{membership.id}")
            page = await actor.get("/espace/00010/historique")
            assert "LE GALL Élise : " in page.text
            assert ("LE GALL Élise : Visite de reprise" in page.text) == is_named


async def test_the_employer_reads_the_true_words_whoever_of_the_service_acts(
    app, world, portal, ill, mailbox, alice
):
    assert "Visite de reprise" in (await alice.get("/espace/00010/demandes/1")).text
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["accueil"])
        await actor.fill("/service/demandes/1/reponse", text="Quel jour vous convient ?")
        await actor.fill("/service/demandes/1/refus", reason="Une autre visite suffit.")
    letters = " ".join(words_of(each) for each in await mailbox.delivered(app))
    assert "Visite de reprise" in letters
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.REQUEST_REFUSED)
    assert event.about.endswith(" : Visite de reprise")
    assert UNSAID not in letters


def test_a_word_looked_up_knows_its_reader_and_a_list_is_whole():
    begin()
    assert VISITS["reprise"] == "Visite de reprise"
    keep_health_secret()
    assert VISITS["reprise"] == MOTIVE_TITLES[RequestMotive.ACCIDENT] == UNSAID
    assert VISITS["vip"].startswith("Visite d’information")
    assert "Visite de reprise" in VISITS.values()
    assert VISITS.true("reprise") == "Visite de reprise"
    begin()
    assert sees_health()


async def test_a_door_gone_through_in_a_task_of_its_own_is_heard():
    async def door():
        keep_health_secret()

    begin()
    await asyncio.create_task(door())
    assert not sees_health()
    begin()
