"""A backup holds all there is, and a restore puts it back or touches nothing. On both databases."""

import asyncio
import hashlib
import io
import stat
import tarfile
from datetime import UTC, datetime

import pytest

from app import clock
from app.copies.archive import FILE, MANIFEST
from app.copies.backup import restore, save
from app.copies.bases import dump_postgresql, is_postgresql_served
from app.copies.lock import in_use
from app.errors import CommandRefused
from app.files.storage import Damaged, Storage
from app.main import make_portal
from app.settings import Settings
from db.engine import migrate
from db.models import Account, Document, DocumentKind, metadata
from db.seeds.world import World
from tests.conftest import SERVER, _run_sql, _url_of
from tests.reading import rows

KEY = "k" * 64
THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ATTESTATION = b"%PDF-1.7 attestation"


@pytest.fixture
def own(database_url, tmp_path):
    return Settings(data_dir=tmp_path, database_url=database_url, secret_key=KEY)


@pytest.fixture
async def filled(own):
    """A company, an account, a deposited file."""
    await add(own, "alice@ours.example", ATTESTATION)
    return own


@pytest.fixture
async def elsewhere(tmp_path):
    """Another machine: another folder, an empty base."""
    folder = tmp_path / "elsewhere"
    if not SERVER:
        yield Settings(data_dir=folder, secret_key=KEY)
        return
    name = "portail_elsewhere"
    await _run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    yield Settings(data_dir=folder, database_url=_url_of(name), secret_key=KEY)
    await _run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def add(settings, email, content=b""):
    portal = make_portal(settings, bcrypt_cost=4)
    sha256 = await portal.storage.keep(content) if content else ""
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        await world.an_account(email, "A", "B")
        if sha256:
            company = await world.a_company("00010", "Brieuc", key="-" * 64)
            session.add(a_document(company.id, sha256, len(content)))
    await portal.close()
    return sha256


def a_document(company_id, sha256, size):
    return Document(
        company_id=company_id, kind=DocumentKind.OTHER, title="Attestation", file_name="a.pdf",
        media_type="application/pdf", size=size, sha256=sha256, series="s", token="t", created_at=THEN,
    )  # fmt: skip


async def everything(settings):
    portal = make_portal(settings, bcrypt_cost=4)
    async with portal.database.transaction(write=False) as session:
        connection = await session.connection()
        held = {
            table.name: (await connection.execute(table.select())).all() for table in metadata.sorted_tables
        }
    await portal.close()
    return held


async def emails(settings):
    portal = make_portal(settings, bcrypt_cost=4)
    found = await rows(portal, Account)
    await portal.close()
    return sorted(each.email for each in found)


async def read_file(settings, sha256):
    return b"".join([chunk async for chunk in await Storage(settings).opened(sha256)])


def files_of(settings):
    """Every file of the folder with its bytes, but for the lock."""
    return {
        each.relative_to(settings.data_dir): each.read_bytes()
        for each in settings.data_dir.rglob("*")
        if each.is_file() and each.name not in {"portail.lock", "copy.tar"} and "elsewhere" not in each.parts
    }


def changed(archive, target, change):
    """The archive again, each member through `change`: (name, bytes), or None to leave it out."""
    with tarfile.open(archive) as old, tarfile.open(target, "w:") as new:
        for member in old:
            for name, content in change(member.name, old.extractfile(member).read()):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return target


@pytest.mark.parametrize("act", [dump_postgresql, lambda url, _: is_postgresql_served(url)])
async def test_behind_what_lends_servers_no_base_is_copied(act, tmp_path):
    with pytest.raises(CommandRefused, match="sans PgBouncer"):
        await act("postgresql+asyncpg://somebody@127.0.0.1:1/portail?pooled=true", tmp_path / "base.sql")


async def test_what_was_saved_is_what_is_restored_elsewhere(filled, elsewhere, tmp_path):
    before = await everything(filled)
    archive = tmp_path / "copy.tar"
    said = await save(filled, archive, THEN)
    assert "2 mars 2026" in said
    assert "1 entreprise, 1 compte, 1 fichier." in said
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert "Restauré, sauvegarde du 2 mars 2026" in await restore(elsewhere, archive, clock.now())
    assert await everything(elsewhere) == before
    assert await read_file(elsewhere, hashlib.sha256(ATTESTATION).hexdigest()) == ATTESTATION
    # And what was restored can be saved and restored again.
    assert "1 fichier." in await save(elsewhere, tmp_path / "again.tar", THEN)
    await restore(elsewhere, tmp_path / "again.tar", clock.now())
    assert await everything(elsewhere) == before


