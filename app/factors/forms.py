"""The code typed at the second step."""

from typing import Annotated

from app.text.fields import Input, OneLine, Squeezed, text


class CodeStep(Input):
    """`suite`: the page that was asked for."""

    code: Annotated[str, Squeezed, OneLine, text("Tapez le code.", 40)]
    suite: Annotated[str, text("", 200)] = ""


class Change(CodeStep):
    """`old`: a code of the application that is replaced, when there is one."""

    old: Annotated[str, Squeezed, OneLine, text("", 40)] = ""
