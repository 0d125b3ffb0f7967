"""A mail as a telephone shows it, in Chromium."""

import pytest

from tests.mail.letters import KINDS, letter_of

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 800}
LONG = "Constructions-Mécaniques-Électriques-et-Électroniques-de-l’Argoat-et-du-Trégor" * 2


async def test_every_mail_is_read_without_scrolling_aside(app, portal, opened):
    reader = await opened()
    await reader.page.set_viewport_size(NARROW)
    for kind in KINDS:
        letter = letter_of(app, portal, kind, company=LONG, companies=[("00010", LONG, True)])
        await reader.page.set_content(letter.html)
        wide = await reader.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROW["width"], kind


async def test_the_fingerprint_is_copied_whole(app, portal, opened):
    reader = await opened()
    await reader.page.set_viewport_size(NARROW)
    await reader.page.set_content(letter_of(app, portal, "declaration_filed").html)
    copied = await reader.page.evaluate(
        "(getSelection().selectAllChildren(document.body), getSelection().toString())"
    )
    assert "0f" * 32 in copied