async def test_what_came_after_is_undone_and_the_base_of_before_is_kept(filled, tmp_path):
    await save(filled, tmp_path / "copy.tar", THEN)
    await add(filled, "late@ours.example")
    said = await restore(filled, tmp_path / "copy.tar", clock.now())
    assert await emails(filled) == ["alice@ours.example"]
    if not SERVER:
        (kept,) = tmp_path.glob("portail.db.avant-*")
        assert str(kept) in said
        assert (
            len(await emails(Settings(data_dir=tmp_path, database_url=f"sqlite:///{kept}", secret_key=KEY)))
            == 2
        )


async def test_a_damaged_file_is_mended(filled, tmp_path):
    await save(filled, tmp_path / "copy.tar", THEN)
    sha256 = hashlib.sha256(ATTESTATION).hexdigest()
    (tmp_path / "files" / sha256[:2] / sha256).write_bytes(b"rotten")
    with pytest.raises(Damaged):
        await read_file(filled, sha256)
    await restore(filled, tmp_path / "copy.tar", clock.now())
    assert await read_file(filled, sha256) == ATTESTATION


async def test_a_file_that_is_gone_is_named_and_nothing_is_written_without_a_word(filled, tmp_path):
    sha256 = hashlib.sha256(ATTESTATION).hexdigest()
    (tmp_path / "files" / sha256[:2] / sha256).unlink()
    with pytest.raises(CommandRefused, match=sha256):
        await save(filled, tmp_path / "copy.tar", THEN)
    assert not list(tmp_path.glob("copy.tar*"))
    said = await save(filled, tmp_path / "copy.tar", THEN, incomplete=True)
    assert f"Manquaient déjà : {sha256}" in said
    assert f"Manquaient déjà : {sha256}" in await restore(filled, tmp_path / "copy.tar", clock.now())


async def test_a_copy_never_overwrites_and_one_cut_short_leaves_no_name(filled, tmp_path, monkeypatch):
    (tmp_path / "copy.tar").write_bytes(b"precious")
    with pytest.raises(CommandRefused, match="existe déjà"):
        await save(filled, tmp_path / "copy.tar", THEN)
    assert (tmp_path / "copy.tar").read_bytes() == b"precious"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.copies.backup.sync", full)
    with pytest.raises(OSError, match="No space"):
        await save(filled, tmp_path / "other.tar", THEN)
    assert not list(tmp_path.glob("other.tar*"))


async def test_two_copies_at_once_under_one_name_do_not_mix(filled, tmp_path):
    async def one():
        try:
            return await save(filled, tmp_path / "copy.tar", THEN)
        except CommandRefused:
            return ""

    said = await asyncio.gather(*(one() for _ in range(4)))
    assert sum(bool(words) for words in said) == 1
    await restore(filled, tmp_path / "copy.tar", clock.now())


def _elsewhere(name):
    return lambda member, content: [(member, content), *([(name, b"x")] if member == MANIFEST else [])]


WRONG = {
    "path traversal": _elsewhere("../../etc/passwd"),
    "absolute path": _elsewhere("/etc/passwd"),
    "a name of no file": _elsewhere("files/../portail.db"),
    "one file more": _elsewhere(f"files/{'a' * 64}"),
    "twice the manifest": lambda name, content: [(name, content)] * (1 + (name == MANIFEST)),
    "no manifest": lambda name, content: [] if name == MANIFEST else [(name, content)],
    "no base": lambda name, content: [] if name.startswith("portail.") else [(name, content)],
    "no file": lambda name, content: [] if FILE.fullmatch(name) else [(name, content)],
    "another file": lambda name, content: [(name, content[::-1] if FILE.fullmatch(name) else content)],
    "another base": lambda name, content: [
        (name, content + b"\n" if name.startswith("portail.") else content)
    ],
    "another manifest": lambda name, content: [
        (name, content.replace(b'"accounts":1', b'"accounts":2') if name == MANIFEST else content)
    ],
}


