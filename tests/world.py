"""Two companies that must never see each other, told with the seeds' verbs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.contact.staff import join_file
from app.employees.declared import all_columns
from app.follow_up.law import DoneVisit
from app.kept_files import store_file
from app.portal import Portal
from db.models import (
    Account,
    AnnualDeclaration,
    AppointmentRequest,
    CareCentre,
    ChangeKind,
    Company,
    DeclarationAnswer,
    DeclarationCorrection,
    Document,
    DocumentKind,
    Employee,
    EmployeeChange,
    EmployeeImport,
    ImportLine,
    ImportState,
    Inquiry,
    InquiryMessage,
    InquiryTheme,
    Invoice,
    InvoiceKind,
    LineKind,
    Payment,
    RequestMessage,
    RequestMotive,
    Tariff,
    VisitKind,
)
from db.seeds.world import World

PASSWORD = "cheval agrafe pile correcte"
NUMBER, OTHER_NUMBER = "2022000109", "2022000422"
# Words that only their own members may ever read.
OURS, THEIRS = "BRIEUC-marque-7f3a", "Conserverie-marque-91cc"


@dataclass(frozen=True, slots=True)
class TwoCompanies:
    """`alice` and `bob` act for `ours`, `charlie` for `theirs`; `clerk` is the service's."""

    ours: Company
    site: Company
    theirs: Company
    alice: Account
    bob: Account
    charlie: Account
    clerk: Account
    employee: Employee
    their_employee: Employee


async def add_world(portal: Portal) -> TwoCompanies:
    hashed = await portal.passwords.hashed(PASSWORD)
    key = portal.keys.declarant_key
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        ours = await world.a_company("00010", OURS, key=key("00010", NUMBER), town="Saint-Brieuc")
        site = await world.a_company("00010-2", OURS, key=key("00010-2", NUMBER), town="Paimpol")
        dinan = await world.a_company("00010-5", OURS, key=key("00010-5", NUMBER), town="Dinan")
        theirs = await world.a_company("00042", THEIRS, key=key("00042", OTHER_NUMBER), town="Paimpol")
        alice = await world.an_account("alice@ours.example", "Alice", "Martin", password_hash=hashed)
        bob = await world.an_account("bob@ours.example", "Bob", "Durand", password_hash=hashed)
        charlie = await world.an_account("charlie@theirs.example", "Charlie", "Petit", password_hash=hashed)
        clerk = await world.an_account("clerk@service.example", "Claude", "Riou", password_hash=hashed)
        await world.acts_for(alice, ours, site, dinan)
        await world.acts_for(bob, ours)
        await world.acts_for(charlie, theirs)
        (await world.a_staff_member(clerk)).digest_off_at = world.now  # a letter less in every mailbox
        centre = await world.a_centre("Centre de la Baie")
        employee = await somebody(world, ours, OURS, alice)
        their_employee = await somebody(world, theirs, THEIRS, charlie)
        await an_appointment(world, ours, centre, employee, OURS, alice)
        await an_inquiry(world, portal, ours, employee, OURS, alice)
        await an_inquiry(world, portal, theirs, their_employee, THEIRS, charlie)
        await an_appointment(world, theirs, centre, their_employee, THEIRS, charlie)
        for company, marker in ((ours, OURS), (theirs, THEIRS)):
            await an_invoice(world, company, marker)
            await a_document(world, company, marker, portal)
        await the_tariffs(world)
        await declarations(world, ours, employee, OURS, alice)
        await declarations(world, theirs, their_employee, THEIRS, charlie)
    return TwoCompanies(ours, site, theirs, alice, bob, charlie, clerk, employee, their_employee)


async def somebody(world: World, company: Company, marker: str, account: Account) -> Employee:
    """An employee named by the marker, with all that an employee may have: a visit, a change, a file."""
    fields = {"birth_name": marker, "first_names": "Jean", "birth_on": "1980-01-31", "entry_on": "2020-01-06"}
    seen = [DoneVisit(VisitKind.VIP_INITIAL, date(2026, 1, 20))]
    employee = await world.an_employee(
        company, all_columns(fields | {"contract": "cdi", "job_title": "Soudeur"}, seen)
    )
    await world.a_visit(employee, VisitKind.VIP_INITIAL, date(2026, 1, 20), professional=f"Dr {marker}")
    mine = {"company_id": company.key, "employee_id": employee.key, "about": marker}
    change = EmployeeChange(
        kind=ChangeKind.CORRECTED, before={"phone": ""}, after={"phone": marker}, at=world.now, **mine
    )
    imported = EmployeeImport(
        company_id=company.key, account_id=account.key, state=ImportState.READY, source="tableur",
        columns=[[marker, "birth_name"]], created_at=world.now, touched_at=world.now,
    )  # fmt: skip
    world.session.add_all([change, imported])
    await world.session.flush()
    world.session.add(ImportLine(import_id=imported.key, line=2, kind=LineKind.CHANGED, words=marker, **mine))
    return employee


