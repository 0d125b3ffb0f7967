"""With real processes: saved under writers, killed, restored, read; and nobody else may read what is there.

SQLite on its own file, whatever database the other tests use.
"""

import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from functools import partial
from threading import Event, Thread

import httpx
import pytest

PORTAIL = [sys.executable, "-m", "app"]
INSERT = "INSERT INTO throttle (bucket, guesses, updated_at) VALUES (?, '[]', '2026-01-05')"
MEMBERS = "Code adhérent;Raison sociale;Commune;SIRET;N° télédéclarant\n10;Brieuc;Saint-Brieuc;;\n"


def variables_of(data):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAIL_")}
    return kept | {
        "PORTAIL_DATA_DIR": str(data),
        "PORTAIL_SECRET_KEY": "k" * 64,
        "PORTAIL_PORT": str(port),
    }


def ran(variables, *words, code=0):
    """A command with the most open umask there is; what it said, in words."""
    said = {"capture_output": True, "text": True}
    line = [*PORTAIL, *map(str, words)]
    done = subprocess.run(line, env=variables, umask=0, timeout=120, check=False, **said)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def variables(tmp_path):
    return variables_of(tmp_path / "data")


@pytest.fixture
def portail(variables):
    return partial(ran, variables)


@contextmanager
def served(variables):
    process = subprocess.Popen([*PORTAIL, "serve"], env=variables, umask=0, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        for _ in range(600):
            try:
                httpx.get(
                    f"http://127.0.0.1:{variables['PORTAIL_PORT']}/readyz", timeout=5
                ).raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


class Writer(Thread):
    """Commits numbers one after the other; `acknowledged` is the last one committed."""

    def __init__(self, base):
        super().__init__()
        self.base, self.acknowledged, self.ended = base, 0, Event()

    def run(self):
        with closing(sqlite3.connect(self.base, timeout=30, isolation_level=None)) as connection:
            while not self.ended.wait(0.002):
                number = self.acknowledged + 1
                connection.execute(
                    "INSERT INTO throttle (bucket, guesses, updated_at) VALUES (?, '[]', '2026-01-05')",
                    [number],
                )
                self.acknowledged = number


@contextmanager
def written_to(base):
    writer = Writer(base)
    writer.start()
    try:
        while writer.acknowledged < 20:
            time.sleep(0.01)
        yield writer
    finally:
        writer.ended.set()
        writer.join()


def numbers_in(base):
    with closing(sqlite3.connect(base)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return sorted(int(bucket) for (bucket,) in connection.execute("SELECT bucket FROM throttle"))


@pytest.fixture(scope="session")
def begun(tmp_path_factory):
    """The folder of a portal with one company, made by its commands once."""
    folder = tmp_path_factory.mktemp("begun")
    variables = variables_of(folder / "data")
    ran(variables, "migrate")
    (folder / "members.csv").write_text(MEMBERS)
    ran(variables, "import-companies", folder / "members.csv", "--letters", folder / "data" / "letters.csv")
    return folder / "data"


@pytest.fixture
def base(begun, tmp_path):
    """Its base, in a copy for this test: the copy has the modes of what it copies."""
    return shutil.copytree(begun, tmp_path / "data") / "portail.db"


@pytest.fixture(scope="session")
def saved(begun, tmp_path_factory):
    """The archive of that portal."""
    folder = tmp_path_factory.mktemp("saved")
    ran(variables_of(shutil.copytree(begun, folder / "data")), "backup", folder / "copy.tar")
    return folder / "copy.tar"


def test_saved_under_writers_killed_and_restored_nothing_acknowledged_is_missing(
    portail, variables, base, tmp_path
):
    with served(variables) as server, written_to(base) as writer:
        before = writer.acknowledged
        assert "1 entreprise" in portail("backup", tmp_path / "copy.tar")
        saved_at_most = writer.acknowledged + 1
        while writer.acknowledged < saved_at_most + 20:
            time.sleep(0.01)
        refused = portail("restore", tmp_path / "copy.tar", code=2)
        assert "en service" in refused
        server.send_signal(signal.SIGKILL)
        server.wait()
        # The writer still has the base open, as a program that knows nothing of our lock.
        assert "autre programme" in portail("restore", tmp_path / "copy.tar", code=2)
    lived = numbers_in(base)
    assert lived == list(range(1, writer.acknowledged + 1))
    assert "Restauré" in portail("restore", tmp_path / "copy.tar")
    restored = numbers_in(base)
    assert restored == list(range(1, len(restored) + 1))
    assert before <= len(restored) <= saved_at_most
    (kept,) = base.parent.glob("portail.db.avant-*")
    assert numbers_in(kept) == lived
    with served(variables):
        answer = httpx.get(f"http://127.0.0.1:{variables['PORTAIL_PORT']}/connexion")
        assert answer.status_code == 200


def test_a_wal_that_a_killed_program_left_is_not_played_into_what_is_restored(portail, base, saved):
    leave_a_wal = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA wal_autocheckpoint=0'); c.execute(\"UPDATE company SET name = 'LATER'\");"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", leave_a_wal, str(base)], check=False)
    assert base.with_name("portail.db-wal").stat().st_size
    portail("restore", saved)
    assert not base.with_name("portail.db-wal").exists()
    with closing(sqlite3.connect(base)) as connection:
        assert connection.execute("SELECT name FROM company").fetchall() == [("Brieuc",)]
    (kept,) = base.parent.glob("portail.db.avant-*")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT name FROM company").fetchall() == [("LATER",)]


def test_a_base_that_is_one_no_longer_is_replaced(portail, base, saved):
    base.write_bytes(b"not a base" * 1000)
    assert "Restauré" in portail("restore", saved)
    assert numbers_in(base) == []


def modes_in(folder):
    return {
        str(each.relative_to(folder)): stat.S_IMODE(each.stat().st_mode)
        for each in [folder, *folder.rglob("*")]
    }


def test_nobody_else_reads_what_is_written_whatever_the_umask(portail, variables, base, tmp_path):
    """Base, -wal, -shm, letters, secret, lock, archive, and folders too."""
    with served(variables):
        portail("backup", tmp_path / "data" / "copy.tar")
        found = modes_in(base.parent)
    assert {"portail.db", "portail.db-wal", "portail.db-shm", "letters.csv", "copy.tar"} <= found.keys()
    portail("restore", tmp_path / "data" / "copy.tar")
    found |= modes_in(base.parent)
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}


def test_what_an_older_version_left_open_is_closed(portail, base):
    base.chmod(0o644)
    portail("migrate")
    assert stat.S_IMODE(base.stat().st_mode) == 0o600
