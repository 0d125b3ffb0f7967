"""Where a sign-in may lead back to: an allow-list, whatever is typed in the address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.drafts import return_pattern

PATTERN = return_pattern(["/espace/{code}/salaries", "/espace/{code}/salaries/{employee_id}", "/mon-compte"])


@pytest.mark.parametrize(
    "path", ["/espace/00010/salaries", "/espace/00010-5/salaries", "/espace/00010/salaries/12", "/mon-compte"]
)
def test_pages_behind_the_sign_in_are_gone_back_to(path):
    assert PATTERN.fullmatch(path)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/mon-compte", "https://evil.example/mon-compte", "/mon-compte/", "/mon-compte?x=1",
        "/mon-compte#x", "/mon-compte/../service", "/espace//salaries", "/espace/00010/salaries/",
        "/espace/00010/salaries/12/", "/espace/../salaries", "/espace/%2e%2e/salaries",
        "/espace/a b/salaries",
        "/espace/é/salaries", "/espace/00010/salaries\n", "\\/evil.example", "/mon-compte\r\nX: y", "",
        "/espace/" + "a" * 41 + "/salaries", "/MON-COMPTE",
        "javascript:alert(1)", "/espace/00010/salaries/1/2",
    ],
)  # fmt: skip
def test_nothing_else_is(path):
    assert not PATTERN.fullmatch(path)


@given(st.text(max_size=60))
def test_no_host_and_no_query_ever_passes(typed):
    if PATTERN.fullmatch(typed):
        assert typed.startswith("/")
        assert not typed.startswith("//")
        assert not set(typed) & set("?#:\\ \r\n%.")
