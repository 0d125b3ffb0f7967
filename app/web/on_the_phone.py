"""The seat at a member's declaration of somebody of the service who fills it on the phone."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app import clock
from app.errors import Forbidden
from app.follow_up.secrecy import keep_health_secret
from app.rights import CALL_ROLES, opens_on_call
from app.security.seat import ActingCall, ActingMembership
from app.sessions import Seat, call_at
from app.staff_rights import StaffRight, staff_rights_of
from app.web.caller import Caller
from app.web.signatures import Request

CALL = (
    "Au téléphone, vous remplissez la déclaration de cet adhérent, et rien d’autre. Terminez l’appel d’abord."
)


async def on_the_phone(request: Request, session: AsyncSession, seat: Seat) -> tuple[Seat, ActingCall | None]:
    """The seat of somebody of the service who declares for this company on the phone, or their own."""
    if seat.membership is not None or seat.company is None:
        return seat, None
    found = await call_at(Caller.of(request).portal.database, session, seat, clock.now())
    if found is None or StaffRight.BILLING not in staff_rights_of(found[1]):
        return seat, None
    if not opens_on_call(request.route_handler.name or ""):
        raise Forbidden(CALL)
    keep_health_secret()  # A motive of health is not said on the phone.
    choice = (seat.company.code, seat.company.name, seat.company.town)
    roles = [role.value for role in CALL_ROLES]
    return seat._replace(membership=ActingMembership(0, roles, False, None), choices=[choice]), found[0]
