"""What a browser asks for when it knows nothing of the portal: the page, its sheet and one script."""

import pytest

from app.web.edge import Edge

pytestmark = pytest.mark.browser

# The icon of the tab comes once the page is shown: img-src leaves no room for one written into the page.
LATER = "/static/favicon."


@pytest.fixture
def asked(monkeypatch):
    """Each address that reached the server, in order: the browser tells nobody about its icons."""
    addresses = []
    through = Edge.__call__

    async def noted(edge, scope, receive, send):
        if scope["type"] == "http":
            addresses.append(scope["path"])
        await through(edge, scope, receive, send)

    monkeypatch.setattr(Edge, "__call__", noted)
    return addresses


async def visit(reader, path):
    answers = []

    def note(answer):
        answers.append(answer)

    reader.page.on("response", note)
    await reader.open(path)
    await reader.page.wait_for_load_state("networkidle")
    return [int((await answer.all_headers())["content-length"]) for answer in answers]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_the_sign_in_is_there_after_three_requests_and_again_after_one(opened, asked, javascript):
    reader = await opened(javascript=javascript, is_new=True)
    sizes = await visit(reader, "/connexion")
    shown = [path.rpartition(".")[2] for path in asked if not path.startswith(LATER)]
    assert shown == (["/connexion", "css", "js"] if javascript else ["/connexion", "css"])
    assert len(asked) - len(shown) <= 1
    assert sum(sizes) <= 17 * 1024
    asked.clear()
    await visit(reader, "/connexion")
    assert asked == ["/connexion"]


async def test_a_swap_asks_for_nothing_but_itself(opened, asked, world):
    reader = await opened(is_new=True)
    await visit(reader, "/connexion")
    asked.clear()
    await reader.tab_to("Se connecter avec son code adhérent")
    await reader.press("Enter")
    await reader.is_at("/connexion/code-adherent", "Connexion avec le code adhérent – AIST22")
    assert asked == ["/connexion/code-adherent"]
