"""Fields of the sign-in."""

from typing import Annotated

from pydantic import AfterValidator

from app.text.fields import Email, Input, Ticked, text


def _password(value: str) -> str:
    if not value:
        raise ValueError("Saisissez votre mot de passe.")
    if len(value) > 1_000:
        raise ValueError("Ce mot de passe est trop long.")
    return value


Password = Annotated[str, AfterValidator(_password)]


class EmailStep(Input):
    email: Email
    suite: Annotated[str, text("", 200)] = ""


class PasswordStep(Input):
    email: Email
    password: Password


class ForgottenPassword(Input):
    email: Email


class NewPassword(Input):
    """`new_password` is never trimmed. `email` only tells password managers whose it is. `feeds`: the
    calendars end too.
    """

    new_password: Password
    feeds: Ticked = False
    email: str = ""
