"""Files: nothing is kept before it is allowed, nor more than a day's share, nor for ever without a row."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from app import clock, kept_files
from app.access import MemberAccess
from app.files.storage import FileLost, StorageAway
from app.housekeeping import NAMING, sweep_files
from app.kept_files import keep_file
from app.settings import Settings
from db.models import KeptBytes, KeptFile, metadata
from tests.contact.steps import CONTACT, PDF, WRITTEN
from tests.contact.steps import NEW as WRITE
from tests.documents.steps import NEW, deposit, deposited
from tests.employees.people import acting
from tests.reading import rows
from tests.test_access import VALUES, routes

SECRET = b"%PDF-1.7 jamais garde "
FOREIGN = {"code": "00042"}


def stored(portal):
    folder = portal.settings.data_dir / "files"
    return {each.name for each in folder.rglob("*") if each.is_file()} if folder.exists() else set()


async def sent(actor, path, page=WRITE, content=PDF, **fields):
    token = await actor.token(page)
    return await actor.post(
        path, data={"csrf": token, **WRITTEN, **fields}, files={"fichier": ("a.pdf", content)}
    )


def takers(app):
    return [(path, handler) for path, handler in routes(app, method="POST") if handler.opt.get("file")]


async def test_a_file_for_what_is_not_theirs_is_never_kept_nor_read(app, alice, portal, world, monkeypatch):
    """Another company, and a number that is nobody's: each address that takes a file."""
    read = []
    monkeypatch.setattr("app.web.uploads._keep", lambda *given: read.append(given))
    before = stored(portal)
    assert len(takers(app)) >= 4
    for path, _ in takers(app):
        for wrong in (path.replace("00010", "00042"), path.replace("00010", "98765")):
            assert (await sent(alice, wrong, content=SECRET)).status_code == 404, wrong
    for number in ("999", "99999999999999999999", "2"):
        answer = await sent(alice, f"{CONTACT}/{number}/messages", content=SECRET)
        assert answer.status_code == 404, number
    assert stored(portal) == before
    assert not read
    assert not await rows(portal, KeptFile)


async def test_a_file_without_the_right_is_never_kept_nor_read(app, portal, world, monkeypatch):
    read = []
    monkeypatch.setattr("app.web.uploads._keep", lambda *given: read.append(given))
    before = stored(portal)
    async with acting(app, portal, world.ours) as reader:
        for path, handler in takers(app):
            if handler.name != "contact.create":  # Anybody of a company writes to the service.
                # The service's addresses are nowhere for those who do not work there.
                expected = 404 if path.startswith("/service") else 403
                assert (await sent(reader, path, content=SECRET)).status_code == expected, path
    assert stored(portal) == before
    assert not read


@pytest.mark.parametrize(("about", "status"), [("salarie", 404), ("facture", 404), ("person", 422)])
async def test_a_message_about_what_is_not_theirs_keeps_no_file(alice, portal, world, about, status):
    before = stored(portal)
    value = "Personne de ce nom" if about == "person" else str(world.their_employee.key)
    value = "9999" if about == "facture" else value
    assert (await sent(alice, WRITE, content=SECRET, **{about: value})).status_code == status
    assert stored(portal) == before


async def test_a_day_has_its_share_for_one_person_over_all_their_companies(alice, portal, world, monkeypatch):
    monkeypatch.setattr(kept_files, "MOST_FOR_ACCOUNT", 2 * len(PDF) + 20)
    await deposited(alice, PDF + b"1", "un.pdf", kind="autre")
    assert (await sent(alice, WRITE)).status_code == 303
    before = stored(portal)
    refused = await deposit(alice, PDF + b"3" * 20, "trois.pdf", kind="autre", title="Mon titre")
    assert refused.status_code == 422
    assert "Trop de fichiers ont été envoyés aujourd’hui depuis votre compte" in refused.text
    assert "Mon titre" in refused.text
    again = await sent(alice, WRITE, content=PDF + b"4" * 20, token="un-autre-jeton-la")
    assert again.status_code == 422
    assert "le montant a doublé" in again.text
    assert stored(portal) == before


async def test_a_company_has_its_share_over_all_its_people(app, alice, portal, world, monkeypatch):
    monkeypatch.setattr(kept_files, "MOST_FOR_COMPANY", len(PDF) + 5)
    await deposited(alice, PDF, "un.pdf", kind="autre")
    async with acting(app, portal, world.site, "salaries") as other:
        refused = await deposit(other, PDF + b"2", "deux.pdf", kind="autre")
    assert "depuis cette entreprise" in refused.text
    assert (await sent(alice, WRITE)).status_code == 303, "another company of the same person"


async def test_of_twenty_files_at_once_no_more_are_kept_than_the_share(alice, portal, world, monkeypatch):
    monkeypatch.setattr(kept_files, "MOST_FOR_ACCOUNT", 5 * (len(PDF) + 2))
    fields = {"csrf": await alice.token(WRITE), **WRITTEN}
    answers = await asyncio.gather(
        *(
            alice.post(
                WRITE,
                data=fields | {"token": f"un-jeton-du-form-{at:02}"},
                files={"fichier": ("a.pdf", PDF + b"%02d" % at)},
            )
            for at in range(20)
        )
    )
    assert sorted(each.status_code for each in answers) == [303] * 5 + [422] * 15
    counted = {each.bucket.partition(":")[0]: each.bytes for each in await rows(portal, KeptBytes)}
    assert counted == {"account": 5 * (len(PDF) + 2), "company": 5 * (len(PDF) + 2)}


