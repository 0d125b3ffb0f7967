"""Behind the real PgBouncer in transaction mode, with fewer servers than clients."""

import asyncio
import os
import shutil
import socket
import subprocess
import time

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from db.models import Employee, EmployeeImport, ImportState
from tests.bench.served import free_port
from tests.conftest import SERVER
from tests.employees.people import LIST, an_employee
from tests.imports.test_routes import ELISE, ZOE, compared, csv
from tests.reading import rows

BOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(not (BOUNCER and SERVER), reason="needs PostgreSQL and pgbouncer")
SERVERS = 3


@pytest.fixture
def pooler(tmp_path_factory):
    """The port of a PgBouncer before the server of the tests."""
    server, port, folder = make_url(SERVER), free_port(), tmp_path_factory.mktemp("pgbouncer")
    lines = [
        "[databases]",
        f"* = host={server.host} port={server.port or 5432} user={server.username}"
        + (f" password={server.password}" if server.password else ""),
        "[pgbouncer]",
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any",
        f"pool_mode = transaction\ndefault_pool_size = {SERVERS}\nmax_client_conn = 200",
    ]
    settings = folder / "pgbouncer.ini"
    settings.write_text("\n".join([*lines, ""]))
    command = [BOUNCER, "-q", str(settings)]
    if os.getuid() == 0:  # it refuses to be root
        for each in (folder, *folder.parents[:2]):
            each.chmod(0o755)
        command[1:1] = ["-u", "nobody"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not _listens(port):
        assert process.poll() is None
        time.sleep(0.05)
    yield port
    process.terminate()
    process.wait()


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def settings(settings, pooler):
    """The portal of this test has its base by way of the pooler."""
    url = make_url(settings.database_url).set(host="127.0.0.1", port=pooler)
    url = url.update_query_dict({"pooled": "true"}).render_as_string(hide_password=False)
    return settings.model_copy(update={"database_url": url})


async def test_pages_writes_and_an_import_pass_through_fewer_servers_than_clients(alice, world, portal):
    await an_employee(portal, world.site)
    answers = await asyncio.gather(*(alice.get(path) for path in [LIST, "/espace/00010"] * 12))
    assert {each.status_code for each in answers} == {200}
    place, page = await compared(alice, csv(ZOE, ELISE))
    assert "Comparaison avec votre liste" in page.text
    await alice.fill(place)
    assert await rows(portal, EmployeeImport, EmployeeImport.state == ImportState.APPLIED)
    assert "DURAND" in {each.birth_name for each in await rows(portal, Employee)}


async def test_nothing_is_left_on_a_server(alice, world, portal):
    """Neither the name of a statement, nor how long a transaction may wait."""
    await asyncio.gather(*(alice.get(LIST) for _ in range(12)))

    async def asked(words):
        async with portal.database.transaction(write=False) as session:
            return (await (await session.connection()).execute(text(words))).scalar()

    found = [asked("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''") for _ in range(8)]
    assert await asyncio.gather(*found) == [0] * 8
    assert await asked("SELECT current_setting('lock_timeout')") == "10s"
