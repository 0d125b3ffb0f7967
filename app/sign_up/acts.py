"""Rules of the account's opening. Nothing about the company is shown until the mailbox is proven.

A sign-up corrects only what it wrote down as its own: the flow names the account that it created, and its
memberships carry its mark. Being recent or not yet opened proves nothing. An address mistyped as that of an
account that was there keeps the company that it was given, and its administrators are notified. Revisit when
the company approves each sign-up.

A code closed by too many guesses opens by a link to the contact on file. Asking for it with wrong numbers
answers the same and counts for the network alone, so nobody can close this way too. Revisit when contacts are
often out of date.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select

from app.access import VisitorAccess
from app.companies.acts import companies_opened_by, contact_of, link_company
from app.errors import NotFound, Refused
from app.mail.outbox import may_leave, new_seed, queue_mail
from app.security.keys import fingerprint
from app.security.throttle import TooMany, count_among
from app.sign_in.flows import flow_of, start_flow
from app.sign_up.forms import NewAccount
from app.text import formats
from app.voiding import Act, mail_reserved, undo_to, void
from db.models import Account, AuditKind, Company, Invitation, Membership, SignInFlow, StaffMember

MAILS_A_FLOW = 4
BETWEEN_MAILS = timedelta(minutes=1)


async def company_of_flow(access: VisitorAccess, flow: SignInFlow) -> Company:
    company = await access.first(select(Company).where(Company.id == flow.company_id))
    if company is None:
        raise NotFound
    return company


async def open_account(access: VisitorAccess, flow: SignInFlow, entry: NewAccount, now: datetime) -> None:
    """Create the account, or link the company to the one that this address has: the same screen, another
    mail.

    A second passage of the same flow corrects the address of the account that it created itself.
    """
    if (
        flow.account_id
        and flow.email == entry.email
        and flow.mailed_at
        and now - flow.mailed_at < BETWEEN_MAILS
    ):
        return  # the button was pressed twice
    company = await company_of_flow(access, flow)
    if flow.mails_sent >= MAILS_A_FLOW:
        raise Refused(
            "Trop de courriels sont déjà partis. Recommencez avec votre code adhérent.", status_code=429
        )
    account = await _account_for(access, flow, company, entry, now)
    flow.email, flow.account_id = entry.email, account.key
    if account.email == entry.email:
        third_party, sign_up = entry.third_party, flow.token_hash
        await link_company(access, account, company, now, third_party=third_party, sign_up=sign_up)
    await _mail_access(access, flow, account, company, now)


async def send_again(access: VisitorAccess, flow: SignInFlow, now: datetime) -> None:
    """Send the same mail once more, a minute later at the earliest."""
    if flow.mails_sent >= MAILS_A_FLOW:
        raise Refused("Trop de courriels sont déjà partis. Vérifiez l’adresse et vos courriers indésirables.")
    if flow.mailed_at and now - flow.mailed_at < BETWEEN_MAILS:
        raise Refused("Le courriel vient de partir. Attendez une minute avant d’en demander un autre.")
    account = await access.first(select(Account).where(Account.id == flow.account_id))
    if account is None:
        raise NotFound
    await _mail_access(access, flow, account, await company_of_flow(access, flow), now)


async def _account_for(
    access: VisitorAccess, flow: SignInFlow, company: Company, entry: NewAccount, now: datetime
) -> Account:
    """The account of this address: the one that the flow created, corrected; a new one; or the existing one,
    which is not touched (the address may also be about to go back to it).
    """
    existing = await _locked_account(access, flow, entry.email)
    own = await _own_account(access, flow)
    if existing is None and (reserved := await undo_to(access, entry.email, now)):
        await _take_back(access, flow, own, now)
        return reserved[1]
    if own is not None and (existing is None or existing.key == own.key):
        for name, value in entry.of_account().items():
            setattr(own, name, value)
        await void(access, own, Act.SIGN_UP_CORRECTED, now)
        return own
    if existing is None or existing.key != flow.created_account_id:
        await _take_back(access, flow, own, now)
    if existing is not None:
        await _count_on(access, existing, company, flow)
        return existing
    account = access.add(Account(**entry.of_account(), created_at=now))
    await access.flush()
    flow.created_account_id = account.key
    access.record(AuditKind.ACCOUNT_CREATED, now, account.key, company.key)
    return account


async def _locked_account(access: VisitorAccess, flow: SignInFlow, email: str) -> Account | None:
    """The account of this address, which nobody gives another until our commit; nor the one that the flow
    created. Both by one statement in the order of their numbers: two people who each type the other's address
    wait for one another and not for ever.
    """
    ours = (col(Account.email) == email) | (col(Account.id) == flow.created_account_id)
    held = await access.all(select(Account).where(ours).order_by(col(Account.id)).with_for_update())
    return next((each for each in held if each.email == email), None)


async def _own_account(access: VisitorAccess, flow: SignInFlow) -> Account | None:
    """The account that this flow created, as long as it is nobody's: never opened, nothing in it but what the
    flow put there, and nobody else who counts on it.
    """
    if flow.created_account_id is None:
        return None
    # It is locked already (`_locked_account`): who opened or joined it meanwhile was waited for and is seen.
    created = select(Account).where(Account.id == flow.created_account_id, _is_unopened())
    others = select(Membership.id).where(
        Membership.account_id == Account.id, Membership.sign_up != flow.token_hash
    )
    staff = select(StaffMember.id).where(StaffMember.account_id == Account.id)
    invited = select(Invitation.id).where(
        Invitation.email == Account.email,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.cancelled_at).is_(None),
    )
    return await access.first(created.where(~others.exists(), ~staff.exists(), ~invited.exists()))


def _is_unopened() -> ColumnElement[bool]:
    return col(Account.first_signed_in_at).is_(None) & col(Account.password_hash).is_(None)


async def _take_back(access: VisitorAccess, flow: SignInFlow, own: Account | None, now: datetime) -> None:
    """The address first typed was a stranger's: what this flow gave to it, and nothing else, is taken back
    until that stranger opens it.
    """
    if own is not None:
        await void(access, own, Act.SIGN_UP_CORRECTED, now)
    unopened = select(Account.id).where(Account.id == flow.created_account_id, _is_unopened())
    ours = col(Membership.account_id).in_(unopened) & (col(Membership.sign_up) == flow.token_hash)
    await access.change(delete(Membership).where(ours))


async def _count_on(access: VisitorAccess, account: Account, company: Company, flow: SignInFlow) -> None:
    """Take over a company that another flow had given too: that flow takes it back no more."""
    companies = select(Company.id).where(companies_opened_by(company))
    given = update(Membership).where(
        col(Membership.account_id) == account.key,
        col(Membership.company_id).in_(companies),
        col(Membership.sign_up) != "",
    )
    await access.change(given.values(sign_up=flow.token_hash))


async def _mail_access(
    access: VisitorAccess, flow: SignInFlow, account: Account, company: Company, now: datetime
) -> None:
    """A password for an account never opened; for another, word that the company is there; at a reserved
    address, that it is. Never to an address that was not typed here.
    """
    if account.email == flow.email:
        template = "account_created" if account.password_hash is None else "company_linked"
        queue_mail(
            access, template, account.email, now, account_id=account.key, seed=new_seed(),
            company_id=company.key, company=company.label,
        )  # fmt: skip
    elif reserved := await undo_to(access, flow.email, now):
        mail_reserved(access, *reserved, now, counted_as="company_linked", company_id=company.key)
    else:
        raise Refused("L’adresse de ce compte vient de changer. Recommencez avec votre code adhérent.")
    flow.mails_sent += 1
    flow.mailed_at = now


# The way round a code that is closed by guesses: the two numbers, and a link mailed to the contact on file.

LINK_LIFE = timedelta(hours=1)


async def ask_code_link(access: VisitorAccess, code: str, number: str, now: datetime) -> None:
    """A link leaves for the right pair of an open company that has a contact; else nothing does, in silence.

    `Refused` for a network that asks too often, whatever it typed.
    """
    await _count(access, now)
    company = await access.first(select(Company).where(Company.code == code))
    contact = await contact_of(access, company.key if company else 0)
    expected = company.declarant_key if company else "0" * 64
    is_right = hmac.compare_digest(expected, access.portal.keys.declarant_key(code, number))
    if company is None or not is_right or company.closed_at:
        return
    recipient = contact or company.email
    if not recipient or not await may_leave(access, "code_link", recipient, now, company_id=company.key):
        return
    seed = new_seed()
    # A flow that begins when the link is followed: until then its token is in the mail, in no cookie.
    link = fingerprint(access.portal.keys.mailed_link(seed))
    access.add(SignInFlow(token_hash=link, company_id=company.key, expires_at=now + LINK_LIFE))
    queue_mail(access, "code_link", recipient, now, seed=seed, company=company.label)
    access.record(AuditKind.CODE_LINK_SENT, now, None, company.key, about=recipient)


async def flow_of_link(access: VisitorAccess, token: str, now: datetime) -> SignInFlow:
    """The flow of the link; `NotFound` when it was followed, is too old or never was."""
    flow = await flow_of(access, token, now)
    if flow is None or flow.company_id is None or flow.account_id is not None:
        raise NotFound
    return flow


async def follow_link(access: VisitorAccess, token: str, now: datetime) -> str:
    """Use the link once: the token of the flow that goes on as if the numbers had just been given."""
    flow = await flow_of_link(access, token, now)
    return await start_flow(access, now, replaces=token, company_id=flow.company_id)


async def _count(access: VisitorAccess, now: datetime) -> None:
    bucket = access.portal.keys.bucket("way_out", access.network)
    try:
        await count_among(access.session_, now, bucket)
    except TooMany as many:
        wait = formats.wait(many.wait.total_seconds())
        raise Refused(f"Trop de demandes depuis votre réseau. Réessayez dans {wait}.", "", 429) from None