async def test_the_next_day_has_a_share_of_its_own(alice, portal, world, monkeypatch, time_machine_at):
    await alice.signed_in(world.alice)
    monkeypatch.setattr(kept_files, "MOST_FOR_ACCOUNT", len(PDF) + 5)
    await deposited(alice, PDF, "un.pdf", kind="autre")
    assert (await deposit(alice, PDF + b"2", "deux.pdf", kind="autre")).status_code == 422
    time_machine_at.shift(timedelta(days=1))
    await alice.signed_in(world.alice)
    await deposited(alice, PDF + b"2", "deux.pdf", kind="autre")


def test_every_table_that_names_a_file_is_asked_before_one_is_removed():
    named = {table.name for table in metadata.sorted_tables for column in table.c if "sha256" in column.name}
    assert {column.table.name for column in NAMING} == named - {"keptfile"}
    assert {"document", "inquirymessage"} <= named


@pytest.fixture(params=["folder", "bucket"])
def storage(request, portal, tmp_path):
    """A folder, then what stands for a bucket. How old its files are is what the test says."""
    if request.param == "bucket":
        settings = Settings(secret_key="x" * 32, data_dir=tmp_path, storage_url="memory:///")
        portal.storage._url = settings.storage_url
        assert isinstance(portal.storage._store, MemoryStore)
    return portal.storage


async def orphan(portal, world, content=SECRET):
    """What a request leaves that dies between the bytes and their row."""
    async with portal.database.transaction(write=False) as session:
        access = MemberAccess(portal, session, world.alice, world.ours, None)
        async with access.paused():
            return await keep_file(access, "a.pdf", content, nothing_to_ask)


async def nothing_to_ask(_):
    pass


async def test_what_no_row_names_goes_after_a_day_and_what_one_names_stays(alice, portal, world, storage):
    named = await portal.storage.keep(PDF)
    await deposited(alice, PDF, "un.pdf", kind="autre")
    lost = (await orphan(portal, world)).sha256
    now = clock.now()
    assert await sweep_files(portal, now + timedelta(hours=23)) == 0
    assert await sweep_files(portal, now + timedelta(hours=25)) >= 1
    with pytest.raises(FileLost):
        await storage.opened(lost)
    await storage.opened(named)
    assert await sweep_files(portal, now + timedelta(hours=25)) == 0
    await storage.opened(named)


async def test_an_old_file_that_is_kept_again_just_now_is_left_alone(portal, world, storage):
    """Its bytes are old, and not written again: what counts is when it was last announced."""
    old = await storage.keep(SECRET)
    later = clock.now() + timedelta(days=3)
    async with portal.database.transaction(write=True) as session:
        session.add(KeptFile(sha256=old, kept_at=later - timedelta(minutes=1)))
    await sweep_files(portal, later)
    await storage.opened(old)
    assert await sweep_files(portal, later + timedelta(days=2)) >= 1


async def test_files_kept_again_while_they_are_swept_are_there_for_their_rows(
    portal, world, storage, monkeypatch
):
    contents = [SECRET + b"%d" % at for at in range(12)]
    old = [await storage.keep(content) for content in contents]

    async def of_long_ago(_):
        return old

    monkeypatch.setattr(storage, "older_than", of_long_ago)

    async def again(content):
        kept = await orphan(portal, world, content)
        await storage.opened(kept.sha256)

    swept, *_ = await asyncio.gather(sweep_files(portal, clock.now()), *map(again, contents[:6]))
    assert swept >= 6
    for sha256 in old[:6]:
        await storage.opened(sha256)


async def test_what_was_half_written_in_a_folder_by_a_process_that_died_goes_too(portal):
    folder = portal.settings.data_dir / "files" / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / ("ab" * 32 + "#1")
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    await sweep_files(portal, clock.now())
    assert not half.exists()


async def test_a_file_that_another_process_sweeps_meanwhile_stops_no_sweep(portal, monkeypatch):
    await portal.storage.keep(SECRET)
    names = Path.glob
    gone = portal.settings.data_dir / "files" / "ab" / ("ab" * 32)

    def seen_before_it_went(folder, pattern):
        return [*names(folder, pattern), gone, gone.with_name(f"{gone.name}#1")]

    monkeypatch.setattr(Path, "glob", seen_before_it_went)
    assert await sweep_files(portal, clock.now() + timedelta(days=2)) >= 1


async def test_a_storage_that_is_away_stops_no_housekeeping(portal, monkeypatch):
    async def away(*_):
        raise StorageAway

    monkeypatch.setattr(portal.storage, "older_than", away)
    assert await sweep_files(portal, clock.now()) == 0


def test_every_number_that_an_address_holds_is_told_to_the_sweep(app):
    for path, _ in takers(app):
        assert "{" not in path, VALUES
    assert NEW.startswith("/espace/00010-2")
