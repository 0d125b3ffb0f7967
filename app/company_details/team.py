"""Mail to the people of the service about an employer's requests, answers and cancellations."""

from datetime import datetime

from app.access import MemberAccess
from app.mail.outbox import queue_mail


def notify_team(access: MemberAccess, title: str, about: str, now: datetime, text: str = "") -> None:
    """Mail the team that follows the company, else the service. `text`: the words of the employer."""
    recipient = (access.team and access.team.email) or access.portal.settings.service_email
    queue_mail(
        access, "visit_news", recipient, now,
        company=access.company.label, title=title, about=about, text=text, who=access.account.full_name,
        email=access.account.email, on_behalf=access.membership.third_party,
    )  # fmt: skip
