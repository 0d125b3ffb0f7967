"""One address a page: every route, swept with what else might be understood as its address."""

import re

import pytest

from app.main import ACCOUNT, FACTOR, FIRST_PASSWORD, MEMBER, STAFF
from app.web.paging import row_number
from db.numbers import is_digits
from tests.actors import BASE
from tests.test_access import VALUES, names, routes
from tests.test_rules import CODE, shown

OTHERWISE = {
    "a slash at the end": lambda path: f"{path}/",
    "two slashes": lambda path: f"/{path}",
    "two slashes inside": lambda path: "//".join(path.rsplit("/", 1)),
    "an encoded slash at the end": lambda path: f"{path}%2F",
    "an encoded slash": lambda path: "%2f".join(path.rsplit("/", 1)),
    "an encoded slash and a slash": lambda path: path.replace("/", "%2F/", 2).replace("%2F", "", 1),
    "an encoded letter": lambda path: path[:-1] + f"%{ord(path[-1]):02X}",
    "a space": lambda path: f"{path}%20",
    "capitals": lambda path: path.upper(),
}  # fmt: skip
NUMBERS = ["+1", "%2B1", "01", "1_0", "١", "１", "1.0", "1e0", "%201", "0x1", "1%00"]


async def statuses(actor, paths):
    return {path: (await actor.get(f"{BASE}{path}")).status_code for path in paths}


@pytest.mark.parametrize("written", OTHERWISE)
async def test_a_page_has_no_other_address(app, visitor, alice, world, written):
    """A visitor is sent to the sign-in from what is a page, and from nothing else."""
    private = names((*FIRST_PASSWORD, *FACTOR, *ACCOUNT, *MEMBER, *STAFF))
    paths = {OTHERWISE[written](path): path for path, _ in routes(app, method="GET")}
    others = {other: path for other, path in paths.items() if other != path and other[0] == "/"}
    assert len(others) > len(private) / 2
    for actor in (visitor, alice):
        found = await statuses(actor, others)
        assert set(found.values()) == {404}, [path for path, status in found.items() if status != 404]


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_number_is_written_in_one_way(app, visitor, number):
    numbered = {
        route.path_format
        for route in app.app.routes
        if any(each.type is int for each in route.path_parameters.values())
    }
    assert len(numbered) > 20
    for template in numbered:
        (*_, name) = (each for each in re.findall(r"\{(\w+)\}", template) if VALUES[each].isdigit())
        path = template.format_map(VALUES | {name: number})
        assert (await visitor.get(path)).status_code == 404, path


async def test_a_static_file_has_one_address_too(app, visitor):
    path = (await visitor.get("/")).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert (await visitor.get(path)).status_code == 200
    for other in (path.replace("static", "%73tatic"), f"{path}/", f"/{path}", path.replace(".css", "%2Ecss")):
        assert (await visitor.get(f"{BASE}{other}")).status_code == 404, other


@pytest.mark.parametrize("number", [0, 1, 27, 2**31 - 1, 2**31, 10**30])
def test_a_number_of_a_query_is_read_as_it_is_written(number):
    assert row_number(str(number)) == (number if number < 2**31 else 0)


@pytest.mark.parametrize("typed", ["", "+5", "-5", "05", " 5", "5.0", "1e1", "1_0", "٥", "５", "²", "5\n"])
def test_what_is_no_number_of_ours_is_no_number(typed):
    assert row_number(typed) == 0


def test_digits_are_told_in_one_place():
    """`int` and the framework take +5, 1_0 and ٥; `isdigit` takes ², and `\\d` whatever `int` reads."""
    loose = re.compile(r"FromQuery\[int\]|\.is(digit|decimal|numeric)\b|(?<!\\W)\\d(?!.*re\.ASCII)")
    others = [
        f"{shown(file)}: {line.strip()}"
        for file in CODE
        for line in file.read_text().splitlines()
        if loose.search(line)
    ]
    assert others == []


@pytest.mark.parametrize("typed", ["²", "1²", "٣", "１", "+1", "1_0", "", " 1", "1\n"])
def test_only_the_ten_digits_are_digits(typed):
    assert not is_digits(typed)
    assert is_digits("0123456789")
