"""The disk is full, the bucket does not answer: 503 with when to come back, and nothing half kept."""

import shutil
import subprocess
from http import HTTPStatus

import obstore
import pytest
from obstore.exceptions import GenericError

from app.files.storage import Storage, StorageAway
from app.settings import Settings
from db.models import KeptBytes
from tests.bench.served import free_port
from tests.contact.steps import NEW as WRITE
from tests.contact.steps import PDF, WRITTEN, inquiries
from tests.documents.steps import deposit, deposited, documents
from tests.reading import rows

BIG = PDF + b"x" * 1_500_000


@pytest.fixture
def full_disk(portal, world):
    """A disk of 1 MB in place of the folder of files."""
    folder = portal.settings.data_dir / "files"
    shutil.rmtree(folder)
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may make a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def is_come_back_page(answer):
    return (
        answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        and answer.headers["retry-after"] == "60"
        and "Rien n’a été gardé à moitié" in answer.text
    )


def left_in(folder):
    return [each for each in folder.rglob("*") if each.is_file()]


async def counted(portal):
    return {each.bytes for each in await rows(portal, KeptBytes)}


async def test_a_full_disk_is_told_as_such_and_nothing_of_the_file_stays(alice, portal, world, full_disk):
    assert is_come_back_page(await deposit(alice, BIG, "gros.pdf", kind="autre"))
    assert not left_in(full_disk)
    assert not await documents(portal, world)
    assert await counted(portal) <= {0}
    await deposited(alice, PDF, "petit.pdf", kind="autre")
    assert len(left_in(full_disk)) == 1


@pytest.fixture
def lost_folder(portal, world):
    """Where the files go is a file: what the library says of any disk that does not do as it is told."""
    folder = portal.settings.data_dir / "files"
    shutil.rmtree(folder)
    folder.write_text("not a folder")
    portal.storage.__dict__.pop("_store", None)
    return folder


async def test_a_folder_that_is_gone_is_told_as_such(alice, portal, world, lost_folder):
    assert is_come_back_page(await deposit(alice, kind="autre", name="a.pdf"))
    fields = {"csrf": await alice.token(WRITE), **WRITTEN}
    assert is_come_back_page(await alice.post(WRITE, data=fields, files={"fichier": ("a.pdf", PDF)}))
    answer = await alice.fill("/espace/00010/documents/certificat", token="un-jeton-de-formulaire")
    assert is_come_back_page(answer)
    assert not await documents(portal, world)
    assert not await inquiries(portal)
    assert await counted(portal) <= {0}
    assert lost_folder.read_text() == "not a folder"


async def test_a_message_without_a_file_leaves_whatever_the_storage_does(alice, portal, lost_folder):
    assert (await alice.post(WRITE, data={"csrf": await alice.token(WRITE), **WRITTEN})).status_code == 303


@pytest.mark.parametrize("error", [GenericError("No space left on device"), OSError(28, "No space left")])
async def test_whatever_the_library_raises_is_the_same_page(alice, portal, world, monkeypatch, error):
    async def refuse(*_, **__):
        raise error

    monkeypatch.setattr(obstore, "put_async", refuse)
    assert is_come_back_page(await deposit(alice, kind="autre", name="a.pdf"))
    assert not await documents(portal, world)


async def test_a_file_that_cannot_be_read_now_is_told_as_such(alice, portal, world, monkeypatch):
    place = await deposited(alice, PDF, "un.pdf", kind="autre")

    async def refuse(*_, **__):
        raise GenericError("connection refused")

    monkeypatch.setattr(obstore, "get_async", refuse)
    assert is_come_back_page(await alice.get(f"{place}/fichier"))


async def test_a_bucket_that_does_not_answer_is_given_up_within_seconds(tmp_path, monkeypatch):
    for name, value in {
        "AWS_ENDPOINT": f"http://127.0.0.1:{free_port()}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "x",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    storage = Storage(Settings(secret_key="x" * 32, data_dir=tmp_path, storage_url="s3://bucket"))
    with pytest.raises(StorageAway):
        await storage.keep(b"bonjour")
    with pytest.raises(StorageAway):
        await storage.opened("a" * 64)
