"""Who may act for a company, whatever is done in whatever order: there is always an administrator who stays,
and no link of a mail opens anything but what stands in the last invitation to that address.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from app.access import VisitorAccess
from app.clock import day_of
from app.devices import Origin
from app.errors import Forbidden, NotFound, Refused
from app.people.acts import (
    accept,
    cancel_invitation,
    change_access,
    hand_over,
    invitation_of_link,
    invite,
    leave_company,
    revoke_access,
    send_again,
)
from app.people.forms import ROLE_FIELDS, Acceptance, NewInvitation, NewMember, Scope
from app.rights import WORKING_ROLES, Role
from db.models import Account, AuditEvent, Invitation, Membership, OutboxMail
from db.seeds.world import World
from tests import doors
from tests.employees.people import columns
from tests.reading import rows
from tests.world import PASSWORD

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADMINISTRATOR = Role.ADMINISTRATOR.value
WORKING = [role.value for role in WORKING_ROLES]
NEW_PASSWORD = "girafe tambour violet lundi"
ADDRESSES = [
    "alice@ours.example", "bob@ours.example", "charlie@theirs.example", "dora@new.example",
    "emil@new.example",
]  # fmt: skip


@dataclass
class Given:
    """Access: roles in the order of the form, third party, last day."""

    roles: list[str]
    third: bool = False
    ends: date | None = None

    @property
    def stays(self):
        return ADMINISTRATOR in self.roles and self.ends is None

    def lives(self, today):
        return self.ends is None or self.ends >= today


@dataclass
class Link:
    id: int
    email: str
    given: Given
    token: str
    sent: datetime
    is_open: bool = True
    old_tokens: list[str] = field(default_factory=list)

    def opens(self, now):
        not_over = self.given.lives(day_of(now)) and now < self.sent + timedelta(days=7)
        return self.is_open and not_over


class Story:
    def __init__(self, portal, world, seed):
        self.portal, self.world, self.draw, self.now = portal, world, Random(seed), BEGINS
        self.given = {email: Given([ADMINISTRATOR]) for email in ADDRESSES[:2]}
        self.given[ADDRESSES[2]] = Given([ADMINISTRATOR], third=True, ends=self.today + timedelta(days=3))
        self.known = set(ADDRESSES[:3])  # that have an account
        self.links: list[Link] = []
        self.lines, self.mails, self.told = 0, Counter(), Counter()

    @property
    def today(self):
        return day_of(self.now)

    def alive(self):
        return [email for email, each in self.given.items() if each.lives(self.today)]

    async def membership_id(self, email):
        (account,) = await rows(self.portal, Account, Account.email == email)
        found = await doors.membership_of(self.portal, account, self.world.ours)
        return found.id

    async def acts(self, email, may, act, *given):
        """`email` acts. `may`: whether the model says that it is done, or refused, forbidden, not there."""
        (account,) = await rows(self.portal, Account, Account.email == email)
        done = True
        try:
            async with doors.member(self.portal, account, self.world.ours) as access:
                await act(access, *given)
        except (Refused, Forbidden, NotFound):
            done = False
        assert done is may, (act.__name__, email, self.given)
        self.told[act.__name__ if done else "refused"] += 1
        return done

    def keeps_one(self, without):
        """Whether the company still has an administrator who stays."""
        gone = self.given[without]
        if ADMINISTRATOR not in gone.roles or not gone.lives(self.today):
            return True
        return any(each.stays for email, each in self.given.items() if email != without)

    def scope(self):
        roles = self.draw.sample(list(Role), self.draw.randint(1, 2))
        roles += [Role.ADMINISTRATOR] * (self.draw.random() < 0.5)
        third = self.draw.random() < 0.6
        ends = self.today + timedelta(days=self.draw.choice([0, 1, 2, 3, 9])) if third else None
        ends = ends if self.draw.random() < 0.9 else None
        fields = {ROLE_FIELDS[role]: "on" for role in roles} | ({"third_party": "on"} if third else {})
        fields |= {"ends_on": ends.isoformat() if ends else ""}
        return Given([role.value for role in Role if role in roles], third, ends), fields

    def is_past(self, given):
        return given.ends is not None and given.ends <= self.today

    async def changes(self, me, other):
        given, fields = self.scope()
        may = self.given[me].roles.count(ADMINISTRATOR) and not self.is_past(given)
        same = given == self.given[other]
        may = may and (same or given.stays or self.keeps_one(other))
        target = await self.membership_id(other)
        if await self.acts(me, bool(may), change_access, target, Scope(**fields), self.now) and not same:
            self.given[other] = given
            self.lines += 1
            self.mails["roles_changed", other] += 1

    async def revokes(self, me, other):
        may = ADMINISTRATOR in self.given[me].roles and me != other and self.keeps_one(other)
        target = await self.membership_id(other)
        if await self.acts(me, may, revoke_access, target, self.now):
            self.removed(other)
            self.mails["access_revoked", other] += 1

    def removed(self, email):
        del self.given[email]
        self.lines += 1
        for link in self.links:
            link.is_open = link.is_open and link.email != email

    async def leaves(self, me, _other):
        if await self.acts(me, self.keeps_one(me), leave_company, self.now):
            self.removed(me)

    async def hands_over(self, me, other):
        mine, theirs = self.given[me], self.given[other]
        may = ADMINISTRATOR in mine.roles and me != other and theirs.ends is None
        if await self.acts(me, may, hand_over, await self.membership_id(other), self.now):
            theirs.roles = [ADMINISTRATOR, *(each for each in theirs.roles if each != ADMINISTRATOR)]
            mine.roles = list(WORKING)
            self.lines += 2
            self.mails["roles_changed", other] += 1

    async def newest(self, email):
        found = await rows(self.portal, Invitation, Invitation.company_id == self.world.ours.id)
        invitation = [each for each in found if each.email == email][-1]
        mails = [each for each in await rows(self.portal, OutboxMail) if each.template == "invitation"]
        seed = [each for each in mails if each.recipient == email][-1].secret_seed
        return invitation.id, self.portal.keys.mailed_link(seed)

    async def invites(self, me, _other):
        email = self.draw.choice(ADDRESSES)
        given, fields = self.scope()
        has = email in self.given and self.given[email].lives(self.today)
        may = ADMINISTRATOR in self.given[me].roles and not self.is_past(given) and not has
        if await self.acts(me, may, invite, NewInvitation(email=email, **fields), self.now):
            for link in self.links:
                link.is_open = link.is_open and link.email != email
            number, token = await self.newest(email)
            self.links.append(Link(number, email, given, token, self.now))
            self.lines += 1
            self.mails["invitation", email] += 1

    async def sends_again(self, me, _other):
        if not self.links:
            return
        link = self.draw.choice(self.links)
        has = link.email in self.given and self.given[link.email].lives(self.today)
        is_soon = self.now - link.sent < timedelta(minutes=1)
        may = link.is_open and link.given.lives(self.today) and not has and not is_soon
        may = may and ADMINISTRATOR in self.given[me].roles
        if await self.acts(me, may, send_again, link.id, self.now):
            link.old_tokens.append(link.token)
            _, link.token = await self.newest(link.email)
            link.sent = self.now
            self.lines += 1
            self.mails["invitation", link.email] += 1

    async def cancels(self, me, _other):
        if not self.links:
            return
        link = self.draw.choice(self.links)
        may = link.is_open and ADMINISTRATOR in self.given[me].roles
        if await self.acts(me, may, cancel_invitation, link.id, self.now):
            link.is_open = False
            self.lines += 1

    async def follows_a_link(self, _me, _other):
        """Somebody who has a mail: of an invitation of now, or an old one that lies in a mailbox."""
        if not self.links:
            return
        link = self.draw.choice(self.links)
        token = self.draw.choice([link.token, *link.old_tokens])
        may, done = token == link.token and link.opens(self.now), True
        try:
            async with self.portal.database.transaction(write=True) as session:
                visitor = VisitorAccess(self.portal, session)
                invited = await invitation_of_link(visitor, token, self.now)
                known = {"password": PASSWORD if link.email in ADDRESSES[:3] else NEW_PASSWORD}
                names = {"last_name": "Le Bris", "first_name": "Dora", "job_title": "Comptable"}
                new = {**names, "new_password": NEW_PASSWORD}
                entry = Acceptance(**known) if invited.has_account else NewMember(**new)
                await accept(visitor, invited, entry, Origin("192.0.2.7", "", "Firefox"), self.now)
        except NotFound:
            done = False
        assert done is may, (link, token)
        self.told["accepted" if done else "dead link"] += 1
        if done:
            link.is_open = False
            self.lines += 1 + (link.email not in self.known)  # that the account was opened is a line too
            self.known.add(link.email)
            before = self.given.get(link.email)
            if before is None or not before.lives(self.today):
                self.given[link.email] = link.given

    async def goes_on(self):
        self.now += timedelta(seconds=self.draw.choice([20, 90, 4_000, 90_000, 200_000]))
        me, other = self.draw.choice(self.alive()), self.draw.choice(sorted(self.given))
        acts = [
            *[self.changes] * 4, self.revokes, self.leaves, self.hands_over, *[self.invites] * 3,
            self.sends_again, self.cancels, self.follows_a_link, self.follows_a_link,
        ]  # fmt: skip
        await self.draw.choice(acts)(me, other)

    async def check(self):
        ours = self.world.ours.id
        accounts = {each.id: each.email for each in await rows(self.portal, Account)}
        found = {
            accounts[each.account_id]: Given(each.roles, each.third_party, each.ends_on)
            for each in await rows(self.portal, Membership, Membership.company_id == ours)
        }
        assert found == self.given
        assert any(each.stays for each in found.values()), "a company always keeps an administrator"
        invitations = await rows(self.portal, Invitation, Invitation.company_id == ours)
        waiting = [each.id for each in invitations if not (each.accepted_at or each.cancelled_at)]
        assert waiting == sorted(each.id for each in self.links if each.is_open)
        emails = [each.email for each in invitations if each.id in waiting]
        assert len(emails) == len(set(emails)), "one open invitation an address"
        sent = Counter((each.template, each.recipient) for each in await rows(self.portal, OutboxMail))
        assert sent == self.mails, "each act is mailed once, a refused one to nobody"
        history = await rows(self.portal, AuditEvent, AuditEvent.company_id == ours)
        assert len(history) == self.lines


@pytest.mark.parametrize("seed", [5, 6, 8])
async def test_any_order_of_invitations_and_rights_leaves_an_administrator_and_no_old_way_in(
    portal, world, seed
):
    story = Story(portal, world, seed)
    third = story.given[world.charlie.email]
    async with portal.database.transaction(write=True) as session:
        more = {"roles": third.roles, "third_party": True, "ends_on": third.ends}
        await World(session).acts_for(world.charlie, world.ours, **more)
    elsewhere = [
        columns(each) for each in await rows(portal, Membership, Membership.company_id != world.ours.id)
    ]
    for step in range(200):
        await story.goes_on()
        if step % 16 == 0:
            await story.check()
    await story.check()
    now = [columns(each) for each in await rows(portal, Membership, Membership.company_id != world.ours.id)]
    assert now == elsewhere, "another company's people are theirs"
    assert story.told["accepted"]
    assert story.told["dead link"]
    assert story.told["refused"] > 8
