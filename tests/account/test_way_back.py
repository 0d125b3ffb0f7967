"""The pages of a person belong to no company: the one that they came from waits in their address."""

import re

BACK = '<a href="/espace/00010">Revenir à 00010</a>'


async def test_the_way_back_lasts_from_page_to_page(alice):
    page = await alice.get("/espace/00010/salaries")
    assert (
        page.text.count('href="/mon-compte?de=00010"') == 2
    )  # in the header, and in the menu of a telephone
    mine = await alice.get("/mon-compte?de=00010")
    assert BACK in mine.text
    further = re.search(r'href="(/mon-compte/connexions\?de=00010)"', mine.text)
    assert BACK in (await alice.get(further[1])).text


async def test_the_way_back_lasts_after_a_form(alice):
    path = "/mon-compte?de=00010"
    fields = {"last_name": "Martin", "first_name": "Alice", "job_title": "Gérante"}
    refused = await alice.post(path, data={"csrf": await alice.token(path), **fields, "last_name": ""})
    assert refused.status_code == 422
    assert BACK in refused.text
    saved = await alice.post(path, data={"csrf": await alice.token(path), **fields})
    saved = await alice.follow(saved)
    assert "Vos coordonnées sont enregistrées." in saved.text
    assert BACK in saved.text


async def test_a_word_that_is_no_code_leads_nowhere(alice):
    for typed in ("", "?de=", "?de=//evil.example", "?de=00010/../../x"):
        assert "Revenir à" not in (await alice.get(f"/mon-compte{typed}")).text


async def test_the_help_leads_back_too_from_answer_to_answer(alice, visitor):
    page = await alice.get("/espace/00010/salaries")
    assert 'href="/faq?de=00010"' in page.text
    assert 'href="/faq/si-sia-sir?de=00010"' in page.text
    help_page = await alice.get("/faq?de=00010")
    assert ">Revenir à 00010</a>" in help_page.text
    answer = re.search(r'href="(/faq/[a-z-]+\?de=00010)"', help_page.text)
    assert ">Revenir à 00010</a>" in (await alice.get(answer[1])).text
    assert ">Revenir à 00010</a>" in (await alice.get("/faq?q=facture&de=00010")).text
    for other in (await alice.get("/faq"), await visitor.get("/faq?de=00010")):
        assert "Revenir à 00010" not in other.text


async def test_adding_a_company_keeps_the_way_back_when_it_is_refused(alice):
    path = "/entreprises/ajout?de=00010"
    refused = await alice.post(path, data={"csrf": await alice.token(path), "code": "", "number": ""})
    assert refused.status_code == 422
    assert BACK in refused.text
    assert 'action="/entreprises/ajout?de=00010"' in refused.text
