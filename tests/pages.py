"""What every page must be: whole, valid, labelled, readable without styles."""

import re

import html5lib

from app.web.assets import SHEETS, STATIC

CLASS, ELEMENT = re.compile(r"\.[a-z][\w-]*"), re.compile(r"[a-z]+")
RULE = re.compile(r"([^{}]+)\{[^{}]*\}")
TOKEN = re.compile(r'(name="csrf" value=")[^"]*')


def check(page):
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(page.text)
    assert not [e for e in parser.errors if e[1] != "unknown-attribute"], parser.errors[:3]
    assert tree.get("lang") == "fr"
    assert len(tree.findall(".//h1")) == 1
    assert tree.find(".//title").text.endswith(" – AIST22")
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert not targets_in(tree) - {f"#{each}" for each in ids}, "htmx acts all the same, and shows nothing"
    radios = [element for element in tree.iter("input") if element.get("type") == "radio"]
    chosen = sorted(radio.get("name") for radio in radios if radio.get("checked") is not None)
    groups = sorted({radio.get("name") for radio in radios})
    assert groups == chosen, "of none lynx chooses the first, and sends it; of two the last wins"
    labelled = {label.get("for") for label in tree.iter("label")}
    for control in tree.iter():
        if control.tag in {"input", "select", "textarea"} and control.get("type") != "hidden":
            assert control.get("id") in labelled or control.get("aria-label"), control.attrib
    for button in tree.iter("button"):
        words = " ".join("".join(button.itertext()).split())
        assert button.get("value", words) == words, "lynx shows the value"
    for element in tree.iter():
        assert not [a for a in element.attrib if a.startswith(("on", "style", "hx-"))], element.attrib
        assert element.tag != "style"
        assert element.tag != "script" or element.get("src")
    for link in tree.iter("a"):
        assert link.get("href")
    for element in tree.iter():
        reads_without_styles(element)
    reads_in_light_browsers(tree)


def reads_in_light_browsers(tree):
    """They show what is hidden and the text of a drawing, find no id on `main`, and know no date field."""
    by_id = {element.get("id"): element for element in tree.iter() if element.get("id")}
    assert by_id["contenu"].tag == "div", "w3m goes there by the skip link"
    for element in tree.iter():
        assert "hidden" not in element.attrib, "text browsers show it"
        assert element.tag != "option" or "value" in element.attrib, "links2 sends its words escaped"
        assert element.tag not in {"del", "ins", "s", "q"}, "links2 shows what was struck out, and no quotes"
        kind = element.get("type", "") if element.tag == "input" else ""
        assert kind not in {"date", "month", "time", "datetime-local"}, "it would come back as 2026-12-01"
        assert kind != "email" or element.get("size"), "as wide as twenty letters"
        if element.tag == "input" and element.get("class") == "day":
            hints = [by_id[each] for each in element.get("aria-describedby", "").split()]
            assert any("31/12/" in "".join(hint.itertext()) for hint in hints), element.attrib
    for row in tree.iter("tr"):
        cells = [" ".join("".join(cell.itertext()).split()) for cell in row.iter("td")]
        for extra in row.findall("th//span[@class='sr']"):
            words = " ".join("".join(extra.itertext()).split())
            assert not [each for each in cells if each and each in words], "said twice where all is shown"
    for drawing in tree.iter("svg"):
        assert not "".join(drawing.itertext()).strip(), "a run of figures"


def reads_without_styles(parent):
    """Text browsers draw neither the room between two links nor the colour of a mark after a word."""
    before, words = None, parent.text or ""
    for child in parent:
        is_act = child.tag in {"a", "button"}
        assert words.strip() or not (is_act and before), "two links or buttons side by side"
        if child.get("class") == "new":
            assert words.strip()[-1:] in {"", ",", "–"}, f"a mark sticks to {words}"
        inside = "".join(child.itertext())
        before = is_act or (before and not inside.strip())
        words = (child.tail or "") if is_act else words + inside + (child.tail or "")


def targets_in(element):
    """What htmx would look for from here down. It leaves alone what is under `data-hx-ignore`."""
    if "data-hx-ignore" in element.attrib:
        return set()
    own = {element.get("data-hx-target")} - {None}
    return own.union(*(targets_in(each) for each in element))


def names_in(sheet):
    """The classes (with their point) that its rules are about, and the elements of which one says all."""
    source = re.sub(r"/\*.*?\*/|@[^{;]+[{;]", "", (STATIC / sheet).read_text(), flags=re.DOTALL)
    selectors = [each.strip() for rule in RULE.findall(source) for each in rule.split(",")]
    elements = {each for each in selectors if ELEMENT.fullmatch(each)}
    return elements.union(*(CLASS.findall(each) for each in selectors))


def dressed_for_members(html):
    """What is on this page that only the sheet of the signed in knows."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    names = {f".{name}" for element in tree.iter() for name in element.get("class", "").split()}
    names |= {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    everybodys, members = map(names_in, SHEETS)
    return names & (members - everybodys)
