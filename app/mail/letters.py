"""Letters: written once, in Markdown (CommonMark), made plain text and HTML from the rows of the outbox.

What people typed is literal: `*x* [a](http://b)` as a company's name reads so in both.
"""

import re
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from app.portal import Portal
from app.settings import Settings
from app.text.formats import TIED
from db.models import OutboxMail

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

WIDTH = 76  # columns: an answer still has room for the mark before what it quotes
# Every one of them may follow a backslash (CommonMark 0.31, 2.4) and then means itself, wherever it stands.
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
LINE_ENDS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
INDENT = re.compile(r"^ +", re.MULTILINE)


@cache
def parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 4 MB of a start, when a letter is shown or leaves

    return MarkdownIt("commonmark", {"html": False})


def _tree(source: str) -> "SyntaxTreeNode":
    from markdown_it.tree import SyntaxTreeNode  # noqa: PLC0415 - as above

    return SyntaxTreeNode(parser().parse(source))


class Markdown(str):
    """Words that are Markdown already."""

    __slots__ = ()


def literal(value: Any) -> str:
    """For Jinja's `finalize`: any value on one line, as it is read."""
    if isinstance(value, Markdown):
        return value
    return _escaped(LINE_ENDS.sub(" ", str(value)).strip())


def typed(text: str) -> Markdown:
    """For a paragraph of its own: what somebody typed, line by line, indented as it was."""
    lines = "\n".join(line.expandtabs(4).rstrip() for line in text.splitlines())
    indented = INDENT.sub(lambda found: TIED * len(found[0]), lines.strip("\n"))
    paragraphs = [each for each in re.split(r"\n{2,}", indented) if each]
    return Markdown("\n\n".join(_escaped(each).replace("\n", "\\\n") for each in paragraphs))


def _escaped(words: str) -> str:
    return PUNCTUATION.sub(r"\\\1", words)


def title_of(source: str) -> str:
    """The first heading, without marks, on one line with plain spaces: a subject. ValueError without one."""
    for node in _tree(source).children:
        if node.type == "heading":
            return " ".join("".join(_words(node.children[0])).split())
    raise ValueError("a letter begins with its subject, as a heading")


def as_html(source: str) -> str:
    """A fragment of headings, paragraphs, lists, links, strong words; never a tag that was typed."""
    html: str = parser().render(source)
    return html


def as_text(source: str) -> str:
    """Without its headings, in lines of `WIDTH` columns or of one word that is longer, such as an address."""
    blocks = _tree(source).children
    return "\n\n".join(_block(each) for each in blocks if each.type != "heading") + "\n"


def _block(node: "SyntaxTreeNode") -> str:
    if node.type == "bullet_list":
        return "\n".join(_item(each) for each in node.children)
    if node.type == "paragraph":
        return "\n".join(_lines(node, WIDTH))
    raise ValueError(f"a letter has no {node.type}")


def _item(node: "SyntaxTreeNode") -> str:
    lines = [line for each in node.children for line in _lines(each, WIDTH - 2)]
    return "\n".join(f"{'  ' if n else '- '}{line}" for n, line in enumerate(lines))


def _lines(paragraph: "SyntaxTreeNode", width: int) -> list[str]:
    """The words, then the addresses of its links, each on a line of its own."""
    inline = paragraph.children[0]
    words, addresses = "".join(_words(inline)), [*_addresses(inline)]
    if addresses and inline.children[-1].type == "link":
        words += f"{TIED}:"
    wrapped = [_wrapped(line, width) for line in words.split("\n")]
    return [line for lines in wrapped for line in lines] + addresses


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]


def _words(node: "SyntaxTreeNode") -> Iterator[str]:
    for each in node.children:
        if each.type == "hardbreak":
            yield "\n"
        elif each.type == "softbreak":
            yield " "
        elif each.children:
            yield from _words(each)
        else:
            yield each.content


def _addresses(inline: "SyntaxTreeNode") -> Iterator[str]:
    """Addresses of the links whose words do not say them."""
    for each in inline.walk():
        address = str(each.attrs.get("href", ""))
        if each.type == "link" and address not in {"".join(_words(each)), ""} and address[:7] != "mailto:":
            yield address


# (name, content, media type)
File = tuple[str, bytes, str]
Drawer = Callable[[Any, Settings], Awaitable[File]]
# Drawers of the attachments of a mail, by the kind in its context: each area's own, named by `app.main`.
DRAWERS: dict[str, Drawer] = {}


@dataclass(frozen=True, slots=True)
class Letter:
    message_id: str
    recipient: str
    reply_to: str
    subject: str
    text: str
    html: str
    written_at: datetime
    files: tuple[File, ...] = ()


async def letter_of(portal: Portal, templates: Any, mail: OutboxMail) -> Letter:
    """The letter with what is joined to it, which is drawn in a thread."""
    drawn = [
        await DRAWERS[kind](mail.context[kind], portal.settings) for kind in DRAWERS if kind in mail.context
    ]
    files = [*drawn, *await _joined_files(portal, mail.context)]
    return replace(write_letter(portal, templates, mail), files=tuple(files))


async def _joined_files(portal: Portal, context: dict[str, Any]) -> list[File]:
    """The file that a message carries, read from the storage; its context holds only the place."""
    if not context.get("file"):
        return []
    name, media_type, sha256 = context["file"]
    pieces = await portal.storage.opened(sha256)
    return [(name, b"".join([piece async for piece in pieces]), media_type)]


def write_letter(portal: Portal, templates: Any, mail: OutboxMail) -> Letter:
    """The letter of a template in `templates/emails/`, whose heading is its subject. Links start with the
    base URL, never with a Host header.

    A template may set `mailbox`, whose signature it bears and who answers (the service unless it says so),
    and `reply_to`, when somebody else does.
    """
    settings = portal.settings
    context = {
        **mail.context,
        "recipient": mail.recipient,
        "base_url": settings.base_url,
        "secret": _secret(portal, mail),
    }
    written = templates.mails.get_template(f"emails/{mail.template}.md").make_module(context)
    mailbox = getattr(written, "mailbox", settings.service_email)
    signature = templates.mails.get_template("emails/signature.md").render(context | {"mailbox": mailbox})
    source = f"{written}\n\n{signature}"
    frame = templates.environment.get_template("emails/base.html")
    return Letter(
        message_id=mail.message_id,
        recipient=mail.recipient,
        reply_to=getattr(written, "reply_to", mailbox),
        subject=title_of(source),
        text=as_text(source),
        html=frame.render(words=Markup(as_html(source))),  # noqa: S704 - what was typed is escaped in it
        written_at=mail.created_at,
    )


def _secret(portal: Portal, mail: OutboxMail) -> str:
    """The password or the link's token that this letter carries, "" for most."""
    if not mail.secret_seed:
        return ""
    keys = portal.keys
    derive = {"account_created": keys.mailed_password, "mandate_code": keys.mailed_code}
    return derive.get(mail.template, keys.mailed_link)(mail.secret_seed)
