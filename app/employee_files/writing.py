"""The list of employees as a file, and the empty file to fill: the columns that the import reads."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from app.employee_files.cells import CONTRACT_WORDS
from app.employee_files.columns import COLUMNS, DAY_COLUMNS, HELP_SHEET, written
from app.employee_files.rows import MOST_ROWS
from app.follow_up.law import RISKS
from app.follow_up.words import NAMED
from app.text.cells import RUN, protected

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

WrittenPerson = Mapping[str, Any]  # the attributes of Employee, and `code`

WIDTHS = {"birth_name": 24, "usual_name": 20, "first_names": 20, "email": 30, "job_title": 32, "risks": 24}
NAMES = {"birth_name", "usual_name", "first_names"}
CHOICES = {"sex": ["F", "M"], "contract": list(CONTRACT_WORDS.values()), "part_time": ["oui", "non"]}
A_DAY = "JJ/MM/AAAA, par exemple 25/11/2026."
HELP = {
    "code": "Votre code adhérent. Laissez vide si le fichier ne concerne qu’une entreprise.",
    "staff_number": "Le numéro du salarié chez vous. Jamais son numéro de Sécurité sociale.",
    "birth_name": "Le nom de naissance, même si le salarié en utilise un autre.",
    "usual_name": "Le nom utilisé tous les jours, s’il est différent.",
    "first_names": "Le prénom, ou les prénoms séparés par un espace.",
    "sex": "F ou M, ou rien.",
    "birth_on": A_DAY,
    "email": "L’adresse où le salarié peut recevoir sa convocation.",
    "phone": "10 chiffres, ou + et l’indicatif du pays.",
    "entry_on": f"Le premier jour de travail chez vous : {A_DAY}",
    "exit_on": f"Le dernier jour de travail, si le salarié part : {A_DAY}",
    "contract": f"{', '.join(CONTRACT_WORDS.values())}.",
    "contract_ends_on": f"Le dernier jour prévu d’un CDD, d’un apprentissage ou d’une saison : {A_DAY}",
    "job_title": "Le métier, comme vous le dites : caissière, soudeur, chef de chantier…",
    "pcs": "Trois chiffres et une lettre, par exemple 542a. Laissez vide si vous ne le connaissez pas.",
    "part_time": "oui ou non.",
    "risks": "Les codes ci-dessous qui concernent le poste, séparés par des virgules.",
    "post_reason": "Pour POSTE_EMPLOYEUR : pourquoi le poste est sur la liste de l’entreprise.",
    "driving_until": f"Le jour où l’attestation pour l’autorisation de conduite expire : {A_DAY}",
    "electrical_until": f"Le jour où l’attestation pour l’habilitation électrique expire : {A_DAY}",
}


def csv_of(rows: Iterable[WrittenPerson]) -> bytes:
    return _csv([each.title for each in COLUMNS.values()], rows)


def wrong_csv(rows: Iterable[WrittenPerson]) -> bytes:
    """Lines that could not be taken, to be put right and sent again: `line`, where each was, and `why`."""
    return _csv([each.title for each in COLUMNS.values()] + ["Ligne", "Pourquoi"], rows, ("line", "why"))


def model_csv() -> bytes:
    """The titles alone; those that must be filled have a star."""
    return _csv(_starred(), [])


def xlsx_of(rows: Iterable[WrittenPerson]) -> bytes:
    """Every cell is text, or a real date: nothing that anybody typed becomes a formula."""
    file, book = _book("Salariés")
    sheet = _headed(book, [each.title for each in COLUMNS.values()])
    as_date = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
    last = 0
    for last, row in enumerate(rows, 1):
        for place, field in enumerate(COLUMNS):
            stored = row.get(field)
            if field in DAY_COLUMNS and stored:
                day = stored if isinstance(stored, date) else date.fromisoformat(stored)
                sheet.write_datetime(last, place, day, as_date)
            elif words := written(field, stored):
                sheet.write_string(last, place, words if RUN.match(words) else protected(words))
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    book.close()
    return file.getvalue()


def model_xlsx() -> bytes:
    """An empty sheet of text cells, with lists to choose from, and a sheet that explains each column."""
    file, book = _book("Modèle de fichier de salariés")
    as_text = book.add_format({"num_format": "@"})
    sheet = _headed(book, _starred(), as_text)
    for place, field in enumerate(COLUMNS):
        if field in CHOICES:
            rule = {
                "validate": "list",
                "source": CHOICES[field],
                "error_title": COLUMNS[field].title,
                "error_message": f"Choisissez : {', '.join(CHOICES[field])}.",
            }
            sheet.data_validation(1, place, MOST_ROWS, place, rule)
    _explain(book)
    book.close()
    return file.getvalue()


def _starred() -> list[str]:
    return [each.title + "*" * each.is_needed for each in COLUMNS.values()]


def _csv(titles: list[str], rows: Iterable[WrittenPerson], beside: Sequence[str] = ()) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(titles)
    for row in rows:
        cells = [written(field, row.get(field)) for field in COLUMNS]
        writer.writerow([protected(cell) for cell in [*cells, *(str(row[name]) for name in beside)]])
    return text.getvalue().encode("utf-8-sig")


def _book(title: str) -> tuple[io.BytesIO, "Workbook"]:
    """A workbook that is made in memory and never guesses what a text may be."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - few processes ever write one

    file = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, {"in_memory": True, **never})
    book.set_properties({"title": title, "subject": "Suivi de santé au travail"})
    return file, book


def _headed(book: "Workbook", titles: list[str], cells: Any = None) -> "Worksheet":
    sheet = book.add_worksheet("Salariés")
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    for place, (field, title) in enumerate(zip(COLUMNS, titles, strict=True)):
        sheet.set_column(place, place, WIDTHS.get(field, max(14, len(title) + 3)), cells)
        sheet.write_string(0, place, title, bold)
    sheet.freeze_panes(1, 0)
    # Printed, it is two pages wide, with the titles and the names on both: one would be too small to read.
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(2, 0)
    sheet.repeat_rows(0)
    names = [place for place, field in enumerate(COLUMNS) if field in NAMES]
    sheet.repeat_columns(names[0], names[-1])
    return sheet


def _explain(book: "Workbook") -> None:
    sheet = book.add_worksheet(HELP_SHEET)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 34, wrapped)
    sheet.set_column(1, 1, 90, wrapped)
    lines = [
        ("Colonne", "Ce qu’on y écrit (* : obligatoire)"),
        *zip(_starred(), HELP.values(), strict=True),
        ("", ""),
        ("Code de risque", "Ce qu’il veut dire"),
        *((code, NAMED.get(code, risk.words)) for code, risk in RISKS.items() if code != "MINEUR"),
    ]
    for line, (left, right) in enumerate(lines):
        is_title = left in {"Colonne", "Code de risque"}
        sheet.write_string(line, 0, left, bold if is_title else wrapped)
        sheet.write_string(line, 1, right, bold if is_title else wrapped)
    sheet.freeze_panes(1, 0)
