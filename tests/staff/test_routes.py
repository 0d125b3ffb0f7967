"""/service: only the service's people see it."""


async def test_members_do_not_even_learn_that_it_exists(alice, clerk):
    assert (await clerk.get("/service")).status_code == 200
    assert (await alice.get("/service")).content == (await alice.get("/servic")).content


async def test_it_counts_companies_and_accounts(clerk):
    page = await clerk.get("/service")
    assert "<dd>4</dd>" in page.text
    assert "Tous les courriels sont partis." in page.text
