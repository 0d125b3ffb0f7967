"""Pages of an act: its title, what follows from it, its few fields, one button."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from litestar.response import Response

from app.files.types import disposition
from app.web.forms import Form
from app.web.pages import Page, page


class Field(NamedTuple):
    """`words`: of each value that may be chosen, for a list."""

    name: str
    label: str
    kind: str = "text"
    words: Mapping[Any, str] = {}
    hint: str = ""


class Question(NamedTuple):
    """The page of an act. `lead`: what follows from it, a sentence each."""

    title: str
    lead: list[str]
    button: str
    fields: Sequence[Field] = ()


def asked(question: Question, form: Form[Any], back: tuple[str, str]) -> Page:
    """`back`: the words and the address of the page that the act is about."""
    return page("members/act.html", form=form, question=question, back=back)


def pdf_answer(content: bytes, name: str) -> Response[Any]:
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": disposition(name)},
        status_code=200,
    )  # fmt: skip
