"""The name of a person as the portal writes it everywhere."""


def person_name(birth: str, usual: str, first: str, sex: str) -> str:
    """MARTIN Claire, or DUPONT Claire (née MARTIN)."""
    if not usual or usual.casefold() == birth.casefold():
        return f"{birth} {first}"
    born = {"F": "née", "M": "né"}.get(sex, "nom de naissance")
    return f"{usual} {first} ({born} {birth})"


def initials(name: str) -> str:
    """J. B. of « Jean BRIEUC »: enough to find a line, for people who may not read whose it is."""
    return " ".join(f"{word[0].upper()}." for word in name.split())
