"""Letters of a campaign: who is sent one, printed once, found again, their words."""

import asyncio
import io
import sys
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlmodel import select

from app import clock
from app.files.typesetting import Undrawn
from app.letters import rules, staff
from app.web.templating import ROOT
from db.models import (
    AnnualDeclaration,
    AuditEvent,
    AuditKind,
    CampaignLetter,
    Company,
    LetterFile,
    LetterRun,
    Membership,
    OutboxMail,
)
from tests.actors import Actor
from tests.contributions.steps import declare, some_employees, validate
from tests.dunning.steps import with_address
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
ALL = "/service/cotisations/2026/lettres"
LAST_DAY = "15 février 2099"
REMINDER = f"{ALL}?lettre=relance&qui=tous"


async def worked(portal):
    while await staff.work_portion(portal, clock.now()):
        pass


async def printed(clerk, portal, path=REMINDER):
    """Press the button, let the job end; the page of the run."""
    answer = await clerk.fill(path, to=path)
    assert answer.status_code == 303, answer.text
    await worked(portal)
    return await clerk.follow(answer)


async def everybody_lives_somewhere(portal):
    found = await rows(portal, Company)
    await with_address(portal, *found)
    return found


async def listed(clerk, path):
    """Codes of the members who are listed as those that the letter is for."""
    text = (await clerk.get(path)).text.partition('id="found-caption"')[2].partition("</table>")[0]
    return {part.partition('"')[0] for part in text.split("/service/adherents/")[1:]}


async def test_a_run_is_looked_at_printed_found_again_and_traced(clerk, alice, portal, world):
    everybody = await everybody_lives_somewhere(portal)
    page = await clerk.get(REMINDER)
    check(page)
    assert f"Préparer {len(everybody)} lettres" in page.text
    board = await clerk.get("/service/cotisations/2026")
    assert ALL in board.text
    answer = await clerk.fill(REMINDER, to=REMINDER)
    at_work = await clerk.follow(answer)
    check(at_work)
    assert "le travail continue" in at_work.text
    assert "déjà en cours" in (await clerk.fill(REMINDER, to=REMINDER)).text
    await worked(portal)
    done = await clerk.follow(answer)
    check(done)
    (run,) = await rows(portal, LetterRun)
    assert f"{ALL}/{run.id}" in (await clerk.get(ALL)).text
    file = await clerk.get(f"{ALL}/{run.id}/fichiers/1")
    assert file.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(file.content))
    assert len(reader.pages) == len(everybody) == run.letters
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    theirs = next(each for each in reader.pages if "00010-2" in each.extract_text()).extract_text()
    for words in ("22500 Paimpol", "Première connexion", LAST_DAY, "la déclaration avec vous"):
        assert words in " ".join(theirs.split()), words
    assert (await clerk.get(f"{ALL}/{run.id}/fichiers/2")).status_code == 404
    events = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.CAMPAIGN_LETTER)
    assert {each.company_id for each in events} == {each.id for each in everybody}
    assert "lettre de la campagne" in (await alice.get("/espace/00010-2/historique")).text
    assert "Préparer" not in (await clerk.get(REMINDER)).text, "two weeks have not passed"


async def test_who_has_no_mail_that_arrives_is_written_to_first(clerk, portal, world):
    await everybody_lives_somewhere(portal)
    path = f"{ALL}?lettre=relance"
    assert await listed(clerk, REMINDER) >= {"00010", "00010-2", "00042"}
    assert "00010-2" not in await listed(clerk, path), "alice may declare and her mail arrives"
    async with portal.database.transaction(write=True) as session:
        mail = OutboxMail(
            message_id="a@b", template="declaration_due", recipient=world.alice.email,
            created_at=clock.now(), bounced_at=clock.now(), bounce="boîte inconnue",
        )  # fmt: skip
        session.add(mail)
    page = await clerk.get(path)
    assert "un courriel est revenu" in page.text
    assert "00010-2" in await listed(clerk, path)
    async with portal.database.transaction(write=True) as session:
        await session.delete(await session.get(OutboxMail, mail.id))
        for each in await session.exec(select(Membership).where(Membership.account_id == world.alice.id)):
            each.roles = ["facturation", "salaries"]
    page = await clerk.get(path)
    assert "aucun compte ne peut déclarer" in page.text
    assert "00010-2" in await listed(clerk, path)


async def test_who_declared_or_lives_nowhere_has_no_letter_and_a_team_has_its_own(
    clerk, alice, portal, world
):
    everybody = await everybody_lives_somewhere(portal)
    await some_employees(portal, world.site)
    await declare(alice)
    await validate(alice)
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.theirs.id)).town = ""
    page = await clerk.get(REMINDER)
    check(page)
    assert "Sans adresse postale" in page.text
    assert await listed(clerk, REMINDER) == {each.code for each in everybody} - {"00010-2", "00042"}
    team = next(each.team_id for each in everybody if each.code == "00010")
    mine = {each.code for each in everybody if each.team_id == team and each.code not in {"00010-2", "00042"}}
    assert await listed(clerk, f"{REMINDER}&equipe={team or -1}") == mine
    await printed(clerk, portal)
    assert {each.code for each in await rows(portal, CampaignLetter)} == await codes(everybody)


