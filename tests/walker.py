"""Somebody without scripts, who goes only where a page leads: links, fields and buttons by their words."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import html5lib
import httpx

from tests.actors import Actor

SPACES = re.compile(r"\s+")
TICKED = True
EMPTY: Mapping[str, Any] = MappingProxyType({})


def words_in(element: Any) -> str:
    return SPACES.sub(" ", "".join(element.itertext())).strip()


class Walker(Actor):
    """`answer`: what is shown now. A name that several things bear is the first of them."""

    answer: httpx.Response

    async def opens(self, path: str) -> None:
        await self._shows(await self.get(path))

    async def follows(self, words: str) -> None:
        """The link that begins with these words."""
        found = [link for link in self._tree.iter("a") if words_in(link).startswith(words)]
        assert found, f"no link « {words} » on:\n{self.reads}"
        await self._shows(await self.get(self._address(found[0].get("href"))))

    async def sends(
        self, button: str, *, typed: Mapping[str, Any] = EMPTY, files: Mapping[str, Any] = EMPTY
    ) -> None:
        """The form of this button. `typed`, by label: words, a choice, or `TICKED`; `files`, by label: name,
        bytes and type.
        """
        form, pressed = self._form_of(button)
        sent = self._given(form)
        if pressed.get("name"):
            sent[pressed.get("name")] = pressed.get("value", "")
        for label, value in typed.items():
            self._type(form, sent, label, value)
        sent_files = {self._control(form, label).get("name"): file for label, file in files.items()}
        address = self._address(form.get("action") or str(self.answer.request.url))
        if form.get("method", "get") == "post":
            answer = await self.post(address, data=sent, files=sent_files or None)
        else:
            answer = await self.get(address, params=sent)
        await self._shows(answer)

    @property
    def reads(self) -> str:
        """The words of the page."""
        return words_in(self._tree.find(".//main"))

    def sees(self, *words: str) -> None:
        for each in words:
            assert each in self.reads, f"« {each} » is not on:\n{self.reads}"

    async def _shows(self, answer: httpx.Response) -> None:
        while answer.status_code == 303:
            answer = await self.get(answer.extensions["leads_to"])
        assert answer.status_code == 200, f"{answer.request.url} answers {answer.status_code}: {answer.text}"
        self.answer = answer
        if answer.headers["content-type"].startswith("text/html"):
            self._tree = html5lib.parse(answer.text, namespaceHTMLElements=False)

    def _address(self, written: str) -> str:
        return str(self.answer.request.url.join(written)) if hasattr(self, "answer") else written

    def _form_of(self, button: str) -> tuple[Any, Any]:
        """The form, and the button itself, which may bear a value."""
        for form in self._tree.iter("form"):
            for each in form.iter("button"):
                if words_in(each).startswith(button):
                    return form, each
        raise AssertionError(f"no button « {button} » on:\n{self.reads}")

    def _given(self, form: Any) -> dict[str, Any]:
        """The fields as a browser would send them untouched."""
        sent: dict[str, Any] = {}
        for control in form.iter():
            name, kind = control.get("name"), control.get("type", "")
            if not name or kind in {"file", "submit"}:
                continue
            if control.tag == "textarea":
                sent[name] = (control.text or "").removeprefix("\n")
            elif control.tag == "select":
                options = list(control.iter("option"))
                chosen = [each for each in options if each.get("selected") is not None] or options
                sent[name] = chosen[0].get("value", words_in(chosen[0]))
            elif control.tag == "input" and (
                kind not in {"checkbox", "radio"} or control.get("checked") is not None
            ):
                sent[name] = control.get("value", "on")
        return sent

    def _control(self, form: Any, label: str) -> Any:
        by_id = {each.get("id"): each for each in form.iter() if each.get("id")}
        for each in form.iter("label"):
            if words_in(each).removesuffix(" *").startswith(label):
                return by_id[each.get("for")]
        raise AssertionError(f"no field « {label} » in:\n{words_in(form)}")

    def _type(self, form: Any, sent: dict[str, Any], label: str, value: Any) -> None:
        control = self._control(form, label)
        name = control.get("name")
        if control.tag == "select":
            found = [each for each in control.iter("option") if words_in(each).startswith(value)]
            assert found, f"no choice « {value} » in:\n{words_in(control)}"
            sent[name] = found[0].get("value", words_in(found[0]))
        elif value is TICKED:
            sent[name] = control.get("value", "on")
        else:
            sent[name] = value
