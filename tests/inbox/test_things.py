"""What waits for the service: each kind comes when it is made and goes when it is settled; its order, filters
and pages; and a reading that costs the same whatever the number of members.
"""

from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy
from sqlmodel import select

from app import clock
from app.demo.story import member_of
from app.employees.acts import register_employee, undo_change
from app.employees.declared import LABELS
from app.inbox.queries import counts_of
from app.planning.acts import SeenSlot, confirm_slot, give_back
from app.planning.queries import slot_row
from app.waiting import COUNTS, page_statement
from db.models import (
    CareTeam,
    Company,
    Document,
    EmployeeChange,
    PublicInquiry,
    RequestState,
    Slot,
)
from tests.appointments.steps import a_request, the_request
from tests.clinic.steps import a_session
from tests.contact.test_public import PAGE, WRITTEN
from tests.db.test_readers import only_sqlite
from tests.employees.people import ELISE
from tests.inbox.steps import INBOX, TIME, page_of, waiting
from tests.pages import check
from tests.planning.steps import a_person, a_slot, service
from tests.reading import rows
from tests.statements import statements_of, watched

pytestmark = pytest.mark.usefixtures("time_machine_at", "quiet")  # Monday 2 March 2026
HIRED = ELISE | {"birth_name": "CORRE", "entry_on": "2026-03-16", "risks": "NUIT"}


@pytest.fixture
async def quiet(portal, world):
    """Nothing of the world waits any more."""
    settled = (
        "UPDATE inquiry SET state = 'closed'", "UPDATE declarationcorrection SET state = 'refused'",
        "UPDATE appointmentrequest SET state = 'done'", "UPDATE document SET handled_at = created_at",
    )  # fmt: skip
    async with portal.database.transaction(write=True) as session:
        for each in settled:
            await (await session.connection()).execute(sqlalchemy.text(each))


@asynccontextmanager
async def employer(portal, world, code="00010-2"):
    """The door of alice at that company."""
    async with service(portal, world) as staff:
        yield await member_of(staff, code, world.alice.email)


async def hired(portal, world, **declared):
    async with employer(portal, world) as member:
        values = dict.fromkeys(LABELS, "") | {"part_time": "non"} | HIRED | declared
        return await register_employee(member, values, clock.moment())


async def counted(portal, world) -> dict[str, int]:
    """The kinds that wait, with their numbers."""
    async with service(portal, world) as staff:
        found = await counts_of(staff, 0, clock.today())
    return {kind: each.number for kind, each in found.items() if each.number}


async def test_nothing_waits(clerk, portal, world):
    assert await counted(portal, world) == {}
    page = await clerk.get(INBOX)
    check(page)
    assert "Rien n’attend : tout est traité." in page.text


async def test_a_request_is_listed_by_its_motive_and_a_return_until_eight_days_after(clerk, portal, world):
    person = await a_person(portal, world.site)
    back = {"kind": "reprise", "back_on": date(2026, 3, 5), "cause": "maternite"}
    await a_request(portal, world.site, person, world.alice, motive="reprise", **back)
    await a_request(portal, world.site, person, world.alice, motive="autre_date", kind="vip")
    await a_request(portal, world.site, person, world.alice, motive="retard", kind="vip")
    assert await counted(portal, world) == {"reprises": 1, "demandes": 1, "dates": 1}
    page = await clerk.get(f"{INBOX}?nature=reprises")
    check(page)
    assert "13/03/2026" in page.text
    assert "R4624-31" in page.text
    assert len(await waiting(clerk, "?nature=reprises")) == 1


async def test_an_urgent_hire_waits_until_a_time_is_proposed(alice, clerk, portal, world):
    await a_session(portal, world)
    await hired(portal, world)
    await hired(portal, world, birth_name="TANGUY", risks="")
    assert await counted(portal, world) == {"embauches": 1}
    page = await clerk.get(f"{INBOX}?nature=embauches")
    assert "15/03/2026" in page.text  # the eve of the entry
    assert "R4624-18" in page.text
    (change,) = await rows(portal, EmployeeChange, EmployeeChange.urgent_on.is_not(None))
    path = f"/service/embauches/{change.id}"
    shown = await clerk.get(path)
    check(shown)
    assert "CORRE Élise" in shown.text
    done = await clerk.fill(f"{path}/creneau", creneau=TIME.findall(shown.text)[0])
    assert "Le rendez-vous est proposé" in (await clerk.follow(done)).text
    assert await counted(portal, world) == {}
    assert "CORRE Élise" in (await alice.get("/espace/00010-2/planning")).text
    check(await clerk.get(path))


