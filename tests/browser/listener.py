"""What somebody who listens is told by a swap: where the focus goes, what is read there, what is spoken."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.browser.reader import Reader

# Installed before any script of the page. `said` holds each text that the live region had, in order.
LISTEN = """
  window.heard = {moves: [], said: [], swaps: 0, asked: 0};
  const named = (at) => at.id ? `${at.localName}#${at.id}` : at.className ? `${at.localName}.${at.className}` : at.localName;
  document.addEventListener("focusin", (event) => window.heard.moves.push(named(event.target)));
  document.addEventListener("htmx:before:request", () => window.heard.asked += 1);
  document.addEventListener("htmx:finally:request", () => window.heard.swaps += 1);
  document.addEventListener("DOMContentLoaded", () => {
    const live = document.querySelector("#live");
    new MutationObserver(() => live.textContent.trim() && window.heard.said.push(live.textContent.trim()))
      .observe(live, {childList: true, characterData: true, subtree: true});
  });
"""  # noqa: E501 - a script
FORGET = "Object.assign(window.heard, {moves: [], said: [], swaps: 0, asked: 0})"
# The page speaks a moment after the swap: all is told once nothing more came for this long.
UNTIL_SILENCE = """() => new Promise((over, lost) => {
  let before = "", looks = 0;
  const look = () => {
    const {moves, said, swaps, asked} = window.heard, now = JSON.stringify(window.heard);
    if (swaps && swaps >= asked && now === before) return over(window.heard);
    if (looks++ > 100) return lost(new Error("no swap came to its end"));
    before = now;
    setTimeout(look, 600);
  };
  look();
})"""


@dataclass(frozen=True, slots=True)
class Heard:
    """`moves`: each element that the focus went to since. `role`, `name`, `description`, `is_wrong`: of where
    it is now, in the browser's accessibility tree. `said`: what the live region told.
    """

    moves: list[str]
    said: list[str]
    role: str
    name: str
    description: str
    is_wrong: bool


class Listener:
    """A reader whose focus and whose live region are followed."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.page = reader.page

    async def after(self, *keys: str, act: Callable[[], Awaitable[Any]] | None = None) -> Heard:
        """These keys (or this act), until their swaps are over and nothing more is told."""
        await self.page.evaluate(FORGET)
        await self.reader.press(*keys)
        if act:
            await act()
        heard = await self.page.evaluate(UNTIL_SILENCE)
        return Heard(heard["moves"], heard["said"], *await self.at())

    async def fields_called_wrong(self) -> list[str]:
        """Names of the fields that the tree calls invalid."""
        return [_name(each) for each in await self._tree() if _is_wrong(each)]

    async def at(self) -> tuple[str, str, str, bool]:
        """Role, name, description of where the focus is, and whether it is called wrong."""
        tree = await self._tree()
        focused = [each for each in tree if _of(each, "focused") and each["role"]["value"] != "RootWebArea"]
        assert len(focused) == 1, f"the focus is on {[_name(each) for each in focused]}"
        (at,) = focused
        return at["role"]["value"], _name(at), at.get("description", {}).get("value", ""), _is_wrong(at)

    async def _tree(self) -> list[dict[str, Any]]:
        session = await self.page.context.new_cdp_session(self.page)
        nodes = (await session.send("Accessibility.getFullAXTree"))["nodes"]
        await session.detach()
        return [each for each in nodes if not each["ignored"]]


def _of(node: dict[str, Any], name: str) -> Any:
    return next((p["value"].get("value") for p in node.get("properties", []) if p["name"] == name), None)


def _name(node: dict[str, Any]) -> str:
    return " ".join(node.get("name", {}).get("value", "").split())


def _is_wrong(node: dict[str, Any]) -> bool:
    return _of(node, "invalid") not in {None, "false"}
