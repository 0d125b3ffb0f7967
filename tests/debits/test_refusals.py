"""What a bank refuses: read from its file, looked at, recorded once, its member told."""

from datetime import timedelta

import pytest

from app.debits.returns import WrongReturn, read_returns, reason_words
from db.models import (
    AuditEvent,
    Debit,
    DebitFile,
    DebitReturn,
    DebitState,
    Mandate,
    MandateState,
    OutboxMail,
    Payment,
)
from tests.actors import Actor
from tests.debits.steps import signed
from tests.debits.test_runs import INVOICES, announced, filed, work
from tests.invoices.steps import IBAN, an_invoice
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at", "our_creditor")  # Monday 2 March 2026
HOME = "/service/prelevements/retours"


def status(*reasons, group="", message="M", batch=""):
    """A pain.002: (reference, code) of each debit, or the state of the whole."""
    each = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for reference, code in reasons
    )
    whole = f"<GrpSts>{group}</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>" if group else ""
    state = "<PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>AG01</Cd></Rsn></StsRsnInf>" if batch else ""
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt>"
        "<GrpHdr><CreDtTm>2026-03-17T08:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>{whole}</OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId>{state}{each}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def notice(reference, code, iban=IBAN, kind="camt.054.001.08", sign="DBIT"):
    part, report = ("Stmt", "BkToCstmrStmt") if "053" in kind else ("Ntfctn", "BkToCstmrDbtCdtNtfctn")
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:{kind}'><{report}><{part}>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct><Ntry><Amt Ccy='EUR'>120.00</Amt>"
        f"<CdtDbtInd>{sign}</CdtDbtInd><BookgDt><Dt>2026-03-18</Dt></BookgDt><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>{reference}</EndToEndId></Refs><RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls>"
        f"</NtryDtls></Ntry></{part}></{report}></Document>"
    ).encode()


async def send(clerk, content, name="rejets.xml"):
    token = await clerk.token(HOME)
    return await clerk.post(HOME, data={"csrf": token}, files={"fichier": (name, content, "text/xml")})


@pytest.fixture
async def at_the_bank(alice, clerk, portal, world, time_machine_at):
    """Two invoices of one mandate, filed and paid on their day."""
    await signed(alice, portal)
    made = [await an_invoice(portal, world, f"F2026-{place}") for place in (1, 2)]
    run = await announced(clerk, portal)
    await filed(clerk, portal, run)
    await clerk.fill(run, to=f"{run}/fichier/CORE")
    time_machine_at.shift(timedelta(days=15))
    await work(portal)
    await clerk.signed_in(world.clerk)
    await alice.signed_in(world.alice)
    return made


async def test_a_debit_refused_is_due_again_and_its_member_is_told(at_the_bank, alice, clerk, portal, world):
    check(await clerk.get(HOME))
    answer = await send(clerk, status(("F2026-1-P1", "AM04"), ("AILLEURS-1", "AC04")))
    page = await clerk.follow(answer)
    check(page)
    for words in ("provision insuffisante", "inconnu du portail", "Enregistrer 1 refus"):
        assert words in page.text, words
    path = answer.headers["location"]
    assert len(await rows(portal, Payment, Payment.reference.in_(["F2026-1-P1", "F2026-2-P1"]))) == 2
    done = await clerk.follow(await clerk.fill(path))
    check(done)
    assert "et les adhérents prévenus" in done.text
    left = await rows(portal, Payment, Payment.reference.in_(["F2026-1-P1", "F2026-2-P1"]))
    assert [each.reference for each in left] == ["F2026-2-P1"]
    theirs = await alice.get(f"{INVOICES}/{at_the_bank[0].key}")
    assert "reste à payer : <strong>120,00 €</strong>" in theirs.text
    (mail,) = await rows(portal, OutboxMail, OutboxMail.template == "debit_refused")
    assert (mail.context["why"], mail.context["is_suspended"]) == ("provision insuffisante", False)
    assert "prélèvement refusé par la banque" in (await alice.get("/espace/00010-2/historique")).text
    assert [each.state for each in await rows(portal, Mandate)] == [MandateState.ACTIVE]
    # The same file, and another that says the same, change nothing.
    before = await rows(portal, Debit), await rows(portal, Payment), await rows(portal, AuditEvent)
    again = await send(clerk, status(("F2026-1-P1", "AM04"), ("AILLEURS-1", "AC04")), "autre.xml")
    assert again.headers["location"] == f"{path}?fait=deja"
    assert (await clerk.fill("/deconnexion", to=path)).status_code == 409
    other = await clerk.follow(await send(clerk, notice("F2026-1-P1", "AM04")))
    assert "Rien n’est à enregistrer" in other.text
    assert (await rows(portal, Debit), await rows(portal, Payment), await rows(portal, AuditEvent)) == before
    assert len(await rows(portal, DebitReturn)) == 2


