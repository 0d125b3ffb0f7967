"""/service/adherents/…/facturation: how a member's invoices go, and why they bear no VAT."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.invoices.views import BUYER_WORDS
from app.members import staff
from app.members.asking import Field, Question, asked
from app.members.forms import Billing
from app.members.life import MEMBER
from app.members.queries import member_of
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, see
from app.web.signatures import Request, Staff, get, post
from db.models import Company


@get(f"{MEMBER}/facturation", right=StaffRight.BILLING)
async def billing(access: Staff, code: FromPath[str]) -> Response[Any]:
    company = await member_of(access, code)
    typed = {"buyer_kind": company.buyer_kind, "vat_exemption": company.vat_exemption}
    return _billing_page(company, Form(typed))


@post(f"{MEMBER}/facturation", right=StaffRight.BILLING)
async def change_billing(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    company = await member_of(access, code)

    async def change(data: Billing) -> None:
        await staff.change_billing(access, company, data.buyer_kind, data.vat_exemption, clock.now())

    form = await Form.attempted(request, access, Billing, change)
    if form.errors:
        return _billing_page(company, form)
    return see(request, "members.show", query={"fait": "facturation"}, code=code)


def _billing_page(company: Company, form: Form[Any]) -> Page:
    fields = [
        Field("buyer_kind", "Cet adhérent est", "choice", BUYER_WORDS),
        Field(
            "vat_exemption", "Pourquoi ses factures sont sans TVA",
            hint="L’article de loi, imprimé sur ses factures ; rien quand elles portent la TVA",
        ),
    ]  # fmt: skip
    lead = [
        "Cela dit au service par où partent ses prochaines factures ; celles déjà émises ne changent pas.",
        "Une association paie la TVA comme une entreprise, même quand elle n’y est pas assujettie.",
    ]
    question = Question(f"Facturation : {company.label}", lead, "Enregistrer", fields)
    return asked(question, form, (company.label, f"/service/adherents/{company.code}"))


STAFF = [billing, change_billing]
