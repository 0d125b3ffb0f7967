"""Rules of the account's opening. Nothing about the company is shown until the mailbox is proven."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from app.access import VisitorAccess
from app.companies.service import link_company
from app.errors import NotFound, Refused
from app.mail import new_seed, queue_mail
from app.sign_in.service import account_at
from app.sign_up.forms import NewAccount
from db.models import Account, AuditKind, Company, Membership, SignInFlow

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

    A second passage of the same flow corrects the address of an account that nobody has opened yet.
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
    existing = await account_at(access, entry.email)
    mistyped = await _unopened_account(access, flow)
    if existing is None and mistyped is not None:
        account = mistyped
        for name, value in entry.of_account().items():
            setattr(account, name, value)
        account.temporary_hash = account.temporary_until = None
    elif existing is None:
        account = access.add(Account(**entry.of_account(), created_at=now))
        await access.flush()
        access.record(AuditKind.ACCOUNT_CREATED, now, account.key, company.key)
    else:
        account = existing
        await _forget(access, mistyped)
    await link_company(access, account, company, now, third_party=entry.third_party)
    flow.email, flow.account_id = account.email, account.key
    _mail_access(access, flow, account, company, now)


async def send_again(access: VisitorAccess, flow: SignInFlow, now: datetime) -> None:
    """The same mail once more, a minute later at the earliest."""
    if flow.mails_sent >= MAILS_A_FLOW:
        raise Refused("Trop de courriels sont déjà partis. Vérifiez l’adresse et vos courriers indésirables.")
    if flow.mailed_at and now - flow.mailed_at < BETWEEN_MAILS:
        raise Refused("Le courriel vient de partir. Attendez une minute avant d’en demander un autre.")
    account = await access.first(select(Account).where(Account.id == flow.account_id))
    if account is None:
        raise NotFound
    _mail_access(access, flow, account, await company_of_flow(access, flow), now)


async def _unopened_account(access: VisitorAccess, flow: SignInFlow) -> Account | None:
    if flow.account_id is None:
        return None
    unopened = select(Account).where(
        Account.id == flow.account_id,
        col(Account.first_signed_in_at).is_(None),
        col(Account.password_hash).is_(None),
    )
    # An account that was there before this flow is somebody's: it is not renamed.
    return await access.first(unopened.where(Account.created_at > flow.expires_at - timedelta(minutes=16)))


async def _forget(access: VisitorAccess, mistyped: Account | None) -> None:
    """The address first typed was a stranger's: what was given to it is taken back."""
    if mistyped is not None:
        mistyped.temporary_hash = mistyped.temporary_until = None
        await access.change(delete(Membership).where(col(Membership.account_id) == mistyped.key))
        await access.flush()


def _mail_access(
    access: VisitorAccess, flow: SignInFlow, account: Account, company: Company, now: datetime
) -> None:
    """A password for an account never opened; for another, word that the company is there."""
    opened = account.password_hash is not None
    template = "company_linked" if opened else "account_created"
    queue_mail(
        access, template, account.email, now, account_id=account.key, seed=new_seed(),
        company_id=company.key, company=company.label,
    )  # fmt: skip
    flow.mails_sent += 1
    flow.mailed_at = now
