"""Colleagues: who looks after a thing, two at once, notes, texts to answer with, the mail of the morning."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import clock
from app.inbox.reminders import send_digests
from app.main import STAFF
from db.models import (
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    Company,
    CompanyContact,
    CompanyCorrection,
    Inquiry,
    InquiryState,
    OutboxMail,
    QuickAnswer,
    RequestMessage,
    RequestState,
    StaffMember,
    StaffNote,
    Taking,
)
from tests.actors import Actor
from tests.appointments.steps import a_request, the_request
from tests.employees.people import as_shown
from tests.inbox.steps import INBOX, follow, page_of, take, waiting
from tests.inbox.test_things import counted, quiet  # noqa: F401 - a fixture
from tests.pages import check
from tests.planning.steps import a_person
from tests.reading import rows
from tests.staff.scopes import a_colleague, another_centre, two_teams
from tests.test_access import names, routes

pytestmark = pytest.mark.usefixtures("time_machine_at", "quiet")  # Monday 2 March 2026


@pytest.fixture
async def asked(portal, world):
    return await a_request(portal, world.site, await a_person(portal, world.site), world.alice, kind="vip")


@pytest.fixture
async def colleague(app, portal):
    async with Actor(app) as actor:
        yield await a_colleague(actor, portal, ["accueil"])


async def test_taken_given_and_released_each_is_seen_by_the_other(clerk, colleague, portal, asked):
    done = await clerk.follow(await take(clerk, "request", asked))
    check(done)
    assert "Suivi : <strong>vous</strong>" in done.text
    assert (await the_request(portal, asked.id)).state == RequestState.TAKEN
    theirs = await colleague.get(page_of(asked))
    assert "Suivi : <strong>Claude Riou</strong>" in theirs.text
    assert "Prendre en charge" not in theirs.text
    late = await colleague.fill(
        page_of(asked), to=f"/service/suivi/request/{asked.id}", acte="Prendre en charge"
    )
    assert late.status_code == 409
    assert "Claude Riou s’en occupe depuis" in late.text
    assert len(await waiting(clerk, "?pour=moi")) == 1
    assert await waiting(colleague, "?pour=moi") == []
    (other,) = [each for each in await rows(portal, StaffMember) if each.roles == ["accueil"]]
    await follow(clerk, "request", asked, "Confier", a=str(other.account_id))
    assert len(await waiting(colleague, "?pour=moi")) == 1
    await follow(colleague, "request", asked, "Ne plus suivre")
    assert await rows(portal, Taking) == []
    assert len(await waiting(clerk, "?pour=personne")) == 1
    kinds = [each.kind for each in await rows(portal, AuditEvent) if each.kind.startswith("thing_")]
    assert kinds == ["thing_taken", "thing_given", "thing_released"]


async def test_a_thing_is_given_only_to_those_who_may_answer_it(app, clerk, colleague, portal, world, asked):
    ours, theirs = await two_teams(portal, world)
    centre, other = 1, await another_centre(portal)
    async with portal.database.transaction(write=True) as session:
        (await session.get(AppointmentRequest, asked.id)).centre_id = centre
    async with Actor(app) as accountant, Actor(app) as near, Actor(app) as far, Actor(app) as aside:
        await a_colleague(accountant, portal, ["comptabilite"])
        await a_colleague(near, portal, ["planning"], teams=[ours], centres=[centre])
        await a_colleague(far, portal, ["planning"], teams=[theirs])
        await a_colleague(aside, portal, ["planning"], centres=[other])
    page = await clerk.get(page_of(asked))
    people = {
        f"{each.roles[0]}{each.teams}{each.centres}": each.account_id
        for each in await rows(portal, StaffMember)
    }
    may = {f"accueil{[]}{[]}", f"planning{[ours]}{[centre]}"}
    for key, number in people.items():
        assert (f'<option value="{number}">' in page.text) == (key in may), key
    for key in set(people) - may:
        path = f"/service/suivi/request/{asked.id}"
        answer = await clerk.fill(page_of(asked), to=path, acte="Confier", a=str(people[key]))
        assert answer.status_code == 422, key
        assert "Choisissez un collègue." in answer.text
    assert not await rows(portal, Taking)
    await follow(clerk, "request", asked, "Confier", a=str(people[f"planning{[ours]}{[centre]}"]))
    (taken,) = await rows(portal, Taking)
    assert taken.account_id == people[f"planning{[ours]}{[centre]}"]


async def test_who_leaves_the_service_releases_what_they_took(clerk, colleague, portal, asked):
    await take(colleague, "request", asked)
    assert await waiting(clerk, "?pour=personne") == []
    async with portal.database.transaction(write=True) as session:
        for each in (await session.exec(select(StaffMember))).all():
            if each.roles == ["accueil"]:
                await session.delete(each)
    assert len(await waiting(clerk, "?pour=personne")) == 1
    await take(clerk, "request", asked)
    assert len(await waiting(clerk, "?pour=moi")) == 1


async def test_of_two_answers_at_once_the_second_keeps_its_words(clerk, colleague, portal, asked):
    path = page_of(asked)
    first, second = [await each.get(path) for each in (clerk, colleague)]
    await clerk.fill(path, to=f"{path}/reponse", text="Mardi ?", seen=seen_on(first))
    beaten = await colleague.fill(path, to=f"{path}/reponse", text="Jeudi ?", seen=seen_on(second))
    assert beaten.status_code == 409
    check(beaten)
    assert "Claude Riou est passé avant vous (réponse du service" in beaten.text
    assert "Jeudi ?</textarea>" in beaten.text
    assert "Mardi ?" in beaten.text
    assert [each.text for each in await rows(portal, RequestMessage, RequestMessage.from_service)] == [
        "Mardi ?"
    ]
    again = await colleague.fill(path, to=f"{path}/reponse", text="Jeudi ?", seen=seen_on(beaten))
    assert again.status_code == 303


def seen_on(page):
    return page.text.partition('name="seen" value="')[2].partition('"')[0]


async def test_a_refusal_after_an_answer_keeps_its_reason(clerk, colleague, portal, asked):
    path = page_of(asked)
    seen = seen_on(await colleague.get(f"{path}/refus"))
    await clerk.fill(path, to=f"{path}/reponse", text="Mardi ?")
    beaten = await colleague.fill(f"{path}/refus", reason="Déjà vu", seen=seen)
    assert beaten.status_code == 409
    assert "Déjà vu</textarea>" in beaten.text
    assert (await the_request(portal, asked.id)).state == RequestState.SENT


async def test_a_thread_answered_meanwhile_keeps_the_second_answer(clerk, colleague, portal, world):
    (thread,) = await rows(portal, Inquiry, Inquiry.company_id == world.ours.id)
    path = f"/service/messages/{thread.id}"
    seen = seen_on(await colleague.get(path))
    await clerk.fill(path, text="C’est fait.")
    beaten = await colleague.fill(path, text="Je regarde.", seen=seen)
    assert beaten.status_code == 409
    assert "Je regarde.</textarea>" in beaten.text
    assert (await rows(portal, Inquiry, Inquiry.id == thread.id))[0].state == InquiryState.ANSWERED


# Notes.

SECRET = "note-interne-9c1d"


async def test_a_note_is_read_by_colleagues_on_the_thing_or_on_all_of_its_company(
    clerk, colleague, portal, world, asked
):
    path = f"/service/notes/request/{asked.id}"
    other = await a_request(
        portal, world.site, await a_person(portal, world.site, "RIOU"), world.alice, kind="vip"
    )
    await clerk.fill(path, note="Rappeler la gérante.")
    done = await clerk.follow(await clerk.fill(path, note="Préfère le mardi.", company="oui"))
    check(done)
    assert "pour vos collègues seulement" in done.text
    here, there = [await colleague.get(page_of(each)) for each in (asked, other)]
    assert "Rappeler la gérante." in here.text
    assert "Rappeler la gérante." not in there.text
    assert "Préfère le mardi." in there.text
    assert (await clerk.fill(path, note=" ")).status_code == 422


async def test_no_member_page_mail_or_file_ever_holds_a_note(alice, clerk, portal, world, asked, app):
    """Every address of the portal, as the employer and as the accountant opens it."""

    await clerk.fill(f"/service/notes/request/{asked.id}", note=SECRET)
    await clerk.fill(f"/service/notes/request/{asked.id}", note=SECRET, company="oui")
    await clerk.fill("/service/adherents/00010-2/notes", note=SECRET)
    await clerk.fill(page_of(asked), to=f"{page_of(asked)}/reponse", text="Bonjour")
    read = 0
    for path, handler in routes(app, method="GET"):
        if handler.name in names(STAFF):
            continue
        for code in ("00010", "00010-2"):
            answer = await alice.get(
                path.replace("00010", code).replace("/demandes/1", f"/demandes/{asked.id}")
            )
            assert SECRET not in answer.text, path
            read += 1
    assert read > 200
    for mail in await rows(portal, OutboxMail):
        assert SECRET not in str(mail.context)
    company = [each.about for each in await rows(portal, AuditEvent) if each.company_id]
    assert SECRET not in str(company)
    assert len(await rows(portal, StaffNote, StaffNote.text == SECRET)) == 3


# Texts to answer with.


async def test_a_quick_answer_is_kept_inserted_changed_and_dropped(clerk, portal, asked):
    await clerk.fill("/service/reponses", title="Date proche", text="Nous cherchons une date proche.")
    (kept,) = await rows(portal, QuickAnswer)
    check(await clerk.get("/service/reponses"))
    twice = await clerk.fill("/service/reponses", title="Date proche", text="Autre")
    assert twice.status_code == 422
    path = page_of(asked)
    filled = await clerk.fill(
        path, to=f"{path}/reponse", text="Bonjour,", modele=str(kept.id), inserer="Insérer"
    )
    assert filled.status_code == 200
    check(filled)
    assert "Bonjour,\n\nNous cherchons une date proche.</textarea>" in filled.text
    assert await rows(portal, RequestMessage, RequestMessage.from_service) == []
    nothing = await clerk.fill(path, to=f"{path}/reponse", text="Bonjour,", modele="", inserer="Insérer")
    assert "Choisissez une réponse prête" in nothing.text
    assert "Bonjour,</textarea>" in nothing.text
    one = f"/service/reponses/{kept.id}"
    check(await clerk.get(one))
    await clerk.fill(one, title="Date proche", text="Nous revenons vers vous.")
    assert (await rows(portal, QuickAnswer))[0].text == "Nous revenons vers vous."
    await clerk.fill(f"{one}/retrait")
    assert await rows(portal, QuickAnswer) == []


# What a company corrected about itself.


async def corrected(alice, **fields):
    path = "/espace/00010-2/compte"
    page = await as_shown(alice, path)
    return await alice.fill(path, **page | fields)


async def test_a_corrected_sheet_is_accepted_or_set_back_with_a_reason(
    alice, clerk, portal, world, mailbox, app
):
    answer = await corrected(alice, name="Brieuc et fils", phone="0296000001", summons_name="Rose")
    assert answer.status_code == 303, answer.text[:2000]
    assert await counted(portal, world) == {"fiches": 1}
    (row,) = await rows(portal, CompanyCorrection)
    path = f"/service/fiches/{row.id}"
    page = await clerk.get(path)
    check(page)
    assert "Brieuc et fils" in page.text
    unexplained = await clerk.fill(path, decision="refused")
    assert unexplained.status_code == 422
    assert "Écrivez la raison" in unexplained.text
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.site.id)).phone = "+33296000002"
    done = await clerk.follow(await clerk.fill(path, decision="refused", reason="Le greffe dit autre chose."))
    assert "Les valeurs d’avant sont remises" in done.text
    (company,) = await rows(portal, Company, Company.id == world.site.id)
    assert company.name == row.before["name"]
    assert company.phone == "+33296000002"  # changed by somebody since: theirs stays
    (contact,) = await rows(portal, CompanyContact, CompanyContact.company_id == world.site.id)
    assert contact.name == ""
    assert await counted(portal, world) == {}
    letters = [each for each in await mailbox.delivered(app) if "correction refusée" in each["subject"]]
    assert [each["to"] for each in letters] == [world.alice.email]
    late = await clerk.fill(path, to=path, decision="refused", reason="Encore")
    assert late.status_code == 409
    await corrected(alice, name="Brieuc et filles")
    newer = (await rows(portal, CompanyCorrection))[-1]
    await clerk.fill(f"/service/fiches/{newer.id}", decision="accepted")
    assert (await rows(portal, Company, Company.id == world.site.id))[0].name == "Brieuc et filles"
    assert await counted(portal, world) == {}


# The morning.


@pytest.fixture
async def awaited(portal):
    """The mail of the morning is wanted, unlike in other tests."""
    async with portal.database.transaction(write=True) as session:
        for each in (await session.exec(select(StaffMember))).all():
            each.digest_off_at = None


async def digests(portal):
    return [each.recipient for each in await rows(portal, OutboxMail) if each.template == "staff_digest"]


async def test_the_morning_mail_leaves_once_to_those_who_answer(
    app, clerk, colleague, portal, world, asked, mailbox, awaited
):
    now = clock.now()
    assert await send_digests(portal, now - timedelta(hours=5)) == 0  # 5 in the morning
    assert await send_digests(portal, now - timedelta(days=1)) == 0  # a Sunday
    assert await send_digests(portal, now) == 2
    assert await send_digests(portal, now + timedelta(hours=1)) == 0
    letters = [each for each in await mailbox.delivered(app) if "À traiter : 1 chose" in each["subject"]]
    assert len(letters) == 2
    assert "Demande de visite : 1, depuis aujourd’hui" in letters[0].get_body(
        ("plain",)
    ).get_content().replace("\N{NO-BREAK SPACE}", " ")
    assert await send_digests(portal, now + timedelta(days=1)) == 2


async def test_nothing_leaves_when_nothing_waits_or_nobody_wants_it(clerk, colleague, portal, world, awaited):
    now = clock.now()
    assert await send_digests(portal, now) == 0
    await a_request(portal, world.site, await a_person(portal, world.site), world.alice, kind="vip")
    page = await clerk.get("/service/courriel-du-matin")
    check(page)
    await clerk.fill("/service/courriel-du-matin", choix="Ne plus le recevoir")
    assert await send_digests(portal, now + timedelta(days=1)) == 1
    assert world.clerk.email not in await digests(portal)
    assert "/service/courriel-du-matin" in (await clerk.get("/mon-compte")).text
    await clerk.fill("/service/courriel-du-matin", choix="Recevoir le courriel du matin")
    assert await send_digests(portal, now + timedelta(days=2)) == 2


async def test_a_team_is_mailed_what_waits_for_it(app, clerk, portal, world, asked, awaited):
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as one, Actor(app) as other:
        await a_colleague(one, portal, ["planning"], teams=[theirs])
        await a_colleague(other, portal, ["comptabilite"])
        assert await send_digests(portal, clock.now()) == 1  # the clerk, whose scope is everything
    assert await digests(portal) == [world.clerk.email]


# The start of the day.


async def test_the_day_starts_with_what_waits_and_the_menu_counts_it(clerk, portal, world, asked):
    await take(clerk, "request", asked)
    page = await clerk.get("/service")
    check(page)
    assert "À traiter (1)</a>" in page.text
    assert '<h2><a href="/service/a-traiter">À traiter</a></h2>' in page.text
    assert "LE GALL Élise" in page.text
    assert "Aucun rendez-vous aujourd’hui." in page.text
    check(await clerk.get("/service/aide"))
    assert "À traiter (1)" in (await clerk.get("/service/vacations")).text


@pytest.mark.parametrize(
    ("role", "there", "absent"),
    [
        ("accueil", "Prendre en charge", "Appel de cotisation"),
        ("comptabilite", "Appel de cotisation", "Prendre en charge"),
        ("planning", "Convoquer tout un groupe", "Tout un fichier"),
        ("adhesions", "Tout un fichier", "Convoquer tout un groupe"),
        ("technique", "les alertes", "Prendre en charge"),
    ],
)
async def test_the_instructions_are_those_of_the_role(app, portal, role, there, absent):
    async with Actor(app) as actor:
        page = await (await a_colleague(actor, portal, [role])).get("/service/aide")
        check(page)
        assert there in page.text
        assert absent not in page.text


async def test_who_may_not_answer_sees_neither_the_count_nor_the_list(app, portal, world, asked):
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["technique"])
        page = await actor.get("/service")
        check(page)
        assert "À traiter" not in page.text
        assert "Tous les courriels sont partis." in page.text
        assert (await actor.get(INBOX)).status_code == 403


async def test_history_names_what_the_service_did_and_hides_its_own_affairs(alice, clerk, portal, asked):
    await take(clerk, "request", asked)
    history = (await alice.get("/espace/00010-2/historique")).text
    assert "demande de visite prise en charge par le service" in history
    assert "confié" not in history
    assert AuditKind.THING_TAKEN in [each.kind for each in await rows(portal, AuditEvent)]
