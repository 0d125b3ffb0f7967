"""The sheets as browsers without variables, grid or flex read them: what is written can be read."""

import re

import pytest

from app.settings import Settings
from app.web.assets import SHEETS, STATIC, Assets, painted
from tests.pages import dressed_for_members

RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b")
PAPER = "#ffffff"
# Whose ground these texts are on: each begins with the class of the block around it.
AROUND = re.compile(r"^\.(bar|menu|demo)\b")


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def sent(settings):
    """Both sheets, one after the other, as browsers get them."""
    assets = Assets(settings)
    return "".join(assets.files[assets.paths[name]].bodies[""].decode() for name in SHEETS)


@pytest.fixture
def sheet(tmp_path):
    return sent(Settings(demo=True, data_dir=tmp_path))


def declared(block, *names):
    """The last of these properties that is a colour written out."""
    found = ""
    for declaration in block.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in names and (colour := HEX.match(value.strip())):
            found = colour.group()
    return found


def test_every_colour_is_written_out(sheet):
    assert "var(" not in sheet
    assert "--" not in sheet


def test_what_is_written_can_be_read_on_its_ground(sheet):
    rules = [(name.strip(), block) for name, block in RULE.findall(re.sub(r"/\*.*?\*/", "", sheet))]
    grounds = {name: ground for name, block in rules if (ground := declared(block, "background"))}
    seen = 0
    for selectors, block in rules:
        ink, own = declared(block, "color"), declared(block, "background")
        for selector in selectors.split(",") if ink else ():
            around = AROUND.match(selector.strip())
            ground = own or (grounds[f".{around[1]}"] if around else "") or PAPER
            seen += 1
            assert contrast(ink, ground) >= 4.5, f"{selector.strip()}: {ink} on {ground}"
    assert seen > 15


def test_what_is_typed_in_the_dark_bar_is_seen(sheet):
    """A field has the ink of what is around it: white, on its own white."""
    assert "input:not([type=checkbox]):not([type=radio]){width:100%;color:inherit;" in sheet
    own = re.search(r"\.bar \.switch input\{([^}]*)\}", sheet)[1]
    assert contrast(declared(own, "color"), declared(own, "background")) >= 4.5


def test_the_service_paints_its_own_two(tmp_path):
    sheet = sent(Settings(demo=True, data_dir=tmp_path, service_color="#7a1f5c"))
    assert "background:#7a1f5c;color:#fff" in sheet


def test_a_colour_that_has_no_value_stops_the_start():
    with pytest.raises(KeyError):
        painted("a{color:var(--nowhere)}", {})


SOURCES = [(STATIC / name).read_text() for name in SHEETS]
SOURCE = "".join(SOURCES)
# What follows this line is read by browsers that know grid, and by no light one.
LIGHT = "".join(source.partition("@supports (display:grid){")[0] for source in SOURCES)


def test_what_only_the_sheet_of_members_knows_would_be_found():
    """Pages of visitors have the first sheet alone: they are searched for names of the second."""
    html = '<table class="week"><caption><b class="tag skip">x</b></caption></table>'
    assert dressed_for_members(html) == {".week", ".tag", "table", "caption"}
    assert not dressed_for_members('<p class="hint">x <a class="skip" href="/">y</a></p>')


def test_what_netsurf_misreads_is_not_written():
    """It paints a transparent ground or border opaque, and drops a rule whose :not holds a list."""
    assert not re.search(r"background(-color)?:(rgba|hsla|#[0-9a-f]{8}\b|#[0-9a-f]{4}\b)", SOURCE)
    assert not re.search(r":not\([^)]*,", SOURCE)
    assert not re.search(r"border[a-z-]*:[^;}]*(rgba|hsla)", LIGHT)


def test_what_netsurf_would_draw_too_tall_is_for_others():
    """It adds the padding to a least height, whatever `box-sizing` says: a field of 46 pixels has 70."""
    assert "min-height" not in LIGHT


def test_what_dillo_does_not_know_is_not_written():
    """Neither the unit rem, with which it lost every margin, nor the element `main`, with which it lost the
    white of the page, nor a ground that is transparent: the one of before stayed, blue under blue.
    """
    assert not re.search(r"\d\s*rem\b", SOURCE)
    assert not re.search(r"\bmain\b", re.sub(r"/\*.*?\*/", "", SOURCE))
    assert "background:transparent" not in LIGHT