@pytest.mark.parametrize("how", WRONG)
async def test_an_archive_that_was_changed_is_refused_before_anything_is_touched(filled, tmp_path, how):
    await save(filled, tmp_path / "copy.tar", THEN)
    await add(filled, "late@ours.example")
    wrong = changed(tmp_path / "copy.tar", tmp_path / "wrong.tar", WRONG[how])
    before, rows = files_of(filled), await everything(filled)
    with pytest.raises(CommandRefused, match=r"rien n’a été restauré"):
        await restore(filled, wrong, clock.now())
    assert files_of(filled) == before
    assert await everything(filled) == rows
    assert not (tmp_path.parent / "etc").exists()


async def test_an_archive_that_was_cut_anywhere_is_refused(filled, tmp_path):
    await save(filled, tmp_path / "copy.tar", THEN)
    whole = (tmp_path / "copy.tar").read_bytes()
    with tarfile.open(tmp_path / "copy.tar") as tar:
        end = max(member.offset_data + member.size for member in tar)
    before = files_of(filled)
    for length in [0, 1, 511, 512, 513, end - 1, *range(700, end, end // 15)]:
        cut = tmp_path / "copy.tar"
        cut.write_bytes(whole[:length])
        with pytest.raises(CommandRefused, match="rien n’a été restauré"):
            await restore(filled, cut, clock.now())
    assert files_of(filled) == before


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"\0" * 5000, b"hello", b"\x1f\x8b\x08\0junk"])
async def test_a_file_that_is_no_archive_is_refused(filled, tmp_path, content):
    (tmp_path / "copy.tar").write_bytes(content)
    with pytest.raises(CommandRefused, match="rien n’a été restauré"):
        await restore(filled, tmp_path / "copy.tar", clock.now())
    assert await emails(filled) == ["alice@ours.example"]


async def test_an_archive_made_with_another_key_is_refused(filled, tmp_path):
    """Its passwords and numbers would be void: they are hashed with it."""
    await save(filled, tmp_path / "copy.tar", THEN)
    other = filled.model_copy(update={"secret_key": "o" * 64})
    with pytest.raises(CommandRefused, match="clé secrète"):
        await restore(other, tmp_path / "copy.tar", clock.now())


async def test_an_archive_of_a_newer_version_is_refused_and_an_older_one_says_to_migrate(
    filled, tmp_path, monkeypatch
):
    await save(filled, tmp_path / "copy.tar", THEN)
    with monkeypatch.context() as patched:
        patched.setattr("app.copies.backup.is_known", lambda *_, **__: False)
        with pytest.raises(CommandRefused, match="version plus récente"):
            await restore(filled, tmp_path / "copy.tar", clock.now())
    monkeypatch.setattr("app.copies.backup.is_known", lambda *_, newest=False: not newest)
    assert "lancez « portail migrate »" in await restore(filled, tmp_path / "copy.tar", clock.now())
    await migrate(filled.database_url)
    assert await emails(filled) == ["alice@ours.example"]


async def test_a_copy_of_the_demo_stays_in_the_demo(filled, tmp_path):
    await save(filled, tmp_path / "copy.tar", THEN)
    with pytest.raises(CommandRefused, match="démonstration"):
        await restore(filled.model_copy(update={"demo": True}), tmp_path / "copy.tar", clock.now())


async def test_nothing_is_restored_while_a_command_or_a_server_works(filled, tmp_path):
    await save(filled, tmp_path / "copy.tar", THEN)
    with in_use(filled), in_use(filled), pytest.raises(CommandRefused, match="en service"):
        await restore(filled, tmp_path / "copy.tar", clock.now())
    await restore(filled, tmp_path / "copy.tar", clock.now())


async def test_nothing_is_restored_while_any_program_has_the_base_open(filled, tmp_path):
    """A server that does not know of the lock, a shell that somebody forgot."""
    await save(filled, tmp_path / "copy.tar", THEN)
    await add(filled, "late@ours.example")
    portal = make_portal(filled, bcrypt_cost=4)
    await rows(portal, Account)
    try:
        with pytest.raises(CommandRefused, match="autre programme"):
            await restore(filled, tmp_path / "copy.tar", clock.now())
    finally:
        await portal.close()
    assert len(await emails(filled)) == 2
