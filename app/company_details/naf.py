"""The two nomenclatures of activity codes: the same code does not mean the same trade in both."""

from datetime import date

REV_2, NAF_2025 = "rev2", "2025"
NOMENCLATURES = {REV_2: "NAF rév. 2 (2008)", NAF_2025: "NAF 2025"}
NAF_2025_FROM = date(2027, 1, 1)


def in_force(today: date) -> str:
    """The nomenclature of the codes that are given on that day."""
    return NAF_2025 if today >= NAF_2025_FROM else REV_2


def dotted(code: str) -> str:
    """47.11F: what was kept as 4711F."""
    return f"{code[:2]}.{code[2:]}" if code else ""