async def codes(everybody):
    return {each.code for each in everybody} - {"00010-2", "00042"}


async def test_the_opening_comes_once_and_a_reminder_again_after_two_weeks(
    clerk, portal, world, time_machine_at
):
    everybody = await everybody_lives_somewhere(portal)
    opening = f"{ALL}?qui=tous"
    await clerk.fill("/service/cotisations/2026/campagne", opens_on="05/03/2026", closes_on="30/04/2026")
    assert "à partir du 5 mars 2026" in (await clerk.get(REMINDER)).text
    assert (await clerk.fill(opening, to=REMINDER)).status_code == 422
    await printed(clerk, portal, opening)
    time_machine_at.shift(timedelta(days=16))
    await clerk.signed_in(world.clerk)
    assert not await listed(clerk, opening)
    await printed(clerk, portal)
    marked = await rows(portal, AnnualDeclaration, AnnualDeclaration.reminded_on == clock.today())
    assert all(each.submitted_at is None for each in marked)
    time_machine_at.shift(timedelta(days=14))
    await clerk.signed_in(world.clerk)
    await printed(clerk, portal)
    assert len(await rows(portal, CampaignLetter)) == 3 * len(everybody)
    time_machine_at.shift(timedelta(days=120))
    await clerk.signed_in(world.clerk)
    assert "s’impriment jusqu’au" in (await clerk.get(REMINDER)).text


async def test_a_file_that_cannot_be_drawn_is_drawn_later_and_nothing_is_written_twice(
    clerk, portal, world, monkeypatch
):
    everybody = await everybody_lives_somewhere(portal)

    async def refused(*_):
        raise Undrawn("no")

    with monkeypatch.context() as broken:
        broken.setattr(staff, "typeset_apart", refused)
        page = await printed(clerk, portal)
    check(page)
    (run,) = await rows(portal, LetterRun)
    assert "Dessiner à nouveau" in page.text
    await clerk.fill(f"{ALL}/{run.id}")
    await worked(portal)
    assert len(await rows(portal, LetterFile)) == 1
    assert len(await rows(portal, CampaignLetter)) == len(everybody)
    assert (await clerk.fill(f"{ALL}/{run.id}", to=f"{ALL}/{run.id}")).status_code == 409


async def test_the_words_are_the_services_own(clerk, portal, world):
    await everybody_lives_somewhere(portal)
    path = f"{ALL}/texte/relance"
    check(await clerk.get(path))
    wrong = await clerk.fill(path, subject="Rappel", text="À {nulle part}", signed_by="Nous")
    assert wrong.status_code == 422
    assert "n’est pas un emplacement" in wrong.text
    text = "Déclarez, {adhérent} ({code}), avant le {échéance}."
    page = await clerk.follow(await clerk.fill(path, subject="Rappel", text=text, signed_by="La direction"))
    check(page)
    assert f"Déclarez, Menuiserie Le Goff (00099), avant le {LAST_DAY}." in page.text
    await printed(clerk, portal)
    (run,) = await rows(portal, LetterRun)
    assert run.signed_by == "La direction"
    assert (await clerk.get(f"{ALL}/texte/adieu")).status_code == 404


async def test_killed_anywhere_a_member_has_one_letter(clerk, portal, world, settings):
    everybody = await everybody_lives_somewhere(portal)
    answer = await clerk.fill(REMINDER, to=REMINDER)
    command = [sys.executable, "-m", "tests.letters.killing", settings.model_dump_json()]
    pipe = asyncio.subprocess.PIPE
    killing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    told, trouble = await killing.communicate()
    assert killing.returncode == 0, trouble.decode()[-2000:]
    assert int(told.splitlines()[-1]) >= 9
    done = await clerk.follow(answer)
    assert f"{len(everybody)} lettres" in done.text
    files = await rows(portal, LetterFile)
    assert [each.part for each in files] == list(range(1, -(-len(everybody) // 2) + 1))
    assert sum(each.letters for each in files) == len(everybody)


async def test_letters_are_for_accounts_of_all_teams_that_bill(app, portal, world):
    _, theirs = await two_teams(portal, world)
    for roles, teams in ((["comptabilite"], [theirs]), (["accueil"], [])):
        async with Actor(app) as actor:
            await a_colleague(actor, portal, roles, teams=teams)
            assert (await actor.get(ALL)).status_code == 403


def test_files_hold_so_many_letters_each():
    assert [rules.parts_of(each) for each in (0, 1, rules.MOST, rules.MOST + 1)] == [0, 1, 1, 2]
