"""A form as its reader sees it: the fields typed, their errors, and the data once there is none."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from app.access import Access
from app.errors import Refused
from app.mail.outbox import mail_counted
from app.web.caller import TOKEN_FIELD, Caller
from app.web.posted import posted
from app.web.signatures import Request

TWICE = "Une autre personne vient d’enregistrer la même chose. Vérifiez et validez de nouveau."
STALE = (
    "Cette page était ouverte depuis trop longtemps. "
    "Rien n’est perdu : vérifiez votre saisie et validez de nouveau."
)
GARBLED = (
    "Votre navigateur a envoyé ce formulaire dans un codage que le portail ne lit pas (autre que UTF-8). "
    "Rien n’est perdu : vérifiez les accents dans ce que vous avez saisi et validez de nouveau."
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
REDISPLAYED = 6_000


Data = TypeVar("Data", bound=BaseModel)


class Form(Generic[Data]):
    """`typed` is kept for redisplay, `errors` is field → message ("" for the whole form), `data` is
    checked.
    """

    def __init__(self, typed: dict[str, str] | None = None) -> None:
        self.typed: dict[str, str] = typed or {}
        self.errors: dict[str, str] = {}
        self.data: Data | None = None
        self.status_code = 422

    @classmethod
    async def read(cls, request: Request, model: type[Data]) -> "Form[Data]":
        """Read the body against the model. Without a valid form token `data` stays empty."""
        sent = await posted(request)
        return cls.of(request, model, dict(sent.fields), is_garbled=sent.is_garbled)

    @classmethod
    def of(
        cls, request: Request, model: type[Data], fields: dict[str, str], *, is_garbled: bool
    ) -> "Form[Data]":
        """A form of these fields, however they came. Guessed letters are displayed before
        anything is done.
        """
        form = cls({name: value for name, value in fields.items() if name != TOKEN_FIELD})
        form.check(model)
        visit = Caller.of(request)
        if not visit.verified:
            visit.is_stale_shown = True
            form.data, form.errors = None, {"": STALE}
        elif is_garbled:
            form.data, form.errors = None, {"": GARBLED}
        return form

    @classmethod
    async def attempted(
        cls, request: Request, access: Access, model: type[Data], act: Callable[[Data], Awaitable[Any]]
    ) -> "Form[Data]":
        """Read the body against the model and `act` with the data, if nothing is wrong: `errors` says what
        was.
        """
        form = await cls.read(request, model)
        if form.data:
            async with form.attempt(access):
                await act(form.data)
        return form

    def check(self, model: type[Data]) -> None:
        fields = dict.fromkeys((n for n, f in model.model_fields.items() if f.annotation is not bool), "")
        for name, value in self.typed.items():
            if CONTROL.search(value) or CONTROL.search(name):
                self.errors[name] = "Ce texte contient un caractère qui ne s’écrit pas."
        self.typed = {CONTROL.sub("", n): CONTROL.sub("", v) for n, v in self.typed.items()}
        try:
            data = model.model_validate(fields | self.typed)
        except ValidationError as error:
            for problem in error.errors():
                self.errors.setdefault(*_in_french(problem, model))
        else:
            self.data = data if not self.errors else None
        self.typed = {n: v[:REDISPLAYED] for n, v in (fields | self.typed).items()}

    def refuse(self, refused: Refused) -> None:
        self.errors[refused.field] = refused.message
        self.status_code = refused.status_code

    @asynccontextmanager
    async def attempt(self, access: Access) -> AsyncIterator[None]:
        """Do it, or take back everything that was half done and say why."""
        try:
            async with access.savepoint(), mail_counted(access):
                yield
        except Refused as refused:
            self.refuse(refused)
        except IntegrityError:
            # Two at once: a constraint of the database chose the first.
            self.refuse(Refused(TWICE, status_code=409))

    def __getitem__(self, name: str) -> str:
        return self.typed.get(name, "")


def _in_french(problem: Any, model: type[BaseModel]) -> tuple[str, str]:
    name = str(problem["loc"][0]) if problem["loc"] else ""
    if problem["type"] == "value_error":
        return name, str(problem["ctx"]["error"])
    if name not in model.model_fields:
        return "", "Le formulaire contient un champ inattendu. Rechargez la page."
    return name, "Cette valeur n’est pas comprise."
