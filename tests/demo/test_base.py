"""The demo opens in a base that it filled itself, and nowhere else."""

import os
from contextlib import asynccontextmanager

import pytest
from click.testing import CliRunner
from sqlmodel import select

from app import clock
from app.__main__ import main
from app.errors import CommandRefused
from app.main import create_app
from app.portal import make_portal
from app.settings import Settings
from app.starting import check_base, fill_demo
from db.models import Account, Company, DemoBase, DemoMail, metadata
from db.seeds.world import World
from tests.actors import Actor

KEY = "k" * 64
REFUSED = "La démonstration n’a pas rempli cette base"


def settings_of(url, folder, demo):
    return Settings(
        demo=demo, data_dir=folder, database_url=url, secret_key=KEY, smtp_url="smtp://127.0.0.1:9"
    )


@asynccontextmanager
async def writing(url, folder):
    portal = make_portal(settings_of(url, folder, demo=False), bcrypt_cost=4)
    try:
        async with portal.database.transaction(write=True) as session:
            yield session
    finally:
        await portal.close()


async def fill(kind, url, folder):
    if kind == "imported":
        async with writing(url, folder) as session:
            await World(session).a_company("00010", "Brieuc", key="-" * 64)
    if kind == "real":
        async with writing(url, folder) as session:
            await World(session).an_account("real@ours.example", "A", "B")


@pytest.fixture
def portail(database_url, tmp_path, monkeypatch):
    """A command, as typed with or without PORTAIL_DEMO; the server itself does not start."""
    for name in [name for name in os.environ if name.startswith("PORTAIL_")]:
        monkeypatch.delenv(name)
    served = []
    monkeypatch.setattr("app.__main__._serve", lambda settings, *_: served.append(settings))
    (tmp_path / "members.csv").write_text(
        "Code adhérent;Raison sociale;Commune;SIRET;N° télédéclarant\n7;A;B;;\n"
    )
    variables = {
        "PORTAIL_DATABASE_URL": database_url,
        "PORTAIL_DATA_DIR": str(tmp_path),
        "PORTAIL_SECRET_KEY": KEY,
        "PORTAIL_SMTP_URL": "smtp://127.0.0.1:9",
        "PORTAIL_RESERVED_ADDRESSES": "true",
    }

    def run(words, demo):
        result = CliRunner().invoke(main, words, env=variables | {"PORTAIL_DEMO": str(demo).lower()})
        assert not isinstance(result.exception, Exception), result.exception
        return result.exit_code, result.output, bool(served)

    return run


def commands_in(folder):
    return {
        "serve": ["serve"],
        "import-companies": ["import-companies", str(folder / "members.csv")],
        "create-staff": ["create-staff", "anne@service.example"],
        "send-mail": ["send-mail"],
    }


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("kind", ["demo", "imported", "real"])
async def test_every_command_asks_whose_base_it_is(portail, database_url, tmp_path, kind, demo):
    import asyncio

    await fill(kind, database_url, tmp_path)
    before = await everything(database_url, tmp_path)
    agree = (kind == "demo") == demo
    for name, words in commands_in(tmp_path).items():
        code, said, served = await asyncio.to_thread(portail, words, demo)
        assert (code == 0) == agree, (name, said)
        assert served == agree
        if not agree:
            assert (REFUSED if demo else "comptes de la démonstration") in said
    if not agree:
        assert await everything(database_url, tmp_path) == before


async def everything(url, folder):
    async with writing(url, folder) as session:
        connection = await session.connection()
        return [(await connection.execute(table.select())).all() for table in metadata.sorted_tables]


@pytest.mark.parametrize("kind", ["imported", "real"])
async def test_the_demo_leaves_a_base_that_it_did_not_fill(database_url, tmp_path, kind):
    await fill(kind, database_url, tmp_path)
    before = await everything(database_url, tmp_path)
    with pytest.raises(CommandRefused, match=REFUSED):
        await fill_demo(settings_of(database_url, tmp_path, demo=True))
    assert await everything(database_url, tmp_path) == before


@pytest.mark.parametrize("kind", ["demo"])
async def test_the_demo_opens_its_own_base_again_whatever_was_done_there(database_url, tmp_path, kind):
    assert len(await read(database_url, tmp_path, DemoBase)) == 1
    await fill("real", database_url, tmp_path)
    before = await everything(database_url, tmp_path)
    await fill_demo(settings_of(database_url, tmp_path, demo=True))
    assert await everything(database_url, tmp_path) == before
    assert len(await read(database_url, tmp_path, DemoBase)) == 1


async def read(url, folder, model):
    async with writing(url, folder) as session:
        return (await session.exec(select(model))).all()


async def test_the_accounts_of_an_older_demo_are_refused_too(database_url, tmp_path):
    async with writing(database_url, tmp_path) as session:
        await World(session).an_account("employeur@demo.example", "A", "B")
    for demo in (True, False):
        with pytest.raises(CommandRefused):
            await check_base(settings_of(database_url, tmp_path, demo=demo))


async def test_its_pages_do_not_exist_in_another_base_even_when_the_setting_is_on(database_url, tmp_path):
    """Whatever started the application: the door asks at each request."""
    async with writing(database_url, tmp_path) as session:
        await World(session).an_account("employeur@demo.example", "A", "B")
        session.add(DemoMail(recipient="a", subject="secret", text="t", html="h", sent_at=clock.now()))
    edge = create_app(settings_of(database_url, tmp_path, demo=True), bcrypt_cost=4)
    async with Actor(edge) as actor:
        for path in ("/demo/connexion", "/demo/courriels", "/demo/courriels/1"):
            assert (await actor.get(path)).status_code == 404, path
        answer = await actor.fill("/", to="/demo/connexion", persona="Employeur")
        assert answer.status_code == 404
        async with edge.app.state.portal.database.transaction(write=True) as session:
            session.add(DemoBase(id=1, filled_at=clock.now()))
        assert (await actor.get("/demo/courriels/1")).status_code == 200
    await edge.app.state.portal.close()
    assert [each.email for each in await read(database_url, tmp_path, Account)] == ["employeur@demo.example"]
    assert not await read(database_url, tmp_path, Company)
