"""Taking a validated declaration up again; asking for a correction when it is too late for that."""

from sqlalchemy.exc import IntegrityError

from app.access import MemberAccess
from app.contributions.filing_service import version_of
from app.contributions.forms import CorrectionAsked
from app.contributions.states import FILED, State
from app.contributions.steps_service import filing_now
from app.employees.service import Moment
from app.errors import Refused
from app.mail import queue_mail
from db.models import AuditKind, DeclarationCorrection


async def reopen(access: MemberAccess, year: int, at: Moment) -> bool:
    """Take a validated declaration up again, while the campaign lasts; its receipt stays good meanwhile.

    False when the campaign is over: then a correction is asked for.
    """
    filing = await filing_now(access, year, at)
    if filing.state == State.CORRECTING:
        return True
    if filing.state != State.FILED or filing.declaration is None:
        return False
    mine = version_of(filing.declaration, filing.version)
    values = {"reopened_at": at.now, "updated_at": at.now, "version": filing.version + 1}
    if await access.change(mine.values(**values)):
        about = f"{year} : rouverte, le reçu {filing.declaration.number} reste valable d’ici là"
        access.trace(AuditKind.DECLARATION_CORRECTED, at.now, about)
    return True


async def ask_correction(access: MemberAccess, year: int, data: CorrectionAsked, at: Moment) -> None:
    """Once the campaign is over: in writing, kept, mailed to the service. The same form twice asks once."""
    filing = await filing_now(access, year, at)
    if filing.declaration is None or filing.state not in FILED:
        raise Refused("Il n’y a rien à corriger : cette déclaration n’est pas validée.", status_code=409)
    asked = DeclarationCorrection(
        company_id=access.company.key, declaration_id=filing.declaration.key, sent_at=at.now,
        account_id=access.account.key, token=data.token, text=data.text,
    )  # fmt: skip
    try:
        async with access.savepoint():
            access.add(asked)
            await access.flush()
    except IntegrityError:
        return
    access.trace(AuditKind.CORRECTION_ASKED, at.now, f"{year}, reçu {filing.declaration.number}")
    queue_mail(
        access, "correction_asked", access.portal.settings.service_contributions_email, at.now,
        text=data.text, year=year, company=access.company.label, number=filing.declaration.number,
        person=access.account.full_name, person_email=access.account.email,
    )  # fmt: skip