async def test_an_urgent_hire_goes_when_it_is_looked_at_undone_or_left(clerk, portal, world):
    for name in ("CORRE", "TANGUY", "QUÉRÉ"):
        await hired(portal, world, birth_name=name)
    assert await counted(portal, world) == {"embauches": 3}
    seen, undone, left = await rows(portal, EmployeeChange, EmployeeChange.urgent_on.is_not(None))
    await clerk.fill(f"/service/embauches/{seen.id}")
    async with employer(portal, world) as member:
        change = await member.get(EmployeeChange, undone.id)
        await undo_change(member, change, clock.moment())
    assert (await clerk.get(f"/service/embauches/{undone.id}")).status_code == 404
    async with portal.database.transaction(write=True) as session:
        await (await session.connection()).execute(
            sqlalchemy.text(f"UPDATE employee SET exit_on = '2026-03-01' WHERE id = {left.employee_id}")
        )
    assert await counted(portal, world) == {}


async def given_back(portal, world, person, reason="a_refaire"):
    slot = await a_slot(portal, world.site, person)
    async with employer(portal, world) as member:
        row = await slot_row(member, slot.id)
        await give_back(member, row, SeenSlot(row.sequence), reason, clock.moment())
    return slot


async def test_a_slot_given_back_waits_for_another_time_or_a_look(clerk, portal, world):
    await a_session(portal, world)
    slot = await given_back(portal, world, await a_person(portal, world.site))
    assert await counted(portal, world) == {"creneaux": 1}
    assert "11/03/2026" in (await clerk.get(INBOX)).text
    path = f"/service/creneaux-rendus/{slot.id}"
    shown = await clerk.get(path)
    check(shown)
    assert "La visite reste à faire" in shown.text
    await clerk.fill(f"{path}/creneau", creneau=TIME.findall(shown.text)[0])
    assert await counted(portal, world) == {}
    assert len(await rows(portal, Slot, Slot.session_id.is_not(None))) == 1


async def test_a_slot_looked_at_comes_again_only_when_it_is_given_back_again(clerk, portal, world):
    slot = await given_back(portal, world, await a_person(portal, world.site), "parti")
    await clerk.fill(f"/service/creneaux-rendus/{slot.id}")
    assert await counted(portal, world) == {}
    async with employer(portal, world) as member:
        row = await slot_row(member, slot.id)
        row = await confirm_slot(member, row, SeenSlot(row.sequence), clock.moment())
        await give_back(member, row, SeenSlot(row.sequence), "parti", clock.moment())
    assert await counted(portal, world) == {"creneaux": 1}


async def test_another_date_is_one_thing_not_two(portal, world):
    await given_back(portal, world, await a_person(portal, world.site), "autre_date")
    assert await counted(portal, world) == {}  # its request is what waits


async def test_a_deposit_is_opened_and_looked_at(clerk, portal, world):
    async with portal.database.transaction(write=True) as session:
        for each in (await session.exec(select(Document))).all():
            each.handled_at = None
    assert await counted(portal, world) == {"depots": 2}
    (first, _) = await rows(portal, Document)
    path = f"/service/depots/{first.id}"
    check(await clerk.get(path))
    assert (await clerk.get(f"{path}/fichier")).content.startswith(b"%PDF-1.7")
    await clerk.fill(path)
    assert await counted(portal, world) == {"depots": 1}


async def test_a_request_that_waits_for_the_employer_comes_back_with_their_words(alice, clerk, portal, world):
    asked = await a_request(portal, world.site, await a_person(portal, world.site), world.alice, kind="vip")
    path, theirs = page_of(asked), f"/espace/00010-2/demandes/{asked.id}"
    more = {"text": "De quel poste s’agit-il ?", "then": "Demander une précision"}
    done = await clerk.follow(await clerk.fill(f"{path}/reponse", **more))
    assert "reviendra dans « À traiter »" in done.text
    assert (await the_request(portal, asked.id)).state == RequestState.TAKEN
    assert await counted(portal, world) == {}
    token = await write_on(alice, theirs, "Du poste de caissière.")
    assert token.status_code == 303
    assert await counted(portal, world) == {"demandes": 1}
    assert "Du poste de caissière." in (await clerk.get(path)).text


async def write_on(alice, path, text):
    page = await alice.get(path)
    once = page.text.partition('name="token" value="')[2].partition('"')[0]
    return await alice.fill(path, to=f"{path}/messages", token=once, text=text)


async def test_words_on_a_planned_request_wait_until_they_are_answered_or_read(alice, clerk, portal, world):
    person = await a_person(portal, world.site)
    for motive, act in (("employeur", {"text": "Entendu."}), ("retard", None)):
        asked = await a_request(
            portal, world.site, person, world.alice, kind="vip", motive=motive, state="planned"
        )
        await write_on(alice, f"/espace/00010-2/demandes/{asked.id}", "Il aura dix minutes de retard.")
        assert await counted(portal, world) == {"reponses": 1}
        check(await clerk.get(f"{INBOX}?nature=reponses"))
        path = page_of(asked)
        await (clerk.fill(f"{path}/reponse", **act) if act else clerk.fill(path))
        assert await counted(portal, world) == {}


