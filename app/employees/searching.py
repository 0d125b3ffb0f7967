"""The condition of every search for employees: each word typed begins one of theirs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam
from sqlmodel import col

from app.searching import MOST_WORDS, sign_of, words_of
from db.models import Employee


def named(typed: str) -> list[ColumnElement[bool]]:
    """Employees whose names, job and number have words that begin with each of these; all, for no word."""
    words = words_of(typed)[:MOST_WORDS]
    return _held(sign_of(words), [f"% {word}%" for word in words]) if words else []


def named_later(words: int) -> list[ColumnElement[bool]]:
    """The same for a statement made once: so many words, which `named_values` gives."""
    sign = bindparam("sign", type_=BigInteger)
    return _held(sign, [bindparam(f"word{index}") for index in range(words)]) if words else []


def named_values(words: Sequence[str]) -> dict[str, Any]:
    return {"sign": sign_of(words)} | {f"word{index}": f"% {word}%" for index, word in enumerate(words)}


def _held(sign: Any, likes: Sequence[Any]) -> list[ColumnElement[bool]]:
    # The sign comes first: it spares nearly every row the comparison of its text.
    held: ColumnElement[bool] = col(Employee.search_sign).bitwise_and(sign) == sign
    return [held, *(col(Employee.search_key).like(like) for like in likes)]
