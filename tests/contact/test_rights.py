"""Who reads a thread, who acts in it, and what the history tells of both."""

import pytest

from app import clock
from app.contact.staff import answer_inquiry, close_inquiry
from db.models import AuditEvent, InquiryState, Membership, OutboxMail
from tests.contact.steps import CONTACT, PDF, WRITTEN, an_invoice, as_staff, inquiries, messages, send
from tests.doors import membership_of
from tests.employees.people import acting
from tests.people.steps import a_member
from tests.reading import rows

HOME = "/espace/00010"
MORE = {"token": "un-message-de-plus", "seen": "", "text": "Et moi."}
MONEY = {"administrateur", "facturation", "declaration"}
ROLES = ["administrateur", "salaries", "rendez-vous", "facturation", "declaration", "aptitude", "lecture"]


async def an_answered_thread(alice, portal, world, **fields):
    """Opened by Alice with a file, answered by the service, which nobody said to have read."""
    await send(alice, file=("appel.pdf", PDF), **WRITTEN | fields)
    inquiry = (await inquiries(portal))[-1]
    await as_staff(portal, world, answer_inquiry, inquiry.key, "Voici pourquoi.", clock.now())
    return (await inquiries(portal))[-1]


async def the_acts(actor, inquiry):
    """The status of each act in that thread."""
    one, token = f"{CONTACT}/{inquiry.key}", await actor.token("/mon-compte/connexions")
    fields = {
        "messages": MORE, "lecture": {"seen": inquiry.unread_at.isoformat()}, "fin": {},
    }  # fmt: skip
    return {
        (await actor.post(f"{one}/{act}", data={"csrf": token, **more})).status_code
        for act, more in fields.items()
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("theme", "readers"),
    [("cotisation", MONEY), ("convocation", {"administrateur", "rendez-vous"}), ("autre", set(ROLES))],
)
async def test_a_thread_is_read_by_those_who_have_a_right_behind_its_theme(
    alice, app, portal, world, role, theme, readers
):
    inquiry = await an_answered_thread(alice, portal, world, theme=theme)
    file = (await messages(portal, inquiry))[0]
    one, reads = f"{CONTACT}/{inquiry.key}", role in readers
    async with acting(app, portal, world.ours, role) as actor:
        assert ("Notre dernier appel" in (await actor.get(CONTACT)).text) == reads
        assert ("Notre dernier appel" in (await actor.partial(CONTACT)).text) == reads
        acts = reads and role not in {"aptitude", "lecture"}
        assert ("Notre dernier appel" in (await actor.get(HOME)).text) == acts
        for path in (one, f"{one}/fichiers/{file.key}"):
            assert (await actor.get(path)).status_code == (200 if reads else 403), path
        for path in (f"{one}/messages", f"{one}/lecture", f"{one}/fin"):
            assert (await actor.get(path)).status_code == (200 if acts else 403), path


async def test_a_thread_that_names_an_invoice_is_about_money_whatever_its_theme(alice, app, portal, world):
    invoice = await an_invoice(portal, world.ours, "F-1")
    inquiry = await an_answered_thread(alice, portal, world, theme="autre", facture=str(invoice.key))
    for role in ROLES:
        async with acting(app, portal, world.ours, role) as actor:
            reads = role in MONEY
            status = (await actor.get(f"{CONTACT}/{inquiry.key}")).status_code
            assert status == (200 if reads else 403), role
            assert ("Notre dernier appel" in (await actor.get(CONTACT)).text) == reads, role


async def test_who_only_reads_changes_nothing_in_a_colleagues_thread(alice, app, portal, world):
    inquiry = await an_answered_thread(alice, portal, world, theme="autre")
    async with acting(app, portal, world.ours, "lecture") as reader:
        shown = await reader.get(f"{CONTACT}/{inquiry.key}")
        assert "Voici pourquoi." in shown.text
        for words in ("J’ai lu", "Répondre", "Terminer l’échange"):
            assert words not in shown.text
        assert await the_acts(reader, inquiry) == {403}
    (now,) = await inquiries(portal)
    assert (now.state, now.unread_at, now.updated_at) == (
        InquiryState.ANSWERED, inquiry.unread_at, inquiry.updated_at,
    )  # fmt: skip
    assert len(await messages(portal, inquiry)) == 2
    async with acting(app, portal, world.ours, "salaries") as colleague:
        assert await the_acts(colleague, inquiry) == {303}


async def test_anybody_writes_and_does_as_they_like_in_what_they_opened(app, portal, world):
    async with acting(app, portal, world.ours, "lecture") as reader:
        inquiry = await an_answered_thread(reader, portal, world)
        assert "Réponse du service : Notre dernier appel" in (await reader.get(HOME)).text
        shown = await reader.get(f"{CONTACT}/{inquiry.key}")
        for words in ("J’ai lu", "Répondre", "Terminer l’échange"):
            assert words in shown.text
        assert "Notre dernier appel" in (await reader.get(CONTACT)).text
        assert await the_acts(reader, inquiry) == {303}


async def test_the_answer_is_mailed_to_nobody_who_may_no_longer_read_it(alice, app, portal, world):
    inquiry = await an_answered_thread(alice, portal, world)
    colleague = await a_member(portal, world.ours, "olga@ours.example", "facturation")
    await alice.signed_in(colleague)
    await send(alice, f"{CONTACT}/{inquiry.key}/messages", **MORE)
    mine = await membership_of(portal, colleague, world.ours)
    async with portal.database.transaction(write=True) as session:
        (await session.get(Membership, mine.key)).roles = ["salaries"]
    await as_staff(portal, world, answer_inquiry, inquiry.key, "Et ceci.", clock.now())
    mails = await rows(portal, OutboxMail, OutboxMail.template == "inquiry_answered")
    assert [each.recipient for each in mails] == ["alice@ours.example"] * 2


async def test_what_both_sides_do_in_a_thread_is_in_the_history(alice, portal, world):
    inquiry = await an_answered_thread(alice, portal, world)
    for _ in range(2):
        await send(alice, f"{CONTACT}/{inquiry.key}/messages", **MORE)
        await as_staff(portal, world, close_inquiry, inquiry.key, clock.now())
    events = await rows(portal, AuditEvent, AuditEvent.about == "Notre dernier appel")
    assert [(each.kind, each.account_id, each.company_id) for each in events] == [
        ("inquiry_answered", world.clerk.key, world.ours.key),
        ("inquiry_replied", world.alice.key, world.ours.key),
        ("inquiry_closed", world.clerk.key, world.ours.key),
    ]
    page = await alice.get(f"{HOME}/historique")
    for words in ("réponse du service", "message ajouté à un échange", "échange terminé"):
        assert f">{words}</td>" in page.text
