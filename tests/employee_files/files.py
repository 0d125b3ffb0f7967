"""Builders of employee files, as software and people make them."""

import io
import zipfile
from collections.abc import Mapping

from openpyxl import Workbook

TITLES = {
    "code": "Code adhérent",
    "staff_number": "Matricule",
    "birth_name": "Nom de naissance",
    "usual_name": "Nom d’usage",
    "first_names": "Prénom",
    "sex": "Sexe",
    "birth_on": "Date de naissance",
    "entry_on": "Date d’entrée",
    "contract": "Type de contrat",
    "job_title": "Poste",
}
ELISE = {
    "birth_name": "LE GALL",
    "first_names": "Élise",
    "birth_on": "03/02/1990",
    "entry_on": "01/09/2024",
    "contract": "CDI",
    "job_title": "Caissière",
}
STORED = ELISE | {"birth_on": "1990-02-03", "entry_on": "2024-09-01", "contract": "cdi"}


def csv_bytes(*rows: str, titles: str, encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    return newline.join((titles, *rows, "")).encode(encoding)


def csv_of_people(*people: dict[str, str], separator: str = ";", encoding: str = "utf-8") -> bytes:
    """The columns are those of the first person, under their usual titles."""
    columns = list(people[0])
    rows = [separator.join(person.get(column, "") for column in columns) for person in people]
    titles = separator.join(TITLES.get(column, column) for column in columns)
    return csv_bytes(*rows, titles=titles, encoding=encoding)


BRIEUC, AUTRE = "73282932000074", "73282932000082"
HIDDEN = "RIEN-DE-CECI"  # in every block that must never be kept
NIR = "290022278904512"
DSN_PERSON = {
    "002": "LE GALL",
    "004": "Élise",
    "005": "02",
    "006": "03021990",
    "018": "elise@brieuc.fr",
    "019": "007",
}
DSN_CONTRACT = {"001": "01092024", "004": "552a", "006": "Caissière", "007": "01", "008": "99", "014": "20"}


def dsn_person(said=(), *contracts, nir: str = NIR) -> list[str]:
    """A person's block; each contract is (rubrics that differ, end date or "")."""
    person = {"001": nir, **DSN_PERSON, **dict(said), "020": HIDDEN}
    lines = [f"S21.G00.30.{number},'{value}'" for number, value in sorted(person.items())]
    for changed, end in contracts or (({}, ""),):
        contract = {**DSN_CONTRACT, "072": HIDDEN, **changed}
        lines += [f"S21.G00.40.{number},'{value}'" for number, value in sorted(contract.items()) if value]
        lines += [f"S21.G00.60.001,'{HIDDEN}'", f"S21.G00.51.013,'{HIDDEN}'", f"S21.G00.54.002,'{HIDDEN}'"]
        lines += [f"S21.G00.62.001,'{end}'", f"S21.G00.62.002,'{HIDDEN}'"] if end else []
    return lines


def dsn_bytes(
    *people: list[str],
    norm="P26V01",
    nature="01",
    kind="01",
    fraction="11",
    month="11",
    test="02",
    scope="01",
    siret=BRIEUC,
    more=(),
    encoding="latin-1",
) -> bytes:
    """A whole statement of a month of 2026, with its count. `more`: [(siret, people)] of other places."""
    lines = ["S10.G00.00.001,'Paie'", f"S10.G00.00.005,'{test}'", f"S10.G00.00.006,'{norm}'"]
    lines += [f"S20.G00.05.001,'{nature}'", f"S20.G00.05.002,'{kind}'", f"S20.G00.05.003,'{fraction}'"]
    lines += [f"S20.G00.05.005,'01{month}2026'"] if month else []
    lines += ["S20.G00.05.007,'05122026'", f"S20.G00.05.008,'{scope}'", f"S21.G00.06.001,'{siret[:9]}'"]
    for place, them in [(siret, people), *more]:
        lines += [f"S21.G00.11.001,'{place[9:]}'", "S21.G00.11.003,'12 RUE DE L''ÉTÉ'"]
        lines += [line for person in them for line in person]
    lines += [f"S90.G00.90.001,'{len(lines) + 2}'", "S90.G00.90.002,'1'"]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def xlsx_of_rows(
    *rows, sheets: Mapping[str, list] | None = None, formats: Mapping[str, str] | None = None
) -> bytes:
    """A workbook as openpyxl writes it, formulas included. `sheets`: others before, by title."""
    book, file = Workbook(), io.BytesIO()
    book.remove(book.active)
    for title, lines in {**(sheets or {}), "Salariés": rows}.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    for cell, shown_as in (formats or {}).items():
        sheet[cell].number_format = shown_as
    book.save(file)
    return file.getvalue()


def zip_of(**members: bytes) -> bytes:
    """An archive; in the names, `__` stands for a slash and `_` for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return file.getvalue()


def changed_member(content: bytes, name: str, new: bytes) -> bytes:
    """The same archive, one member replaced or added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for each in before.namelist():
            if each != name:
                after.writestr(each, before.read(each))
        after.writestr(name, new)
    return file.getvalue()
