"""Refusals that the domain may raise. `app.web.pages` turns each into a page."""

from typing import Any

ASK = "Votre rôle ne le permet pas. Demandez-le à un administrateur de l’entreprise."


class NotFound(Exception):  # noqa: N818
    """The thing is absent, or not this reader's: the answer is the same.

    `lost`: the teams and centres that somebody of the service has just lost, whatever the thing; then
    `givers` and `draft_kept`, as of RightMissing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lost: list[str] = []
        self.givers: list[str] = []
        self.draft_kept = False


class Anonymised(NotFound):
    """The row is the reader's, counts, and says nothing of anybody any more: links of its past lead here."""


class Forbidden(Exception):  # noqa: N818
    """The reader may see the thing but not do this to it. `message` is shown, in French."""

    def __init__(self, message: str = ASK) -> None:
        super().__init__(message)
        self.message = message


class RightMissing(Forbidden):
    """Somebody of the service has not, or no longer, the right that this takes. `givers`: the people who
    may give it; `draft_kept`: what was typed is.
    """

    def __init__(self, right: str) -> None:
        super().__init__()
        self.right = right
        self.givers: list[str] = []
        self.draft_kept = False


class Refused(Exception):  # noqa: N818
    """A rule says no. `message` is shown, in French, beside `field` when there is one."""

    def __init__(self, message: str, field: str = "", status_code: int = 422) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.status_code = status_code


class ClientClosed(Exception):  # noqa: N818
    """The sender left before all was there: nobody hears the answer, and nothing was done."""


class CookiesRefused(Exception):  # noqa: N818
    """The browser did not bring back what it was just given: its steps would begin again for ever."""


class CommandRefused(Exception):  # noqa: N818
    """One sentence, in French, on why a command did nothing."""


def of_somebody(row: Any) -> Any:
    """The row that was looked for: `NotFound` without one, `Anonymised` when it is of nobody any more."""
    if row is None:
        raise NotFound
    if getattr(row, "anonymised_at", None) or getattr(row, "erased_at", None):
        raise Anonymised
    return row
