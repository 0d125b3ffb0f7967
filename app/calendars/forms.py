"""Fields of a new address."""

from typing import Annotated

from pydantic import AfterValidator

from app.text.fields import Input, Ticked


def _given(value: str) -> str:
    if not 20 <= len(value) <= 100:
        raise ValueError("Le formulaire est incomplet. Rechargez la page.")
    return value


class NewFeed(Input):
    """`company`: the code of one, or "" for all. `once`: drawn with the page, so that a form sent twice opens
    one address.
    """

    company: str = ""
    with_names: Ticked = False
    once: Annotated[str, AfterValidator(_given)]
