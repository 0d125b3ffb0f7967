"""Static files, read once: a name that holds their hash, compressed ahead, cached for ever by the browser."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli

from app.settings import Settings

STATIC = Path(__file__).parents[2] / "static"
ROOT = re.compile(r":root\{[^}]*\}\n")
VARIABLE = re.compile(r"--([a-z]+):([^;}]+)")
USE = re.compile(r"var\(--([a-z]+)\)")
NOTE = re.compile(r"/\*.*?\*/", re.DOTALL)
LINE_END = re.compile(r"(?<=[{};,])\s*\n\s*")
# The first is everybody’s, and names the colours; the second follows it where somebody is signed in. Apart:
# a first visit, over a bad connection, would fetch twice as much for a page that shows none of it.
SHEETS = ("css/portail.css", "css/espace.css")
# One request instead of two: what is vendored first, since ours speaks to it.
SCRIPT = ("vendor/htmx-4.0.1.min.js", "js/app.js")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


def without_comments(script: bytes) -> bytes:
    """The source without its comments that have a line of their own, and without indentation."""
    lines = [line.strip() for line in script.splitlines()]
    return b"\n".join(line for line in lines if line and not line.startswith(b"//")) + b"\n"


def packed(sheet: str) -> str:
    """The sheet without comments and line ends."""
    return LINE_END.sub("", NOTE.sub("", sheet).strip())


def colours_of(sheet: str) -> dict[str, str]:
    """The colours that its `:root` names."""
    root = ROOT.search(sheet)
    return dict(VARIABLE.findall(root.group() if root else ""))


def painted(sheet: str, colours: dict[str, str]) -> str:
    """The sheet with its colours written out: Dillo and NetSurf know no variables, drop `background:var(…)`
    and keep `color:#fff`: white on white.

    A name without a colour is a KeyError.
    """
    return USE.sub(lambda use: colours[use[1]], ROOT.sub("", sheet))


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its address, its type, and its bytes."""

    path: str
    media_type: str
    content: bytes

    @property
    def bodies(self) -> dict[str, bytes]:
        """By content encoding ("" for as it is); made for the first who asks, not at each start."""
        return {"": self.content} if self.media_type == TYPES[".png"] else compressed(self.content)


class Assets:
    """`paths`: name in `static/` → hashed address. `files`: address → what is sent."""

    def __init__(self, settings: Settings) -> None:
        colours = colours_of((STATIC / SHEETS[0]).read_text())
        colours |= {"brand": settings.service_color, "menu": settings.service_menu_color}
        self.paths: dict[str, str] = {}
        self.files: dict[str, Asset] = {}
        for file in sorted(p for p in STATIC.rglob("*") if p.suffix in TYPES and p.suffix != ".js"):
            content = file.read_bytes()
            if file.suffix == ".css":
                content = packed(painted(content.decode(), colours)).encode()
            self._add(file.relative_to(STATIC).as_posix(), content)
        vendored, ours = ((STATIC / name).read_bytes() for name in SCRIPT)
        self._add("portail.js", vendored + b"\n" + without_comments(ours))
        self._add("passkeys.js", without_comments((STATIC / "js/passkeys.js").read_bytes()))
        if settings.service_logo:
            self._add(f"logo{settings.service_logo.suffix}", settings.service_logo.read_bytes())

    def _add(self, name: str, content: bytes) -> None:
        stem, suffix = Path(name).stem, Path(name).suffix
        path = f"/static/{stem}.{hashlib.sha256(content).hexdigest()[:10]}{suffix}"
        self.paths[name] = path
        self.files[path] = Asset(path, TYPES[suffix], content)


@cache
def compressed(content: bytes) -> dict[str, bytes]:
    """Bytes by content encoding ("" for none), as small as each of them can make it."""
    return {
        "": content,
        "br": brotli.compress(content, quality=11),
        "gzip": gzip.compress(content, 9, mtime=0),
    }
