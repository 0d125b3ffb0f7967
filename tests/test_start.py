"""A start loads what every process uses; the rest is loaded where it is used."""

import subprocess
import sys

import pytest
from litestar import Litestar
from litestar.exceptions import ImproperlyConfiguredException

from app.web.routing import Handlers, Route, add_routes
from app.web.signatures import get
from tests.bench.served import ROOT

LATER = {
    "aiosmtplib", "alembic", "babel", "dns", "email_validator", "emails", "facturx", "holidays",
    "icalendar", "lxml", "nh3", "obstore", "phonenumbers", "pikepdf", "pygments", "rich", "segno", "typst",
    "webauthn", "xlsxwriter", "zxcvbn",
}  # fmt: skip
STARTED = """
import sys, app.__main__, app.main, app.web.server
app.main.make_litestar(demo=True)
print(*sys.modules)
"""


def test_no_heavy_library_is_loaded_by_a_start():
    command = [sys.executable, "-c", STARTED]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert LATER & {each.partition(".")[0] for each in found.split()} == set()
    seldom = {"app.demo.story", "pydantic.v1", "sqlalchemy.dialects.postgresql", "tarfile", "yaml.nodes"}
    assert seldom & set(found.split()) == set()


async def test_every_handler_is_worked_out_when_it_is_first_asked(app):
    routes = [route for route in app.app.routes if isinstance(route, Route)]
    assert len(routes) > 100
    for route in routes:
        for handler in route.route_handlers:
            route.work_out(handler)
        assert all(wanted for _, wanted in route.route_handler_map.values())


def test_two_handlers_of_one_address_stop_the_start():
    @get("/ici")
    async def one() -> None: ...

    @get("/ici")
    async def other() -> None: ...

    with pytest.raises(ImproperlyConfiguredException, match="/ici has two handlers of GET"):
        add_routes(Litestar(openapi_config=None), [Handlers([one]), Handlers([other])])
