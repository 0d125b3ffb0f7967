"""What an employer asks, answers or gives back reaches the people of the service, by mail."""

from datetime import datetime

from app.access import MemberAccess
from app.company_details.queries import team_of
from app.mail import queue_mail


async def tell_team(access: MemberAccess, title: str, about: str, now: datetime, text: str = "") -> None:
    """To the team that follows the company, else to the service. `text`: what the employer wrote."""
    team = await team_of(access)
    recipient = team.email if team and team.email else access.portal.settings.service_email
    queue_mail(
        access, "visit_news", recipient, now,
        company=access.company.label, title=title, about=about, text=text, who=access.account.full_name,
        email=access.account.email, on_behalf=access.membership.third_party,
    )  # fmt: skip
