"""Invoices on their way, and messages about them."""

from app import clock
from app.platform.work import listen, plan
from db.models import Company, PlatformFlow
from tests.invoices.steps import an_invoice
from tests.reading import rows

SIRET = "73282932000074"
WAY = "/service/plateforme"


async def with_siret(portal, company, **more):
    async with portal.database.transaction(write=True) as session:
        row = await session.get(Company, company.id)
        for name, value in ({"siret": SIRET} | more).items():
            setattr(row, name, value)


async def some_invoices(portal, world, *numbers, **more):
    """Of the site, which has a SIRET, with their flows."""
    await with_siret(portal, world.site)
    made = [await an_invoice(portal, world, number, **more) for number in numbers]
    await planned(portal)
    return made


async def planned(portal):
    while await plan(portal, clock.now()):
        pass


async def sent(portal, courier):
    """All that is due."""
    while await courier.send_some(portal, clock.now()):
        pass


async def heard(portal, courier):
    await listen(portal, courier.platform)


async def flows(portal, *where):
    return sorted(await rows(portal, PlatformFlow, *where), key=lambda each: each.id)


def a_message(number, status, at="20260302103000", code="", reason="", seller="123456782"):
    """A message of an invoice's life as a buyer's platform writes it."""
    names = "urn:un:unece:uncefact:data:standard:"
    told = f"<ram:ReasonCode>{code}</ram:ReasonCode><ram:Reason>{reason}</ram:Reason>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="{names}CrossDomainAcknowledgementAndResponse:100"
 xmlns:ram="{names}ReusableAggregateBusinessInformationEntity:100" xmlns:udt="{names}UnqualifiedDataType:100">
<rsm:AcknowledgementDocument><ram:TypeCode>23</ram:TypeCode><ram:IssueDateTime>
<udt:DateTimeString format="204">{at}</udt:DateTimeString></ram:IssueDateTime>
<ram:ReferenceReferencedDocument><ram:IssuerAssignedID>{number}</ram:IssuerAssignedID>
<ram:ProcessConditionCode>{status}</ram:ProcessConditionCode>
<ram:IssuerTradeParty><ram:GlobalID schemeID="0002">{seller}</ram:GlobalID></ram:IssuerTradeParty>
<ram:SpecifiedDocumentStatus>{told if code or reason else ""}<ram:SequenceNumeric>1</ram:SequenceNumeric>
</ram:SpecifiedDocumentStatus></ram:ReferenceReferencedDocument></rsm:AcknowledgementDocument>
</rsm:CrossDomainAcknowledgementAndResponse>""".encode()
