"""The `portail` command, as an administrator types it."""

import mailbox
import os
import sqlite3
import stat

import pytest
from click.testing import CliRunner

from app.__main__ import main
from db.numbers import is_declarant_number
from tests.bounces.reports import report

FILE = """Code adhérent;Raison sociale;Commune;SIRET;N° télédéclarant
10;Brieuc;Saint-Brieuc;;2022000109
42;Baie;Paimpol;;
"""


@pytest.fixture
def portail(tmp_path, monkeypatch):
    """Run a command in an empty data folder; its exit code and what it printed."""
    for name in [name for name in os.environ if name.startswith("PORTAIL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORTAIL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORTAIL_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("PORTAIL_RESERVED_ADDRESSES", "true")

    def run(*words):
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert not isinstance(result.exception, Exception), result.exception
        return result.exit_code, result.output

    return run


def test_nothing_is_served_before_the_database_is_migrated(portail):
    code, words = portail("serve")
    assert code == 2
    assert words == "La base de données n’est pas à jour : lancez d’abord « portail migrate ».\n"


def test_on_sqlite_one_process_serves(portail, monkeypatch):
    monkeypatch.setenv("PORTAIL_WORKERS", "2")
    words = "Plusieurs processus ne servent ensemble que sur PostgreSQL : sur SQLite, un seul écrit.\n"
    assert portail("serve") == (2, words)
    assert "pas à jour" in portail("serve", "--workers", "1")[1]


def test_members_are_loaded_and_the_numbers_drawn_go_to_a_private_file(portail, tmp_path):
    portail("migrate")
    (tmp_path / "members.csv").write_bytes(FILE.encode("cp1252"))
    code, words = portail("import-companies", tmp_path / "members.csv", "--letters", tmp_path / "letters.csv")
    assert code == 0
    assert "2 créés, 0 mis à jour, 0 inchangés." in words
    letters = tmp_path / "letters.csv"
    assert stat.S_IMODE(letters.stat().st_mode) == 0o600
    number = letters.read_text("utf-8-sig").splitlines()[1].split(";")[-1]
    assert is_declarant_number(number)
    assert number not in words
    code, words = portail("import-companies", tmp_path / "members.csv")
    assert "0 créés, 0 mis à jour, 2 inchangés." in words


def test_a_bad_line_is_named_and_nothing_is_loaded(portail, tmp_path):
    portail("migrate")
    (tmp_path / "members.csv").write_text(FILE + "abc;Sans code;;;\n")
    code, words = portail("import-companies", tmp_path / "members.csv")
    assert code == 2
    assert "Rien n’a été chargé." in words
    assert "4" in words
    (tmp_path / "members.csv").write_text(FILE)
    assert "2 créés" in portail("import-companies", tmp_path / "members.csv")[1]


def test_a_letters_file_that_exists_is_never_written_over(portail, tmp_path):
    portail("migrate")
    (tmp_path / "members.csv").write_text(FILE)
    (tmp_path / "letters.csv").write_text("precious")
    code, words = portail("import-companies", tmp_path / "members.csv", "--letters", tmp_path / "letters.csv")
    assert (code, (tmp_path / "letters.csv").read_text()) == (2, "precious")
    assert "Rien n’a été chargé" in words


@pytest.mark.parametrize(
    ("email", "reason"), [("a@b.example", "réservé"), ("rené@aist22.fr", "pas d’accent avant @")]
)
def test_a_staff_account_has_an_address_that_mail_reaches(email, reason, portail, monkeypatch):
    monkeypatch.delenv("PORTAIL_RESERVED_ADDRESSES")
    portail("migrate")
    code, words = portail("create-staff", email)
    assert code == 2
    assert reason in words


@pytest.mark.parametrize(
    ("first_name", "last_name", "reason"),
    [
        ("Anne\nBcc: x@evil.example", "Riou", "une seule ligne"),
        ("Anne", "voir www.evil.example", "adresse de site"),
        ("Anne", "é" * 81, "80 caractères au plus"),
        ("Anne\x07", "Riou", "ne s’écrit pas"),
    ],
)
def test_a_staff_account_has_a_name_as_everybody_has(first_name, last_name, reason, portail):
    portail("migrate")
    code, words = portail(
        "create-staff", "anne@service.example", "--first-name", first_name, "--last-name", last_name
    )
    assert code == 2
    assert reason in words


def test_a_staff_account_is_opened_and_its_mail_waits(portail, tmp_path):
    portail("migrate")
    for _ in range(2):
        code, words = portail("create-staff", "Anne@Service.example", "--first-name", "Anne")
        assert (code, "anne@service.example" in words) == (0, True)
    base = sqlite3.connect(tmp_path / "portail.db")
    assert base.execute("SELECT count(*) FROM staffmember").fetchone() == (1,)
    assert base.execute("SELECT roles FROM staffmember").fetchone() == ('["direction"]',)
    assert portail("create-staff", "anne")[0] == 2


def test_a_lost_second_factor_is_given_back_by_whoever_holds_the_machine(portail, tmp_path):
    portail("migrate")
    portail("create-staff", "anne@service.example")
    assert portail("forget-factor", "anne@service.example")[0] == 2
    with sqlite3.connect(tmp_path / "portail.db") as base:
        base.execute(
            "INSERT INTO secondfactor (account_id, seed, last_step, created_at)"
            " VALUES (1, '0', 0, '2026-01-01')"
        )
    code, words = portail("forget-factor", " Anne@service.example ")
    assert (code, "installera un autre" in words) == (0, True)
    with sqlite3.connect(tmp_path / "portail.db") as base:
        assert base.execute("SELECT count(*) FROM secondfactor").fetchone() == (0,)
        kinds = [kind for (kind,) in base.execute("SELECT kind FROM auditevent")]
        assert kinds == ["factor_given_back", "factor_given_back"]
        assert ("factor_changed",) in base.execute("SELECT template FROM outboxmail").fetchall()
    code, words = portail("send-mail")
    assert (code, words) == (2, "PORTAIL_SMTP_URL manque : aucun serveur de courrier n’est connu.\n")


def test_a_wrong_setting_is_one_sentence(portail, monkeypatch):
    monkeypatch.setenv("PORTAIL_SERVICE_COLOR", "#ffff00")
    code, words = portail("migrate")
    assert code == 2
    assert words.count("\n") == 1
    assert "PORTAIL_SERVICE_COLOR" in words


def test_settings_are_read_from_a_file_as_they_are_written_there(portail, monkeypatch, tmp_path):
    seen = {}
    monkeypatch.setattr("app.__main__._serve", lambda settings, _workers: seen.update(settings))
    portail("migrate")
    monkeypatch.delenv("PORTAIL_SECRET_KEY")
    for name in ("PORTAIL_SERVICE_NAME", "PORTAIL_SMTP_URL", "PORTAIL_SERVICE_ADDRESS", "PORTAIL_PORT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    file = tmp_path / "portail.env"
    file.write_text(
        "# Les réglages\n\nPORTAIL_SERVICE_NAME=Santé d’Armor et d’Argoat\n"
        "PORTAIL_SMTP_URL=smtp://moi:p$HOME%23w@relay.example:587\n"
        'PORTAIL_SERVICE_ADDRESS="4, rue « X » # bis"\n'
        f"PORTAIL_SECRET_KEY={'f' * 40}\nPORTAIL_PORT=9000\n"
    )
    monkeypatch.setenv("PORTAIL_PORT", "9001")
    assert portail("--env", file, "serve") == (0, "")
    assert seen["service_name"] == "Santé d’Armor et d’Argoat"
    assert seen["smtp_url"] == "smtp://moi:p$HOME%23w@relay.example:587"
    assert seen["service_address"] == "4, rue « X » # bis"
    assert (seen["secret_key"], seen["port"]) == ("f" * 40, 9001)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("PORTAIL_SMTP_URL smtp://moi:motdepasse@relay.example", "ligne 3 : il faut NOM=valeur"),
        ("export motdepasse", "ligne 3 : il faut NOM=valeur"),
        ('PORTAIL_SMTP_URL="smtp://moi:motdepasse', "ligne 3 : il faut NOM=valeur"),
        ("portail_smtp_url=motdepasse", "ligne 3 : il faut NOM=valeur"),
        ("PORTAIL_SMPT_URL=motdepasse", "ligne 3 : PORTAIL_SMPT_URL n’est pas un réglage du portail"),
    ],
)
def test_a_bad_line_of_settings_is_named_without_its_value(portail, tmp_path, line, words):
    (tmp_path / "portail.env").write_text(f"PORTAIL_PORT=9000\n\n{line}\nPORTAIL_DEMO=false\n")
    code, said = portail("--env", tmp_path / "portail.env", "migrate")
    assert code == 2
    assert words in said
    assert said.count("\n") == 1
    assert "motdepasse" not in said


@pytest.mark.parametrize("content", [None, b"PORTAIL_SERVICE_NAME=Sant\xe9\n"])
def test_a_file_of_settings_that_cannot_be_read_is_said_so(portail, tmp_path, content):
    if content:
        (tmp_path / "portail.env").write_bytes(content)
    code, said = portail("--env", tmp_path / "portail.env", "migrate")
    assert (code, said.count("\n")) == (2, 1)
    assert "portail.env" in said


def test_bounces_are_read_from_the_box_of_the_settings(portail, tmp_path, monkeypatch):
    portail("migrate")
    code, words = portail("read-bounces")
    assert (code, words) == (2, "PORTAIL_BOUNCE_BOX manque : aucune boîte de retours n’est connue.\n")
    mailbox.Maildir(tmp_path / "retours").add(report("<1@aist22.fr>"))
    monkeypatch.setenv("PORTAIL_BOUNCE_BOX", f"maildir://{tmp_path}/retours")
    code, words = portail("read-bounces")
    assert (code, words) == (
        0, "Courriels revenus : 0. Déjà connus ou d’ailleurs : 1. Autres messages, laissés : 0.\n",
    )  # fmt: skip


def test_a_service_to_measure_with_is_added_to_the_demo_and_to_nothing_else(portail, tmp_path):
    code, words = portail("seed-service", "--members", "12")
    assert (code, words) == (0, "12 adhérents ajoutés à la démonstration.\n")
    code, words = portail("seed-service", "--members", "12")
    assert (code, words) == (2, "Cette base a déjà son grand service : choisissez un autre dossier.\n")


def test_a_base_of_somebodys_own_takes_no_service_to_measure_with(portail, tmp_path):
    portail("migrate")
    (tmp_path / "members.csv").write_bytes(FILE.encode("cp1252"))
    portail("import-companies", tmp_path / "members.csv")
    assert portail("seed-service", "--members", "12")[0] == 2
