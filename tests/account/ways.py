"""Every way into alice's account, opened at once; and which of them still opens it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.devices import Origin, known_device, open_browser
from app.links import new_link
from app.security.keys import fingerprint
from app.voiding import Way
from db.models import Account, CalendarFeed, Invitation, Passkey, TokenKind
from tests.actors import Actor

PAGES = {
    Way.RESET: "/connexion/nouveau-mot-de-passe/{}",
    Way.CONFIRMATION: "/adresse-e-mail/confirmation/{}",
    Way.UNDO: "/adresse-e-mail/annulation/{}",
    Way.RECOVERY: "/administration/{}",
    Way.INVITATION_SENT: "/invitation/{}",
    Way.FEED: "/calendrier/{}.ics",
}
FIRST = "first@ours.example"


@dataclass
class Ways:
    """`session` and `device`: two tokens; `pages`: the address of each link. `more`: those that the act uses
    up itself.
    """

    session: str
    device: str
    pages: dict[Way, str]
    more: dict[Way, str]


async def link(access, account, kind, now, company_id):
    email = {TokenKind.EMAIL_CHANGE: "new@ours.example", TokenKind.EMAIL_UNDO: FIRST}.get(kind, "")
    expires_at = now + timedelta(hours=1)
    seed = new_link(access, account, kind, expires_at, now, email=email, company_id=company_id)
    return PAGES[Way(kind.value)].format(access.portal.keys.mailed_link(seed))


async def open_ways(portal, world):
    now = clock.now()
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        alice = await session.get_one(Account, world.alice.key)
        alice.temporary_hash, alice.temporary_until = "$2b$12$" + "!" * 53, now + timedelta(hours=1)
        opened = await open_browser(access, alice, Origin("198.51.100.9", "", "Firefox sur Linux"), now)
        pages, more = {}, {}
        for made in (pages, more):
            for kind in TokenKind:
                made[Way(kind.value)] = await link(access, alice, kind, now, world.ours.key)
        access.add(
            Invitation(
                company_id=world.ours.key, email="guest@ours.example", token_hash=fingerprint("invited"),
                invited_by=alice.key, created_at=now, sent_at=now, expires_at=now + timedelta(days=1),
            )
        )  # fmt: skip
        access.add(
            Passkey(
                account_id=alice.key, credential_id="key", public_key="", sign_count=0, is_syncable=False,
                is_synced=False, name="Ma clé", created_at=now,
            )
        )  # fmt: skip
        access.add(
            CalendarFeed(account_id=alice.key, seed="s", token_hash=fingerprint("feed"), created_at=now)
        )
    pages |= {Way.INVITATION_SENT: "/invitation/invited", Way.FEED: "/calendrier/feed.ics"}
    return Ways(opened.session, opened.device, pages, more)


async def alive(app, portal, world, ways):
    """Which of them still open something."""
    found = set()
    async with Actor(app) as anybody:
        for way, page in ways.pages.items():
            answer = await anybody.get(page)
            assert answer.status_code in {200, 404}
            found |= {way} if answer.status_code == 200 else set()
        anybody.cookies.set("session", ways.session, domain="127.0.0.1")
        found |= {Way.SESSION} if (await anybody.get("/mon-compte")).status_code == 200 else set()
    async with portal.database.transaction(write=False) as session:
        account = (await session.exec(select(Account).where(Account.id == world.alice.key))).one()
        found |= {Way.MAILED_PASSWORD} if account.temporary_hash else set()
        if (await session.exec(select(Passkey).where(Passkey.account_id == account.key))).all():
            found.add(Way.PASSKEY)
        if await known_device(VisitorAccess(portal, session), account.key, ways.device, clock.now()):
            found.add(Way.DEVICE)
    return found
