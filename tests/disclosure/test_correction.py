"""A name or a birth date corrected at every employer at once."""

import pytest

from db.models import AuditEvent, AuditKind, Employee, EmployeeChange
from db.seeds.world import World
from tests.reading import rows
from tests.retention.leavers import NAME, columns
from tests.test_pages import check

PAGE = "/service/droit-acces/correction"
RIGHT = {
    "birth_name": "Kerzonkuf", "usual_name": "Le Braz", "first_names": "Ermeline", "birth_on": "18/07/1971",
}  # fmt: skip


@pytest.fixture
async def two(portal, world):
    """The same person at two members that do not know each other."""
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        return [
            await seeds.an_employee(world.ours, columns(exit_on="")),
            await seeds.an_employee(world.theirs, columns(birth_name=NAME.upper(), exit_on="")),
        ]


def path_of(people):
    return f"{PAGE}?fiches={'-'.join(str(each.key) for each in people)}"


async def sent(clerk, people, **typed):
    token = await clerk.token(path_of(people))
    records = "-".join(str(each.key) for each in people)
    return await clerk.post(PAGE, data={"csrf": token, "records": records} | RIGHT | typed)


async def test_one_act_corrects_every_record(clerk, portal, two):
    check(await clerk.get(path_of(two)))
    page = await clerk.follow(await sent(clerk, two))
    check(page)
    assert "L’identité est corrigée" in page.text
    for each in await rows(portal, Employee, Employee.id.in_([one.key for one in two])):
        assert (each.birth_name, each.usual_name, f"{each.birth_on}") == (
            "Kerzonkuf",
            "Le Braz",
            "1971-07-18",
        )
        assert each.version == 2
        assert each.person_key == "kerzonkuf 1971-07-18"
        assert " kerzonkuf" in each.search_key
        assert each.sort_key.startswith("le braz")
    changes = await rows(portal, EmployeeChange, EmployeeChange.employee_id.in_([one.key for one in two]))
    assert [(each.before["birth_name"], each.after["birth_name"]) for each in changes] == [
        (NAME, "Kerzonkuf"), (NAME.upper(), "Kerzonkuf"),
    ]  # fmt: skip


async def test_each_member_reads_it_in_its_history(clerk, alice, app, portal, world, two):
    await sent(clerk, two)
    lines = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.IDENTITY_CORRECTED)
    assert [(each.company_id, each.account_id, each.about_id) for each in lines] == [
        (world.ours.key, world.clerk.key, two[0].key), (world.theirs.key, world.clerk.key, two[1].key),
    ]  # fmt: skip
    page = await alice.get("/espace/00010/historique")
    assert "identité d’un salarié corrigée par le service" in page.text
    assert f"nom de naissance « {NAME} »" in page.text
    assert NAME.upper() not in page.text
    assert f"/espace/00010/salaries/{two[0].key}" in page.text
    assert "Kerzonkuf" in (await alice.get(f"/espace/00010/salaries/{two[0].key}")).text


async def test_a_record_that_is_right_already_is_left_alone(clerk, portal, two):
    await sent(clerk, two[:1])
    await sent(clerk, two)
    changes = await rows(portal, EmployeeChange, EmployeeChange.employee_id.in_([one.key for one in two]))
    assert len(changes) == 2
    answer = await sent(clerk, two)
    assert answer.status_code == 422
    assert "Rien ne change" in answer.text
    check(answer)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"birth_name": ""}, "Saisissez le nom de naissance."),
        ({"birth_on": "31/02/1971"}, "n’existe pas"),
        ({"birth_on": "01/01/2010"}, "moins de 14 ans"),
        ({"birth_on": "01/01/2099"}, "futur"),
        ({"first_names": "www.evil.example"}, "adresse de site"),
    ],
)
async def test_what_cannot_be_changes_no_record(clerk, portal, two, typed, words):
    answer = await sent(clerk, two, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    check(answer)
    assert not await rows(portal, EmployeeChange, EmployeeChange.employee_id.in_([one.key for one in two]))


async def test_one_impossible_record_keeps_the_others_as_they_were(clerk, portal, world, two):
    async with portal.database.transaction(write=True) as session:
        early = await World(session).an_employee(world.site, columns(entry_on="1986-01-06", exit_on=""))
    answer = await sent(clerk, [*two, early], birth_on="18/07/1973")
    assert answer.status_code == 422
    assert not await rows(portal, EmployeeChange, EmployeeChange.employee_id == two[0].key)


async def test_a_record_that_is_gone_stops_it(clerk, portal, two):
    token = await clerk.token(path_of(two))
    answer = await clerk.post(PAGE, data={"csrf": token, "records": f"{two[0].key}-999999"} | RIGHT)
    assert answer.status_code == 404
    assert (await clerk.get(PAGE)).status_code == 303
    assert not await rows(portal, EmployeeChange, EmployeeChange.employee_id == two[0].key)
