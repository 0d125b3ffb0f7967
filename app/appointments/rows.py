"""The rows that a form about visits makes."""

from datetime import date
from typing import Any

from app.access import MemberAccess
from app.appointments.rules import visit_kind
from app.employees.declared import declared_of, name_of
from app.employees.service import Moment
from app.fields import once_key
from db.models import AppointmentRequest, Employee, RequestMessage, RequestMotive


def request_from(
    access: MemberAccess, motive: RequestMotive, employee: Employee, data: Any, at: Moment, kind: str = ""
) -> AppointmentRequest:
    """`kind`: of the visit, when the motive does not say it."""
    first, back = getattr(data, "stop_from", ""), getattr(data, "back_on", "")
    return AppointmentRequest(
        company_id=access.company.key, employee_id=employee.key, account_id=access.account.key,
        on_behalf=access.membership.third_party, batch=once_key(data), motive=motive,
        kind=visit_kind(motive, kind or employee.due_kind) or "",
        cause=getattr(data, "cause", ""), reason=getattr(data, "reason", ""),
        stop_from=date.fromisoformat(first) if first else None,
        back_on=date.fromisoformat(back) if back else None,
        sent_at=at.now, updated_at=at.now, **wishes_of(data),
    )  # fmt: skip


def wishes_of(data: Any) -> dict[str, Any]:
    centre = getattr(data, "centre", "")
    return {
        "half_days": " ".join(data.half_days),
        "centre_id": int(centre) if centre else None,
        "needs_access": getattr(data, "needs_access", False),
        "interpreter": getattr(data, "interpreter", ""),
    }


def message_from(
    access: MemberAccess, request: AppointmentRequest, text: str, token: str, at: Moment
) -> RequestMessage:
    return RequestMessage(
        company_id=access.company.key, request_id=request.key, account_id=access.account.key,
        token=token, text=text, at=at.now,
    )  # fmt: skip


def named(employee: Employee) -> str:
    return name_of(declared_of(employee))
