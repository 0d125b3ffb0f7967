"""/service/personnes/…: the acts on somebody's access, and looking at a company through their eyes."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.members import staff
from app.members.asking import Question, asked
from app.members.queries import person_of
from app.staff_rights import StaffRight
from app.text.fields import Input
from app.web.caller import Caller
from app.web.forms import Form
from app.web.pages import see
from app.web.signatures import Request, Staff, get, post
from db.models import Account, Company, Membership

PERSON = "/service/personnes/{account_id:int}"
LOOK = "/service/vue/{membership_id:int}"


def _person_question(account: Account, title: str, lead: str, button: str) -> Question:
    return Question(f"{title} : {account.full_name}", [lead], button)


async def _act_on_person(
    request: Request, access: StaffAccess, account_id: int, words: tuple[str, str, str],
    act: Callable[[Account], Awaitable[Any]] | None, done: str,
) -> Response[Any]:  # fmt: skip
    account = await person_of(access, account_id)
    form: Form[Any] = Form()
    if act:
        form = await Form.attempted(request, access, Input, lambda _: act(account))
        if not form.errors:
            return see(request, "members.person", query={"fait": done}, account_id=account_id)
    back = (account.full_name, f"/service/personnes/{account_id}")
    return asked(_person_question(account, *words), form, back)


_AGAIN = (
    "Renvoyer l’accès",
    "Un nouveau mot de passe part à qui n’est jamais entré, à tout autre un lien pour en changer.",
    "Envoyer le courriel",
)
_UNBLOCK = ("Débloquer le compte", "Les mots de passe faux d’aujourd’hui ne comptent plus.", "Débloquer")


@get(f"{PERSON}/acces", right=StaffRight.MEMBERS)
async def access_again(request: Request, access: Staff, account_id: FromPath[int]) -> Response[Any]:
    return await _act_on_person(request, access, account_id, _AGAIN, None, "")


@post(f"{PERSON}/acces", right=StaffRight.MEMBERS)
async def send_access_again(request: Request, access: Staff, account_id: FromPath[int]) -> Response[Any]:
    return await _act_on_person(
        request, access, account_id, _AGAIN,
        lambda account: staff.send_access_again(access, account, clock.now()), "acces",
    )  # fmt: skip


@get(f"{PERSON}/deblocage", right=StaffRight.MEMBERS)
async def unblocking(request: Request, access: Staff, account_id: FromPath[int]) -> Response[Any]:
    return await _act_on_person(request, access, account_id, _UNBLOCK, None, "")


@post(f"{PERSON}/deblocage", right=StaffRight.MEMBERS)
async def unblock(request: Request, access: Staff, account_id: FromPath[int]) -> Response[Any]:
    return await _act_on_person(
        request, access, account_id, _UNBLOCK,
        lambda account: staff.unblock(access, account, clock.now()), "debloque",
    )  # fmt: skip


# Through the eyes of one of its people, reading only.


def _looking_question(account: Account, company: Company) -> Question:
    return Question(
        f"Voir comme {account.full_name}",
        [
            f"Vous verrez l’espace de {company.label} comme cette personne, sans rien pouvoir y écrire.",
            "L’historique de l’entreprise le dira.",
        ],
        "Voir comme cette personne",
    )


async def _looked_through(access: StaffAccess, membership_id: int) -> tuple[Membership, Account, Company]:
    membership = await access.get(Membership, membership_id)
    account = await person_of(access, membership.account_id)
    return membership, account, await access.get(Company, membership.company_id)


@get(LOOK, right=StaffRight.MEMBERS)
async def looking(access: Staff, membership_id: FromPath[int]) -> Response[Any]:
    _, account, company = await _looked_through(access, membership_id)
    back = (account.full_name, f"/service/personnes/{account.key}")
    return asked(_looking_question(account, company), Form(), back)


@post(LOOK, right=StaffRight.MEMBERS)
async def look(request: Request, access: Staff, membership_id: FromPath[int]) -> Response[Any]:
    membership, account, company = await _looked_through(access, membership_id)
    token = Caller.of(request).session_token
    form = await Form.attempted(
        request, access, Input, lambda _: staff.look_as(access, membership, account, token, clock.now())
    )
    if form.errors:
        back = (account.full_name, f"/service/personnes/{account.key}")
        return asked(_looking_question(account, company), form, back)
    return see(request, "welcome.show", code=company.code)


@get("/service/vue/fin", right=StaffRight.MEMBERS)
async def leaving_the_look(request: Request, access: Staff) -> Response[Any]:  # noqa: ARG001 - the door asks
    return see(request, "members.index")


@post("/service/vue/fin", right=StaffRight.MEMBERS)
async def stop_looking(request: Request, access: Staff) -> Response[Any]:
    """Back to the page of the person whose eyes these were."""
    account_id = await staff.stop_looking(access, Caller.of(request).session_token)
    if account_id:
        return see(request, "members.person", account_id=account_id)
    return see(request, "members.index")


STAFF = [
    access_again, send_access_again, unblocking, unblock, looking, look, leaving_the_look, stop_looking,
]  # fmt: skip
