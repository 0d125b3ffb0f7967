"""A mandate from the member's IBAN to its paper: signed by a code, seen by the service, ended by either."""

import io
from datetime import date, timedelta

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban

from app.debits.rules import LETTERS, is_usable, lapses_on, read_iban
from db.models import AuditEvent, Mandate, MandateState, OutboxMail, Scheme
from tests.actors import Actor
from tests.debits.steps import FIELDS, MANDATE, THEIRS, code_of, signed
from tests.pages import check
from tests.reading import everything_stored, rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
SERVICE = "/service/prelevements/mandats"


@pytest.mark.usefixtures("our_creditor")
async def test_a_mandate_is_signed_in_two_steps_and_hides_its_account(alice, clerk, portal, world):
    check(await alice.get(MANDATE))
    step = await alice.follow(await alice.fill(MANDATE, **FIELDS))
    check(step)
    assert "alice@ours.example" in step.text
    assert "en vigueur" not in (await alice.get(MANDATE)).text
    code = await code_of(portal)
    page = await alice.follow(await alice.fill(f"{MANDATE}/signature", code=code.upper().replace("-", " ")))
    check(page)
    for words in ("Le mandat est signé", "finissant par <strong>2606</strong>", "00010-2-M1"):
        assert words in page.text, words
    assert THEIRS not in page.text
    assert THEIRS not in await everything_stored(portal)
    (mandate,) = await rows(portal, Mandate)
    assert (mandate.state, mandate.scheme, mandate.signer) == (
        MandateState.ACTIVE,
        Scheme.CORE,
        "Alice Martin",
    )
    paper = await alice.get(f"{MANDATE}/{mandate.id}/pdf")
    with pikepdf.open(io.BytesIO(paper.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr-FR"
    listed = await clerk.get(SERVICE)
    check(listed)
    assert "00010-2-M1" in listed.text
    assert "00010-2-M1" not in (await clerk.get(f"{SERVICE}?adherent=00042")).text
    of_member = await clerk.get(f"{SERVICE}/{mandate.id}")
    check(of_member)
    assert "finit par 2606" in of_member.text
    assert (await clerk.get(f"{SERVICE}/{mandate.id}/pdf")).content.startswith(b"%PDF-")
    mails = [each.template for each in await rows(portal, OutboxMail)]
    assert mails == ["mandate_code", "mandate_changed"]


@pytest.mark.usefixtures("our_creditor")
async def test_the_service_suspends_resumes_and_ends_and_the_member_is_told(alice, clerk, portal, world):
    mandate = await signed(alice, portal)
    path = f"{SERVICE}/{mandate.id}"
    assert "Écrivez pourquoi" in (await clerk.fill(path, to=f"{path}/suspension", why=" ")).text
    page = await clerk.follow(await clerk.fill(path, to=f"{path}/suspension", why="compte clos"))
    check(page)
    assert "suspendu : l’adhérent en est averti" in page.text
    check(await alice.get(MANDATE))
    assert "Suspendu par le service : compte clos" in (await alice.get(MANDATE)).text
    assert (await clerk.fill(path, to=f"{path}/suspension", why="encore")).status_code == 409
    assert "rétabli" in (await clerk.follow(await clerk.fill(path, to=f"{path}/reprise"))).text
    check(await clerk.get(f"{path}/revocation"))
    assert "révoqué" in (await clerk.follow(await clerk.fill(f"{path}/revocation"))).text
    assert "Mandats révoqués" in (await alice.get(MANDATE)).text
    history = (await alice.get("/espace/00010-2/historique")).text
    for words in ("mandat de prélèvement signé", "suspendu", "rétabli", "révoqué"):
        assert words in history, words
    whats = [
        each.context["what"]
        for each in await rows(portal, OutboxMail, OutboxMail.template == "mandate_changed")
    ]
    assert whats == ["mandate_signed", "mandate_suspended", "mandate_resumed", "mandate_revoked"]


@pytest.mark.usefixtures("our_creditor")
async def test_another_account_takes_the_place_of_the_first_and_may_be_revoked(alice, portal, world):
    await signed(alice, portal)
    second = await signed(
        alice, portal, iban="FR7630006000011234567890189"[:0] + "BE68 5390 0754 7034", scheme="B2B"
    )
    first, _ = await rows(portal, Mandate)
    assert (first.state, second.rum, second.iban_last) == (MandateState.REVOKED, "00010-2-M2", "7034")
    check(await alice.get(f"{MANDATE}/revocation"))
    page = await alice.follow(await alice.fill(f"{MANDATE}/revocation"))
    check(page)
    assert "plus rien ne sera prélevé" in page.text
    assert "pas de mandat à révoquer" in (await alice.get(f"{MANDATE}/revocation")).text


@pytest.mark.usefixtures("our_creditor")
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"iban": ""}, "Écrivez l’IBAN"), ({"iban": "12"}, "deux lettres et deux chiffres"),
        ({"iban": "BR1500000000000010932840814P2"}, "hors de la zone SEPA"),
        ({"iban": "FR1420041010050500013M02607"}, "faux ou manque"),
        ({"iban": "FR7630006000011234567890189"}, "le compte du service"),
        ({"agreed": ""}, "Cochez la case"), ({"scheme": "X"}, "Choisissez le type"),
        ({"holder": " "}, "titulaire"),
    ],
)  # fmt: skip
async def test_an_account_that_cannot_be_debited_is_refused_and_stays_typed(alice, portal, changed, words):
    answer = await alice.fill(MANDATE, **FIELDS | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert await rows(portal, Mandate) == []


@pytest.mark.usefixtures("our_creditor")
async def test_a_code_that_is_wrong_old_or_tried_too_often_signs_nothing(
    alice, app, portal, world, time_machine_at
):
    assert "pas de mandat à signer" in (await alice.get(f"{MANDATE}/signature")).text
    await alice.fill(MANDATE, **FIELDS)
    first = await code_of(portal)
    again = await alice.follow(await alice.fill(f"{MANDATE}/signature", to=f"{MANDATE}/code"))
    assert "Un nouveau code est parti" in again.text
    old = await alice.fill(f"{MANDATE}/signature", code=first)
    assert (old.status_code, "n’est pas le bon" in old.text) == (422, True)
    for _ in range(4):
        await alice.fill(f"{MANDATE}/signature", code="aaaa-bbbb")
    refused = await alice.fill(f"{MANDATE}/signature", code=await code_of(portal))
    assert refused.status_code == 429
    assert "Trop d’essais" in refused.text
    time_machine_at.shift(timedelta(hours=2))
    await alice.signed_in(world.alice)
    late = await alice.fill(f"{MANDATE}/signature", code=await code_of(portal))
    assert "n’est plus valable" in late.text
    assert [each.state for each in await rows(portal, Mandate)] == [MandateState.DRAFT]
    assert not [each for each in await rows(portal, AuditEvent) if each.kind.startswith("mandate")]


async def test_without_the_service_s_identifier_nothing_is_offered(alice, portal):
    page = await alice.get(MANDATE)
    check(page)
    assert "ne propose pas le prélèvement" in page.text
    answer = await alice.fill("/deconnexion", to=MANDATE, **FIELDS)
    assert "ne propose pas encore le prélèvement" in answer.text


@pytest.mark.usefixtures("our_creditor")
async def test_what_was_agreed_outlives_a_renewed_mandate(alice, clerk, portal):
    """The notice is agreed between creditor and debtor (EPC016-06), whatever the mandate."""
    page = f"{SERVICE}/{(await signed(alice, portal)).id}"
    await clerk.fill(page, to=f"{page}/preavis", notice_days="5")
    renewed = await signed(alice, portal, scheme="B2B")
    assert (renewed.rum, renewed.state, renewed.notice_days) == ("00010-2-M2", MandateState.ACTIVE, 5)
    assert "5 jours, comme convenu" in (await clerk.get(f"{SERVICE}/{renewed.id}")).text
    await alice.fill(f"{MANDATE}/revocation")
    assert (await signed(alice, portal)).notice_days is None, "ended, then begun anew: nothing is agreed"


@pytest.mark.usefixtures("our_creditor")
async def test_mandates_of_other_teams_are_not_there(alice, app, portal, world):
    mandate = await signed(alice, portal)
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as actor:
        other = await a_colleague(actor, portal, ["comptabilite"], teams=[theirs])
        assert "00010-2-M1" not in (await other.get(SERVICE)).text
        for page in ("", "/pdf", "/revocation"):
            assert (await other.get(f"{SERVICE}/{mandate.id}{page}")).status_code == 404


@given(st.integers(0, 99_999), st.integers(0, 99_999), st.text("0123456789ABZMKS", min_size=11, max_size=11))
@settings(max_examples=30)
def test_only_the_right_rib_key_is_taken(bank, branch, account):
    """Every other key is refused, although its IBAN has good check digits of its own."""
    digits = int(account.translate(LETTERS))
    key = 97 - (89 * bank + 15 * branch + 3 * digits) % 97
    for tried in (key, key % 97 + 1):
        bare = f"{bank:05}{branch:05}{account}{tried:02}"
        number = f"FR{iban.calc_check_digits(f'FR00{bare}')}{bare}"
        if tried == key:
            assert read_iban(number) == number
        else:
            with pytest.raises(ValueError, match="clé RIB"):
                read_iban(number)


def test_a_mandate_that_is_not_used_for_three_years_is_worth_nothing():
    mandate = Mandate(
        company_id=1, account_id=1, rum="M", scheme=Scheme.CORE, state=MandateState.ACTIVE, holder="H",
        signer="S", iban_sealed=b"", iban_last="0189", alive_on=date(2026, 3, 2),
    )  # fmt: skip
    assert lapses_on(mandate) == date(2029, 3, 2)
    assert is_usable(mandate, date(2029, 3, 1))
    assert not is_usable(mandate, date(2029, 3, 2))