async def test_a_message_without_account_is_shelved(visitor, clerk, portal, world):
    await visitor.fill(PAGE, **WRITTEN)
    (message,) = await rows(portal, PublicInquiry)
    assert await counted(portal, world) == {"publics": 1}
    path = f"/service/messages-sans-compte/{message.id}"
    await clerk.fill(f"{path}/classement")
    assert await counted(portal, world) == {}
    assert "Classé sans réponse" in (await clerk.get(path)).text


async def many(portal, world, number):
    """Requests of as many people, a minute apart, the oldest first."""
    now = clock.now()
    for each in range(number):
        person = await a_person(portal, world.site, f"N{each:02}")
        since = now - timedelta(days=2) + timedelta(minutes=each)
        await a_request(portal, world.site, person, world.alice, kind="vip", sent_at=since)


async def test_the_list_goes_on_the_oldest_first_and_to_the_next_one(clerk, portal, world):
    await many(portal, world, 30)
    first = await clerk.get(INBOX)
    names = [name.split()[0] for name, _ in await waiting(clerk)]
    assert names == [f"N{each:02}" for each in range(25)]
    assert "2 jours" in first.text
    older = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    rest = await clerk.get(older.replace("&amp;", "&"))
    check(rest)
    assert "N29 Élise" in rest.text
    assert "N24 Élise" not in rest.text
    opened = first.text.partition("N03 Élise")[0].rpartition('href="')[2].partition('"')[0]
    page = await clerk.get(opened.replace("&amp;", "&"))
    assert "Suivant : demande de visite, N04 Élise" in page.text


async def test_teams_filter_the_list(clerk, portal, world):
    await many(portal, world, 1)
    async with portal.database.transaction(write=True) as session:
        session.add_all(teams := [CareTeam(name="Équipe Ouest"), CareTeam(name="Équipe Est")])
        await session.flush()
        site = await session.get(Company, world.site.id)
        site.team_id = teams[0].key
    assert len(await waiting(clerk, f"?equipe={teams[0].id}")) == 1
    assert await waiting(clerk, f"?equipe={teams[1].id}") == []
    assert await waiting(clerk, "?equipe=aucune") == []
    assert "Équipe Ouest" in (await clerk.get(INBOX)).text


@pytest.mark.parametrize(
    "query",
    ["nature=x", "equipe=x", "equipe=-1", "pour=x", "apres=x", "apres=2026~x~1", "pour=5"],
)
async def test_an_address_that_nobody_wrote_filters_nothing(clerk, portal, world, query):
    await many(portal, world, 1)
    assert len(await waiting(clerk, f"?{query}")) == 1


async def test_the_inbox_asks_the_same_whatever_waits(clerk, portal, world):
    made = []
    for number in (1, 8):
        await many_of_one(portal, world, number)
        with statements_of(portal) as seen:
            assert (await clerk.get(INBOX)).status_code == 200
        made.append(len(seen))
    assert made[0] == made[1] <= 5, made


async def many_of_one(portal, world, number):
    for each in range(number):
        person = await a_person(portal, world.site, f"M{number}{each}")
        await a_request(portal, world.site, person, world.alice, kind="vip")


@only_sqlite
@pytest.mark.parametrize("statement", [page_statement("", 26), COUNTS], ids=["page", "counts"])
async def test_no_table_is_read_whole(portal, world, statement):
    """Each branch reads an index of what waits, whose other rows are not even there."""
    values = {"team": 0, "whose": 0, "me": 1, "today": date(2026, 3, 2), "kind": "", "row": 0}
    values["since"] = clock.now()
    asked = []
    with watched(portal, lambda _c, _cursor, words, given, *_: asked.append((words, given))):
        async with portal.database.transaction(write=True) as session:
            connection = await session.connection()
            await connection.execute(statement, values)
            words, given = asked[-1]
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", given)
            steps = [row[-1] for row in plan.all()]
    whole = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
    assert [step for step in whole if any(table in step for table in BIG)] == [], steps
    used = {name for name in INDEXES if any(name in step for step in steps)}
    assert used == set(INDEXES), set(INDEXES) - used


BIG = (
    "appointmentrequest", "inquiry", "publicinquiry", "slot", "document", "employeechange", "employee",
    "company", "account",
)  # fmt: skip
INDEXES = (
    "ix_appointmentrequest_waiting", "ix_appointmentrequest_reply", "ix_inquiry_waiting",
    "ix_publicinquiry_waiting", "ix_declarationcorrection_waiting", "ix_slot_given_back",
    "ix_document_deposited", "ix_employeechange_urgent",
)  # fmt: skip