@pytest.mark.parametrize("kind", ["camt.054.001.08", "camt.053.001.02"])
async def test_a_closed_account_suspends_its_mandate(at_the_bank, alice, clerk, portal, kind):
    answer = await send(clerk, notice("F2026-2-P1", "AC04", kind=kind))
    await clerk.fill(answer.headers["location"])
    (mandate,) = await rows(portal, Mandate)
    assert (mandate.state, mandate.why) == (MandateState.SUSPENDED, "compte clos")
    page = await alice.get("/espace/00010-2/factures/prelevement")
    assert "Suspendu par le service : compte clos" in page.text
    assert "mandat suspendu" in (await clerk.get("/service/prelevements/nouvelle?collect_on=02/04/2026")).text
    debit = next(each for each in await rows(portal, Debit) if each.code)
    assert (debit.state, debit.code, debit.ended_on.isoformat()) == (DebitState.REFUSED, "AC04", "2026-03-18")


@pytest.mark.parametrize("whole", ["group", "batch"])
async def test_a_file_or_a_batch_refused_whole_refuses_each_of_its_debits(at_the_bank, clerk, portal, whole):
    (file,) = await rows(portal, DebitFile)
    if whole == "group":
        content = status(group="RJCT", message=file.message_id)
    else:
        from app.debits.runs import content_of

        batch = content_of(portal, file).partition(b"<PmtInfId>")[2].partition(b"<")[0].decode()
        content = status(message=file.message_id, batch=batch)
    answer = await send(clerk, content)
    await clerk.fill(answer.headers["location"])
    refused = [each for each in await rows(portal, Debit) if each.state == DebitState.REFUSED]
    assert len(refused) == (2 if whole == "group" else 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"bonjour", "pain.002 ou camt.054"), (b"", "vide"), (status(("A", "AM04"))[:300], "coupé ou abîmé"),
        (b"<a/>", "ni un pain.002"), (notice("A", "AC04", iban="FR00"), "n’est pas celui du compte"),
        (notice("A", "AC04", sign="CRDT"), "ne refuse aucun"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "type de document"),
        (status(("A", "AM04")).decode().encode("utf-16"), "pas un retour"),
        (b"<" + b"a" * 10_000_001, "dépasse 10 Mo"),
    ],
    ids=["words", "empty", "cut", "xml", "account", "credit", "doctype", "utf16", "large"],
)  # fmt: skip
async def test_what_is_no_refusal_of_ours_is_refused_in_words(clerk, portal, world, content, words):
    answer = await send(clerk, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert await rows(portal, DebitReturn) == []


async def test_refusals_are_for_those_who_work_for_all_teams(app, portal, world):
    mine, _ = await two_teams(portal, world)
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["comptabilite"], teams=[mine])
        assert (await actor.get(HOME)).status_code == 403


def test_reasons_are_in_plain_french():
    assert reason_words("MD01") == "mandat inconnu, ou révoqué auprès de la banque"
    assert (reason_words("ZZ99"), reason_words("")) == ("raison ZZ99", "raison non précisée par la banque")
    (one,) = read_returns(notice("R1", ""), IBAN)
    assert (one.reference, one.code) == ("R1", "")
    with pytest.raises(WrongReturn, match="coupé"):
        read_returns(notice("R1", "AC04").replace(b"2026-03-18", b"hier"), IBAN)
