"""Loading members: what is in the database afterwards, and who got a letter."""

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from app.member_file.acts import import_members, write_letters
from app.member_file.reading import MemberLine, WrongFile
from db.models import Company
from db.numbers import is_declarant_number
from tests.statements import statements_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
NUMBER, OTHER_NUMBER = "4820139576", "1703958247"
BRIEUC = MemberLine(
    line=2, code="00010", name="Adhérent BRIEUC", town="Saint-Brieuc", siret="73282932000074", number=NUMBER
)
CANNERY = MemberLine(line=3, code="00042", name="Conserverie de la Baie", town="Paimpol")
DINAN = MemberLine(line=4, code="00010-5", name="Adhérent BRIEUC", town="Dinan", number=NUMBER)


async def companies(portal) -> dict[str, Company]:
    async with portal.database.transaction(write=False) as session:
        rows = (await session.exec(select(Company).order_by(Company.code))).all()
    return {row.code: row for row in rows}


async def test_members_and_sites_are_created(portal):
    result = await import_members(portal, [BRIEUC, CANNERY, DINAN], NOW)
    assert (result.created, result.updated, result.unchanged) == (3, 0, 0)
    rows = await companies(portal)
    assert [(row.code, row.member_code, row.name, row.town) for row in rows.values()] == [
        ("00010", "00010", "Adhérent BRIEUC", "Saint-Brieuc"),
        ("00010-5", "00010", "Adhérent BRIEUC", "Dinan"),
        ("00042", "00042", "Conserverie de la Baie", "Paimpol"),
    ]
    assert rows["00010"].siret == "73282932000074"
    assert rows["00010"].created_at == rows["00010"].updated_at == NOW


async def test_a_number_of_the_file_is_kept_hashed_and_gets_no_letter(portal):
    result = await import_members(portal, [BRIEUC], NOW)
    row = (await companies(portal))["00010"]
    assert result.letters == []
    assert row.declarant_key == portal.keys.declarant_key("00010", NUMBER)
    assert NUMBER not in row.model_dump_json()


async def test_a_missing_number_is_drawn_for_a_letter(portal):
    result = await import_members(portal, [BRIEUC, CANNERY], NOW)
    ((code, name, number),) = result.letters
    assert (code, name) == ("00042", "Conserverie de la Baie")
    assert is_declarant_number(number)
    assert (await companies(portal))["00042"].declarant_key == portal.keys.declarant_key("00042", number)
    assert number not in repr(result)


async def test_loading_twice_never_duplicates(portal):
    lines = [BRIEUC, CANNERY, DINAN]
    await import_members(portal, lines, NOW)
    before = await companies(portal)
    again = await import_members(portal, lines, LATER)
    assert (again.created, again.updated, again.unchanged, again.letters) == (0, 0, 3, [])
    assert await companies(portal) == before


async def test_loading_again_updates_what_changed(portal):
    await import_members(portal, [BRIEUC, CANNERY], NOW)
    result = await import_members(
        portal, [replace(BRIEUC, name="BRIEUC et filles", siret=""), CANNERY], LATER
    )
    rows = await companies(portal)
    assert (result.created, result.updated, result.unchanged) == (0, 1, 1)
    assert (rows["00010"].name, rows["00010"].siret) == ("BRIEUC et filles", "")
    assert (rows["00010"].created_at, rows["00010"].updated_at) == (NOW, LATER)
    assert rows["00042"].updated_at == NOW


async def test_a_line_without_number_leaves_the_one_that_the_company_has(portal):
    await import_members(portal, [BRIEUC], NOW)
    result = await import_members(portal, [replace(BRIEUC, number="", town="Plérin")], LATER)
    row = (await companies(portal))["00010"]
    assert result.letters == []
    assert row.town == "Plérin"
    assert row.declarant_key == portal.keys.declarant_key("00010", NUMBER)


async def test_a_new_number_replaces_the_old_one(portal):
    await import_members(portal, [BRIEUC], NOW)
    result = await import_members(portal, [replace(BRIEUC, number=OTHER_NUMBER)], LATER)
    assert (result.updated, result.letters) == (1, [])
    expected = portal.keys.declarant_key("00010", OTHER_NUMBER)
    assert (await companies(portal))["00010"].declarant_key == expected


async def test_an_absent_column_leaves_what_is_known_and_an_empty_cell_clears_it(portal):
    await import_members(portal, [replace(BRIEUC, email="contact@brieuc.fr", phone="+33296331234")], NOW)
    await import_members(portal, [replace(BRIEUC, phone="")], LATER)
    row = (await companies(portal))["00010"]
    assert (row.email, row.phone) == ("contact@brieuc.fr", "")


