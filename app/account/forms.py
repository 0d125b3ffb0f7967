"""Fields that a person may change of their own account."""

from typing import Annotated

from pydantic import AfterValidator

from app.text.fields import Email, FirstName, Input, JobTitle, LastName, Mobile, Ticked


def _given(value: str) -> str:
    if not value:
        raise ValueError("Saisissez votre mot de passe actuel.")
    return value[:1_000]


def _new(value: str) -> str:
    if not value:
        raise ValueError("Saisissez le nouveau mot de passe.")
    return value


CurrentPassword = Annotated[str, AfterValidator(_given)]


class Profile(Input):
    last_name: LastName
    first_name: FirstName
    job_title: JobTitle
    mobile: Mobile = ""


class PasswordChange(Input):
    """Neither is ever trimmed. `username` only tells password managers whose password it is. `feeds`: the
    calendars end too.
    """

    current_password: CurrentPassword
    new_password: Annotated[str, AfterValidator(_new)]
    feeds: Ticked = False
    username: str = ""


class EmailChange(Input):
    email: Email
    current_password: CurrentPassword
    username: str = ""
