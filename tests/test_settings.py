"""A wrong setting stops the start with one sentence."""

import re

import pytest

from app.settings import DEMO_SELLER, Settings, WrongSetting, contrast_with_white, load_settings
from app.web.templating import ROOT

KEY = "k" * 40
PLATFORM = {
    "platform_url": "https://pa.example", "platform_token_url": "https://pa.example/token",
    "platform_client_id": "portail", "platform_since": "2026-12-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"secret_key": ""}, "PORTAIL_SECRET_KEY manque"),
        ({"secret_key": "short"}, "moins de 32 caractères"),
        ({"secret_key_file": "/nowhere/key"}, "introuvable"),
        ({"port": "99999"}, "PORTAIL_PORT"),
        ({"port": "http"}, "PORTAIL_PORT"),
        ({"base_url": "http://portail.example.org"}, "https://"),
        ({"base_url": "ftp://portail.example.org"}, "https://"),
        ({"host": "0.0.0.0", "demo": True, "base_url": "https://x.example"}, "PORTAIL_DEMO"),
        ({"smtp_url": "http://relay"}, "PORTAIL_SMTP_URL"),
        ({"database_url": "mysql://x"}, "PORTAIL_DATABASE_URL"),
        ({"service_color": "bleu"}, "PORTAIL_SERVICE_COLOR"),
        ({"service_color": "#7fb2e5"}, "contraste de 2.2:1"),
        ({"service_logo": "/nowhere.svg"}, "PORTAIL_SERVICE_LOGO"),
        ({"service_logo": __file__}, "PORTAIL_SERVICE_LOGO"),
        ({"platform_url": "https://pa.example"}, "PORTAIL_PLATFORM_TOKEN_URL manque"),
        (PLATFORM | {"platform_since": None}, "PORTAIL_PLATFORM_SINCE manque"),
        (PLATFORM | {"platform_url": "http://pa.example"}, "PORTAIL_PLATFORM_URL doit commencer par https"),
        (PLATFORM | {"platform_token_url": "pa"}, "PORTAIL_PLATFORM_TOKEN_URL doit commencer par https"),
        (PLATFORM, "PORTAIL_PLATFORM_CLIENT_SECRET manque"),
        (PLATFORM | {"platform_client_secret_file": "/nowhere"}, "/nowhere est introuvable"),
    ],
)
def test_it_is_said_in_one_sentence(given, words):
    with pytest.raises(WrongSetting) as wrong:
        load_settings(**({"secret_key": KEY} | given))
    assert words in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_the_environment_is_read(monkeypatch, tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    monkeypatch.setenv("PORTAIL_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("PORTAIL_PORT", "9000")
    monkeypatch.setenv("PORTAIL_DATABASE_URL", "postgresql://u:p@db/portail")
    settings = load_settings()
    assert settings.secret_key == KEY
    assert settings.base_url == "http://127.0.0.1:9000"
    assert settings.database_url == "postgresql+asyncpg://u:p@db/portail"


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://127.0.0.1:2525", {"host": "127.0.0.1", "port": 2525}),
        ("smtp://relay.example:587", {"host": "relay.example", "port": 587, "tls": True}),
        ("smtps://relay.example", {"host": "relay.example", "port": 465, "ssl": True}),
        (
            "smtp://me%40x:p%3Aw@relay.example",
            {"host": "relay.example", "port": 587, "tls": True, "user": "me@x", "password": "p:w"},
        ),
    ],
)
def test_the_relay_is_reached_with_tls_unless_it_is_on_this_machine(url, options):
    assert load_settings(secret_key=KEY, smtp_url=url).smtp == options


def test_the_demo_draws_its_own_secret_once(tmp_path):
    first = load_settings(demo=True, data_dir=tmp_path)
    again = load_settings(demo=True, data_dir=tmp_path)
    assert first.secret_key == again.secret_key
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("colour", "ratio"), [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54)])
def test_contrast_is_counted_as_wcag_does(colour, ratio):
    assert contrast_with_white(colour) == ratio


