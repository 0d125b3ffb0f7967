"""What was measured, beside what it may cost."""

from dataclasses import dataclass

KB = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in plain words. `verdict` is "ok", "over", or nothing when there is no budget."""

    what: str
    measured: str
    budget: str = ""
    verdict: str = ""


def verdict(is_within: bool) -> str:
    return "ok" if is_within else "over"


def shown(blocks: dict[str, list[Line]]) -> str:
    lines = [line for block in blocks.values() for line in block]
    widths = [max(len(text) for text in column) for column in zip(*map(_cells, lines), strict=True)]
    text = []
    for title, block in blocks.items():
        text += ["", title, "-" * (sum(widths) + 6)]
        text += [_row(line, widths) for line in block]
    over = sum(line.verdict.startswith("over") for line in lines)
    return "\n".join([*text, "", f"{over} over budget" if over else "everything within budget"])


def _cells(line: Line) -> tuple[str, str, str, str]:
    return line.what, line.measured, line.budget, line.verdict


def _row(line: Line, widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(_cells(line), widths, strict=True)).rstrip()
