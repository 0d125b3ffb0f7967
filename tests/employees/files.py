"""Builders of employee files, as software and people make them."""

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