async def test_the_services_colour_and_name_reach_the_page(database_url, tmp_path):
    from app.main import create_app
    from tests.actors import Actor

    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>')
    settings = load_settings(
        secret_key=KEY,
        database_url=database_url,
        service_name="Santé Armor",
        service_short_name="Armor",
        service_color="#7a1f5c",
        service_logo=str(logo),
        service_phone="02 61 91 00 00",
        base_url="https://portail.example.org",
        **DEMO_SELLER,
    )
    edge = create_app(settings, bcrypt_cost=4)
    async with Actor(edge) as visitor:
        home = await visitor.get("/")
        assert "Bienvenue à l’Armor" in home.text
        assert "02 61 91 00 00" in home.text
        assert re.search(r'<img src="/static/logo\.[^"]+" alt="Logo"', home.text), "w3m shows the file’s name"
        assert "AIST22" not in home.text
        assert "strict-transport-security" in home.headers
        style = home.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert "background:#7a1f5c" in (await visitor.get(style)).text
    await edge.app.state.portal.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("service_iban", "FR7630006000011234567890188"), ("service_iban", "x"), ("service_bic", "AGRI")],
)
def test_a_wrong_bank_account_stops_the_start(name, value):
    with pytest.raises(
        WrongSetting, match=f"PORTAIL_{name.upper()} : « {value} » n’est pas un numéro valable"
    ):
        load_settings(secret_key="k" * 64, **{name: value})


@pytest.mark.parametrize("name", [*DEMO_SELLER])
def test_in_production_the_seller_of_the_invoices_is_known(name):
    told = {"secret_key": KEY, "base_url": "https://portail.example.org"}
    assert load_settings(**told | DEMO_SELLER).service_siret == "12345678200010"
    with pytest.raises(WrongSetting, match=f"PORTAIL_{name.upper()} manque : les factures portent"):
        load_settings(**told | DEMO_SELLER | {name: ""})
    load_settings(secret_key=KEY)  # of a portal that nobody reaches yet


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"service_siret": "73282932000075"},
            "PORTAIL_SERVICE_SIRET : « 73282932000075 » n’est pas",
        ),
        ({"service_vat_number": "FR12123456782"}, "PORTAIL_SERVICE_VAT_NUMBER : « FR12123456782 » n’est pas"),
        ({"service_vat_number": "FR83404833048"}, "n’est pas celui du SIREN de PORTAIL_SERVICE_SIRET"),
        ({"service_address": "12 rue de la Gare"}, "PORTAIL_SERVICE_ADDRESS manque : les factures portent"),
        ({"service_vat_percent": "19"}, "PORTAIL_SERVICE_VAT_PERCENT : « 19 » n’est pas un taux"),
    ],
)
def test_a_seller_that_no_platform_would_take_stops_the_start(given, words):
    with pytest.raises(WrongSetting, match=words):
        load_settings(secret_key=KEY, base_url="https://portail.example.org", **DEMO_SELLER | given)


def test_a_service_that_is_exempt_has_no_vat_number():
    told = DEMO_SELLER | {"service_vat_number": "", "service_vat_exemption": "Article 293 B du CGI"}
    settings = load_settings(secret_key=KEY, base_url="https://portail.example.org", **told)
    assert settings.service_place == ("1 rue de l’Exemple", "22000", "Saint-Brieuc")


def test_an_account_is_kept_without_its_spaces_and_the_demo_has_nobodys(tmp_path):
    spaced = load_settings(secret_key="k" * 64, service_iban="fr76 3000 6000 0112 3456 7890 189")
    assert spaced.service_iban == "FR7630006000011234567890189"
    assert not load_settings(secret_key="k" * 64).service_iban
    assert load_settings(demo=True, data_dir=tmp_path).service_bic == "AGRIFRPP"


def test_the_file_of_settings_says_each_of_them_and_its_default():
    """`demo` is set by its command."""
    lines = re.findall(r"^#PORTAIL_(\w+)=(.*)$", (ROOT / ".production/portail.env").read_text(), re.MULTILINE)
    said = {name.lower(): default.strip('"') for name, default in lines}
    fields = {name: field for name, field in Settings.model_fields.items() if name != "demo"}
    defaults = {name: field.default for name, field in fields.items()}
    assert said == {name: "" if each is None else str(each) for name, each in defaults.items()}
