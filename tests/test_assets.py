"""Static files as they travel: only what serves who reads the source is left behind."""

import base64
import hashlib
import re

import pytest

from app.settings import Settings
from app.web.assets import SCRIPT, STATIC, Assets, packed
from app.web.templating import ROOT


@pytest.fixture
def files(tmp_path):
    assets = Assets(Settings(demo=True, data_dir=tmp_path))
    return {name: assets.files[path].bodies[""] for name, path in assets.paths.items()}


def test_what_is_vendored_travels_as_it_came_with_the_hash_that_the_readme_tells(files):
    vendored = (STATIC / SCRIPT[0]).read_bytes()
    assert files["portail.js"].startswith(vendored + b"\n")
    named = re.search(rf"`static/{re.escape(SCRIPT[0])}`, sha384-(\S+)\.", (ROOT / "README.md").read_text())
    assert named
    assert base64.b64encode(hashlib.sha384(vendored).digest()).decode() == named[1]


def test_every_script_of_the_folder_is_served_in_one_or_on_the_pages_of_passkeys(files):
    scripts = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js")}
    assert scripts == {*SCRIPT, "js/passkeys.js"}
    assert [name for name in files if name.endswith(".js")] == ["portail.js", "passkeys.js"]
    assert not [name for name in files if name.endswith(".js") and b"\n//" in files[name]]


def test_a_sheet_keeps_every_rule_and_no_note():
    source = "/* a\nnote */\n.one .two,\n.three{margin:0}\n\n@media print{\n  .one\n  .two{color:red}\n}\n"
    assert packed(source) == ".one .two,.three{margin:0}@media print{.one\n  .two{color:red}}"