async def test_a_company_that_the_file_leaves_out_stays(portal):
    await import_members(portal, [BRIEUC, CANNERY], NOW)
    await import_members(portal, [CANNERY], LATER)
    assert list(await companies(portal)) == ["00010", "00042"]


async def test_a_site_may_come_before_its_member_or_after_it_was_loaded(portal):
    await import_members(portal, [DINAN, BRIEUC], NOW)
    paimpol = replace(DINAN, code="00010-2", town="Paimpol")
    assert (await import_members(portal, [paimpol], LATER)).created == 1


async def test_a_site_without_its_member_is_named_and_nothing_is_loaded(portal):
    with pytest.raises(WrongFile) as refused:
        await import_members(portal, [CANNERY, DINAN], NOW)
    (problem,) = refused.value.problems
    assert problem.startswith("Ligne 4 : le site 00010-5 dépend de l’adhérent 00010, qui n’est ni dans")
    assert await companies(portal) == {}


async def test_the_letters_are_written_before_anything_is_kept(portal, tmp_path):
    path = tmp_path / "courriers.csv"
    result = await import_members(portal, [BRIEUC, CANNERY], NOW, letters_to=path)
    assert result.letters[0].number in path.read_text("utf-8-sig")


async def test_no_letters_file_is_made_when_no_number_was_drawn(portal, tmp_path):
    await import_members(portal, [BRIEUC], NOW, letters_to=tmp_path / "courriers.csv")
    assert list(tmp_path.glob("courriers*")) == []


async def test_nothing_is_loaded_when_the_letters_cannot_be_written(portal, tmp_path):
    path = tmp_path / "courriers.csv"
    path.write_text("les courriers d’hier")
    with pytest.raises(FileExistsError):
        await import_members(portal, [BRIEUC, CANNERY], NOW, letters_to=path)
    assert await companies(portal) == {}
    assert path.read_text() == "les courriers d’hier"


async def test_the_letters_go_when_the_database_could_not_keep_their_numbers(portal, tmp_path):
    @event.listens_for(portal.database.engine.sync_engine, "commit")
    def disk_is_full(_connection):
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    with pytest.raises(OperationalError):
        await import_members(portal, [CANNERY], NOW, letters_to=tmp_path / "courriers.csv")
    assert list(tmp_path.glob("courriers*")) == []


async def test_a_large_service_is_loaded_with_the_statements_of_a_small_one(portal):
    """Twenty thousand companies, each with statements of its own, would take minutes."""
    lines = [
        MemberLine(line=n + 1, code=f"{n:05d}", name=f"Entreprise {n}", town="Dinan") for n in range(3_000)
    ]
    with statements_of(portal) as seen:
        created = await import_members(portal, lines, NOW)
        renamed = await import_members(portal, [replace(line, town="Lannion") for line in lines], LATER)
    assert (created.created, len(created.letters), renamed.updated) == (3_000, 3_000, 3_000)
    assert len([each for each in seen if not each.startswith("PRAGMA")]) == 4, "two to read, two to write"


def test_the_letters_are_a_file_that_excel_opens_and_only_its_owner_reads(tmp_path):
    path = tmp_path / "courriers.csv"
    write_letters(path, [("00010", "L’Épicerie ; Cœur", NUMBER)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (
        path.read_bytes()
        == (
            f'\ufeffCode adhérent;Raison sociale;N° télédéclarant\r\n00010;"L’Épicerie ; Cœur";{NUMBER}\r\n'
        ).encode()
    )


def test_a_letters_file_is_never_overwritten(tmp_path):
    path = tmp_path / "courriers.csv"
    write_letters(path, [("00010", "Brieuc", NUMBER)])
    with pytest.raises(FileExistsError):
        write_letters(path, [("00042", "Conserverie", OTHER_NUMBER)])
    assert NUMBER in path.read_text("utf-8-sig")


def test_a_link_to_elsewhere_is_not_followed(tmp_path):
    (tmp_path / "courriers.csv").symlink_to(tmp_path / "ailleurs.csv")
    with pytest.raises(FileExistsError):
        write_letters(tmp_path / "courriers.csv", [("00010", "Brieuc", NUMBER)])
    assert not (tmp_path / "ailleurs.csv").exists()


@pytest.mark.parametrize("name", ["=1+1", "+33", "-A", "@SUM(A1)", "\tA", "\rA"])
def test_a_name_is_never_a_formula_in_the_letters(tmp_path, name):
    path = tmp_path / "courriers.csv"
    write_letters(path, [("00010", name, NUMBER)])
    assert f"'{name}" in path.read_bytes().decode("utf-8-sig")
