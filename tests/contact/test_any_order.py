"""Messages and documents of one company, in any order, by colleagues of different rights and by the service.

What everybody expects: nothing written is lost, each mail leaves once, an answer waits until somebody who may
say so read it, a DUERP never leaves the list, and nobody acts where they may not.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from app.contact.acts import end_inquiry, mark_as_read, send_inquiry, write_reply
from app.contact.forms import NewInquiry, Reply
from app.contact.queries import inquiry_by_token
from app.contact.rules import may_act, may_read
from app.contact.staff import answer_inquiry, close_inquiry, mailbox_of
from app.documents.acts import deposit_document, mark_as_seen, withdraw_document
from app.documents.forms import Deposit
from app.documents.kinds import right_to_open
from app.documents.queries import news_of
from app.documents.staff import SharedDocument, share_document
from app.errors import Forbidden, NotFound, Refused
from app.kept_files import Kept
from app.rights import Role, rights_of
from app.text.fields import once_key
from db.models import (
    AuditEvent,
    Document,
    DocumentKind,
    Inquiry,
    InquiryMessage,
    InquiryState,
    InquiryTheme,
    OutboxMail,
)
from tests import doors
from tests.employees.people import columns
from tests.people.steps import a_member
from tests.reading import rows

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROLES = [Role.ADMINISTRATOR, Role.APPOINTMENTS, Role.BILLING, Role.READER]


@dataclass
class Thread:
    row: Inquiry
    writers: set[int]
    state: str = InquiryState.SENT
    messages: int = 1
    unread: datetime | None = None
    keys: set[str] = field(default_factory=set)


@dataclass
class Paper:
    id: int
    kind: str
    shared: bool
    version: int = 1
    is_new: bool = False
    withdrawn: bool = False


class Story:
    def __init__(self, portal, world, people, seed):
        self.portal, self.world, self.draw, self.now = portal, world, Random(seed), BEGINS
        self.people = people  # (account, role)
        self.threads: list[Thread] = []
        self.papers: dict[int, Paper] = {}
        self.tokens: dict[str, int] = {}
        self.duerp: list[str] = []
        self.lines, self.mails, self.told = 0, Counter(), Counter()

    async def acts(self, who, may, act, *given):
        done, found = True, None
        try:
            async with doors.member(self.portal, who, self.world.site) as access:
                found = await act(access, *given)
        except (Refused, Forbidden, NotFound):
            done = False
        assert done is may, act.__name__
        self.told[act.__name__ if done else "refused"] += 1
        return found

    def notes_mail(self, template, *recipients):
        self.mails.update((template, each) for each in recipients)

    def to_writers(self, thread):
        """Whoever wrote in it and may still read it."""
        return [
            who.email for who, role in self.people
            if who.id in thread.writers and may_read(thread.row, who.id, rights_of([role]))
        ]  # fmt: skip

    # Messages

    async def writes(self):
        who, _ = self.draw.choice(self.people)
        theme = self.draw.choice(list(InquiryTheme))
        token = f"fil-{len(self.threads):05}"
        data = NewInquiry(token=token, theme=theme, subject="Bonjour", text="Une question.")
        row = await self.acts(who, True, send_inquiry, data, None, self.now)
        self.threads.append(Thread(row, {who.id}))
        self.lines += 1
        self.notes_mail("inquiry_received", mailbox_of(theme, self.portal.settings))
        async with doors.member(self.portal, who, self.world.site, write=False) as access:
            again = await inquiry_by_token(access, once_key(data))
            assert again.id == row.id, "the same form sent twice finds it"

    async def replies(self, thread):
        who, role = self.draw.choice(self.people)
        seen = self.draw.choice([self.now, BEGINS])
        data = Reply(token=f"mot-{self.draw.randrange(6):05}", seen=seen.isoformat(), text="Merci.")
        may = may_act(thread.row, who.id, rights_of([role]))
        key = once_key(data)
        await self.acts(who, may, write_reply, thread.row.id, data, None, self.now)
        if may and key not in thread.keys:
            thread.keys.add(key)
            thread.writers.add(who.id)
            thread.messages += 1
            thread.state = InquiryState.SENT
            if thread.unread and thread.unread <= seen:
                thread.unread = None
            self.lines += 1
            self.notes_mail("inquiry_received", mailbox_of(thread.row.theme, self.portal.settings))

    async def reads(self, thread):
        who, role = self.draw.choice(self.people)
        seen = self.draw.choice([self.now, BEGINS])
        may = may_act(thread.row, who.id, rights_of([role]))
        await self.acts(who, may, mark_as_read, thread.row.id, seen)
        if may and thread.unread and thread.unread <= seen:
            thread.unread = None

    async def ends(self, thread):
        who, role = self.draw.choice(self.people)
        may = may_act(thread.row, who.id, rights_of([role]))
        await self.acts(who, may, end_inquiry, thread.row.id, self.now)
        if may and thread.state != InquiryState.CLOSED:
            thread.state, thread.unread = InquiryState.CLOSED, None
            self.lines += 1

    async def is_answered(self, thread):
        words = self.draw.choice(["Voici.", "  "])
        door = doors.staff(self.portal, self.world.clerk)
        refused = await doors.refusal(door, answer_inquiry, thread.row.id, words, self.now)
        assert bool(refused) is not bool(words.strip())
        if not refused:
            thread.state, thread.unread = InquiryState.ANSWERED, self.now
            thread.messages += 1
            self.lines += 1
            self.notes_mail("inquiry_answered", *self.to_writers(thread))

    async def is_closed(self, thread):
        door = doors.staff(self.portal, self.world.clerk)
        assert not await doors.refusal(door, close_inquiry, thread.row.id, self.now)
        if thread.state != InquiryState.CLOSED:
            thread.state, thread.unread = InquiryState.CLOSED, self.now
            self.lines += 1
            self.notes_mail("inquiry_answered", *self.to_writers(thread))

    # Documents

    async def deposits(self):
        who, _ = self.draw.choice(self.people)
        kind = self.draw.choice([DocumentKind.DUERP, DocumentKind.OTHER])
        token, sha = f"depot-{self.draw.randrange(40):05}", f"{self.draw.randrange(3):064}"
        data, file = Deposit(token=token, kind=kind), Kept("a.pdf", "application/pdf", 9, sha)
        is_same = kind == DocumentKind.DUERP and self.duerp[-1:] == [sha]
        may = token in self.tokens or not is_same
        row = await self.acts(who, may, deposit_document, data, file, self.now)
        if not may:
            return
        if token in self.tokens:
            assert row.id == self.tokens[token], "the same form sent twice makes one"
            return
        self.tokens[token] = row.id
        if kind == DocumentKind.DUERP:
            self.duerp.append(sha)
        version = len(self.duerp) if kind == DocumentKind.DUERP else 1
        self.papers[row.id] = Paper(row.id, kind, False, version)
        self.lines += 1
        self.notes_mail("document_deposited", self.portal.settings.service_email)

    async def withdraws(self):
        if not self.papers:
            return
        paper = self.draw.choice(list(self.papers.values()))
        who, role = self.draw.choice(self.people)
        may_open = right_to_open(paper.kind) in rights_of([role])
        may = may_open and paper.kind == DocumentKind.OTHER and not paper.shared
        await self.acts(who, may, withdraw_document, paper.id, self.now)
        if may and not paper.withdrawn:
            paper.withdrawn = True
            self.lines += 1

    async def is_shared(self):
        kind = self.draw.choice([DocumentKind.ATTESTATION, DocumentKind.APTITUDE, DocumentKind.DUERP])
        file = Kept("avis.pdf", "application/pdf", 9, "a" * 64)
        may = kind != DocumentKind.DUERP
        made = []

        async def share(access):
            made.append(
                await share_document(
                    access, self.world.site.id, SharedDocument(kind, "Papier"), file, self.now
                )
            )

        assert (not await doors.refusal(doors.staff(self.portal, self.world.clerk), share)) is may
        if may:
            self.papers[made[0].id] = Paper(made[0].id, kind, True, is_new=True)
            self.lines += 1
            right = right_to_open(kind)
            everybody = [who.email for who, role in self.people if right in rights_of([role])]
            admins = [who.email for who, role in self.people if role == Role.ADMINISTRATOR]
            self.notes_mail("document_shared", *(everybody if kind == DocumentKind.APTITUDE else admins))

    async def sees(self):
        who, role = self.draw.choice(self.people)
        until = self.draw.choice([*self.papers, 2**40]) if self.papers else 0
        await self.acts(who, True, mark_as_seen, until, self.now)
        for paper in self.papers.values():
            if right_to_open(paper.kind) in rights_of([role]) and paper.id <= until:
                paper.is_new = False

    async def goes_on(self):
        self.now += timedelta(minutes=self.draw.randint(1, 90))
        alone = [self.writes, self.deposits, self.deposits, self.withdraws, self.is_shared, self.sees]
        if len(self.threads) < 2 or self.draw.random() < 0.45:
            return await self.draw.choice(alone)()
        acts = [self.replies, self.replies, self.reads, self.ends, self.is_answered, self.is_closed]
        return await self.draw.choice(acts)(self.draw.choice(self.threads[-4:]))

    async def check(self):
        site = self.world.site.id
        written = await rows(self.portal, InquiryMessage, InquiryMessage.company_id == site)
        messages = Counter(each.inquiry_id for each in written)
        found = {each.id: each for each in await rows(self.portal, Inquiry, Inquiry.company_id == site)}
        assert len(found) == len(self.threads)
        for thread in self.threads:
            row = found[thread.row.id]
            assert (row.state, row.unread_at) == (thread.state, thread.unread)
            assert messages[row.id] == thread.messages, "nothing written is lost, nor written twice"
            assert (row.closed_at is not None) is (row.state == InquiryState.CLOSED)
        papers = {each.id: each for each in await rows(self.portal, Document, Document.company_id == site)}
        assert set(papers) == set(self.papers)
        for paper in self.papers.values():
            row = papers[paper.id]
            assert (row.version, row.withdrawn_at is not None) == (paper.version, paper.withdrawn)
        for who, role in self.people:
            async with doors.member(self.portal, who, self.world.site, write=False) as access:
                news = await news_of(access)
            may = [each for each in self.papers.values() if right_to_open(each.kind) in rights_of([role])]
            assert news.count == sum(each.is_new for each in may)
        history = await rows(self.portal, AuditEvent, AuditEvent.company_id == site)
        assert len(history) == self.lines, "one line an act, none for what was refused or done already"
        sent = Counter((each.template, each.recipient) for each in await rows(self.portal, OutboxMail))
        assert sent == self.mails


@pytest.mark.parametrize("seed", [2, 3, 5])
async def test_messages_and_documents_in_any_order_lose_nothing_and_write_to_each_once(portal, world, seed):
    people = [(world.alice, Role.ADMINISTRATOR)]
    for role in ROLES[1:]:
        people.append((await a_member(portal, world.site, f"{role.value}@ours.example", role), role))
    others = (Inquiry, InquiryMessage, Document, AuditEvent)
    theirs = [
        [columns(each) for each in await rows(portal, model, model.company_id == world.theirs.id)]
        for model in others
    ]
    story = Story(portal, world, people, seed)
    for step in range(130):
        await story.goes_on()
        if step % 12 == 0:
            await story.check()
    await story.check()
    assert theirs == [
        [columns(each) for each in await rows(portal, model, model.company_id == world.theirs.id)]
        for model in others
    ]
    assert story.told["refused"] > 15
    assert story.mails.keys() >= {("inquiry_answered", world.alice.email)}
