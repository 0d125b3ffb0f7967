"""Fields of the sign-in."""

from typing import Annotated

from app.text.fields import Email, Input, Password, Ticked, text


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
