"""Rates of the French VAT, in hundredths of a percent: 2000 is 20 %."""

# Metropolis, Corsica and overseas (articles 278 to 281 and 294 to 297 of the code général des impôts).
VAT_POINTS = frozenset({90, 105, 175, 210, 550, 850, 1000, 1300, 2000})
USUAL_POINTS = 2000


def percent(points: int) -> str:
    """20 %, 8,5 %"""
    return f"{points / 100:g} %".replace(".", ",")


def percent_digits(points: int) -> str:
    """20.00, 8.50: as electronic invoices write it."""
    return f"{points // 100}.{points % 100:02}"