async def an_appointment(
    world: World, company: Company, centre: CareCentre, employee: Employee, marker: str, account: Account
) -> None:
    """A slot that waits for its answer, and a request with what was said about it."""
    far = datetime(2099, 3, 2, 9, 0, tzinfo=UTC)
    await world.a_slot(
        company, centre, far, professional=f"Dr {marker}", employee_id=employee.key, kind=VisitKind.VIP
    )
    mine = {"company_id": company.key, "account_id": account.key}
    request = AppointmentRequest(
        employee_id=employee.key, batch=f"lot-{company.code}", motive=RequestMotive.EMPLOYER,
        kind=VisitKind.EMPLOYER, reason=marker, sent_at=world.now, updated_at=world.now, **mine,
    )  # fmt: skip
    world.session.add(request)
    await world.session.flush()
    said = RequestMessage(request_id=request.key, token="un-jeton", text=marker, at=world.now, **mine)
    world.session.add(said)


async def an_inquiry(
    world: World, portal: Portal, company: Company, employee: Employee, marker: str, account: Account
) -> None:
    """A message to the service about somebody, with a file that holds the marker, not answered yet."""
    mine = {"company_id": company.key, "account_id": account.key}
    file = await store_file(portal.storage, f"{marker}.pdf", f"%PDF-1.7 {marker}".encode())
    inquiry = Inquiry(
        theme=InquiryTheme.OTHER, subject=marker, employee_id=employee.key, token="un-jeton",
        created_at=world.now, updated_at=world.now, **mine,
    )  # fmt: skip
    world.session.add(inquiry)
    await world.session.flush()
    said = InquiryMessage(inquiry_id=inquiry.key, token="un-jeton", text=marker, at=world.now, **mine)
    join_file(said, file)
    world.session.add(said)


async def an_invoice(world: World, company: Company, marker: str) -> None:
    """Of 120 €, half of which was paid."""
    invoice = Invoice(
        company_id=company.key, number=f"F2026-{company.code}", kind=InvoiceKind.CONTRIBUTION, title=marker,
        issued_on=date(2026, 1, 5), due_on=date(2099, 2, 4), net_cents=10_000, vat_cents=2_000,
        total_cents=12_000, created_at=world.now,
        lines=[{"label": marker, "quantity": 1, "unit_cents": 10_000, "net_cents": 10_000}],
    )  # fmt: skip
    world.session.add(invoice)
    await world.session.flush()
    world.session.add(
        Payment(
            company_id=company.key, invoice_id=invoice.key, paid_on=date(2026, 1, 20), cents=6_000,
            method="virement", reference=marker, created_at=world.now,
        )
    )  # fmt: skip


async def a_document(world: World, company: Company, marker: str, portal: Portal) -> None:
    """Deposited, and still on the list."""
    content = b"%PDF-1.7 " + marker.encode()
    document = Document(
        company_id=company.key, kind=DocumentKind.OTHER, title=marker, search_key=f" {marker.lower()}",
        file_name=f"{marker}.pdf", media_type="application/pdf", size=len(content),
        sha256=await portal.storage.keep(content), series=marker, token=marker, created_at=world.now,
    )  # fmt: skip
    world.session.add(document)


async def the_tariffs(world: World) -> None:
    """A campaign that never ends, of 2026, and one that is over."""
    grid = {"kind": "flat", "cents": 11_600}
    for year, closes_on in ((2025, date(2025, 2, 15)), (2026, date(2099, 2, 15))):
        rules = {"reference_on": f"{year}-01-01", "grid": grid}
        world.session.add(Tariff(year=year, opens_on=date(year, 1, 5), closes_on=closes_on, rules=rules))
    await world.session.flush()


async def declarations(
    world: World, company: Company, employee: Employee, marker: str, account: Account
) -> None:
    """One under way; one that was validated, with a correction that was asked for."""
    mine = {"company_id": company.key, "started_at": world.now, "updated_at": world.now}
    mine |= {"updated_by": account.key}
    contact = {"contact_name": marker, "contact_email": f"{marker}@ours.example", "contact_phone": ""}
    begun = AnnualDeclaration(year=2026, typed={"entreprise": contact}, **mine)
    counts = {"SI": 1, "SIA": 0, "SIR": 0, "left": 0, "new": 0}
    line = {"label": marker, "quantity": 1, "unit_cents": 11_600, "net_cents": 11_600, "reason": marker}
    amount = {"net_cents": 11_600, "vat_cents": 2_320, "total_cents": 13_920}
    number = f"D2025-{company.code}"
    receipt = {
        "number": number, "year": 2025, "code": company.code, "company": marker, "siret": "",
        "reference": "2025-01-01", "counts": counts, "headcount": 1, "nobody_left": False, "lines": [line],
        "submitted_at": "2025-02-01T09:00:00+00:00", "submitted_by": marker, "on_behalf": False,
        "is_late": False, **amount,
    }  # fmt: skip
    filed = AnnualDeclaration(
        year=2025, typed={"entreprise": contact}, headcount=1, counts=counts, lines=[line], number=number,
        receipt=receipt, submitted_at=world.now, submitted_by=account.key, **amount, **mine,
    )  # fmt: skip
    world.session.add_all([begun, filed])
    await world.session.flush()
    world.session.add(
        DeclarationAnswer(
            company_id=company.key, declaration_id=begun.key, employee_id=employee.key, counts=True
        )
    )
    world.session.add(
        DeclarationCorrection(
            company_id=company.key, declaration_id=filed.key, account_id=account.key, token="un-jeton",
            text=marker, sent_at=world.now,
        )
    )  # fmt: skip
    await world.session.flush()
