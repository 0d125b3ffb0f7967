"""Writing to the service, with a file or without; what is kept, listed, read, ended and opened again."""

import asyncio
from datetime import timedelta

import pytest

from app.contact.staff import answer_inquiry, close_inquiry
from db.models import AuditEvent, Inquiry, InquiryState, OutboxMail
from tests.contact.steps import (
    CONTACT,
    NEW,
    PDF,
    WRITTEN,
    an_invoice,
    as_staff,
    docx,
    inquiries,
    messages,
    send,
)
from tests.employees.people import an_employee
from tests.people.steps import a_member, kinds
from tests.reading import rows
from tests.statements import statements_of
from tests.world import OURS, THEIRS


async def test_a_message_opens_a_dated_thread_and_is_mailed_to_the_service(alice, portal, world, settings):
    answer = await send(alice, **WRITTEN)
    page = await alice.follow(answer)
    assert "Votre message est envoyé" in page.text
    assert "le montant a doublé" in page.text
    assert "Envoyé</span> le" in page.text
    (inquiry,) = await inquiries(portal)
    assert (inquiry.state, inquiry.account_id) == (InquiryState.SENT, world.alice.key)
    (mail,) = await rows(portal, OutboxMail)
    assert (mail.template, mail.recipient) == ("inquiry_received", settings.service_contributions_email)
    assert "inquiry_sent" in await kinds(portal, world.ours)
    assert "Notre dernier appel" in (await alice.get(CONTACT)).text


async def test_the_same_form_sent_twice_makes_one_thread(alice, portal):
    first = await send(alice, **WRITTEN)
    second = await send(alice, **WRITTEN)
    assert first.headers["location"].split("?")[0] == second.headers["location"].split("?")[0]
    assert "déjà envoyé" in (await alice.follow(second)).text
    assert len(await inquiries(portal)) == 1


async def test_ten_clicks_at_once_make_one_thread_and_one_message(alice, portal):
    token = await alice.token(NEW)

    async def click():
        return await alice.post(NEW, data={"csrf": token, **WRITTEN}, files={"fichier": ("", b"")})

    answers = await asyncio.gather(*(click() for _ in range(10)))
    assert {answer.status_code for answer in answers} == {303}
    (inquiry,) = await inquiries(portal)
    assert len(await messages(portal, inquiry)) == 1
    assert len(await rows(portal, OutboxMail)) == 1


async def test_ten_replies_at_once_make_one_message(alice, portal):
    await send(alice, **WRITTEN)
    (inquiry,) = await inquiries(portal)
    path = f"{CONTACT}/{inquiry.key}/messages"
    token = await alice.token(path)
    data = {"csrf": token, "token": "une-autre-fois", "seen": "", "text": "Un oubli."}
    answers = await asyncio.gather(*(alice.post(path, data=data) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await messages(portal, inquiry)) == 2


async def test_what_was_written_since_from_a_page_that_the_browser_kept_is_another_message(alice, portal):
    await send(alice, **WRITTEN)
    other = await send(alice, **WRITTEN | {"text": "Autre chose encore."})
    assert "Votre message est envoyé" in (await alice.follow(other)).text
    first, second = await inquiries(portal)
    path = f"{CONTACT}/{first.key}/messages"
    for text in ("Un oubli.", "Un autre oubli.", "Un autre oubli."):
        await send(alice, path, token="une-autre-fois", seen="", text=text)
    await send(alice, path, file=("a.pdf", PDF), token="une-autre-fois", seen="", text="Un oubli.")
    said = [(each.text, each.file_name) for each in await messages(portal, first)]
    assert said[1:] == [("Un oubli.", ""), ("Un autre oubli.", ""), ("Un oubli.", "a.pdf")]
    assert [each.text for each in await messages(portal, second)] == ["Autre chose encore."]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"theme": ""}, "Choisissez le thème"),
        ({"theme": "inconnu"}, "Choisissez le thème"),
        ({"subject": " "}, "Écrivez l’objet"),
        ({"subject": "x" * 121}, "120 caractères au plus"),
        ({"text": ""}, "Écrivez votre message"),
        ({"text": "x" * 4001}, "4000 caractères au plus"),
        ({"text": "a\x00b"}, "un caractère qui ne s’écrit pas"),
        ({"token": "court"}, "Rechargez la page"),
        ({"salarie": "abc"}, "Choisissez dans la liste"),
        ({"person": "personne de ce nom"}, "Aucun salarié ne porte ce nom"),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(alice, portal, wrong, words):
    answer = await send(alice, **WRITTEN | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Erreur : " in answer.text
    kept = (WRITTEN | wrong)["text"]
    assert kept.replace("\x00", "") in answer.text
    assert not await inquiries(portal)


async def test_a_refused_form_asks_for_its_file_again_and_says_which(alice):
    answer = await send(alice, file=("bilan.pdf", PDF), **WRITTEN | {"subject": ""})
    assert "Choisissez de nouveau le fichier « bilan.pdf »" in answer.text


async def test_about_somebody_by_name_or_by_the_link_of_their_sheet(alice, portal, world):
    await an_employee(portal, world.ours, birth_name="LE GALL", first_names="Élise")
    await an_employee(portal, world.ours, birth_name="LE GALL", first_names="Yann")
    several = await send(alice, **WRITTEN | {"person": "le gall"})
    assert several.status_code == 422
    assert "choisissez lequel" in several.text
    assert "LE GALL Yann</option>" in several.text
    await send(alice, **WRITTEN | {"person": "le gall elise"})
    (inquiry,) = await inquiries(portal)
    assert "LE GALL Élise" in (await alice.get(f"{CONTACT}/{inquiry.key}")).text
    page = await alice.get(f"{NEW}?salarie={world.employee.key}")
    assert f'value="{world.employee.key}" selected' in page.text
    assert 'value="salaries" selected' in page.text
    assert (
        f"salarie={world.employee.key}"
        in (await alice.get(f"/espace/00010/salaries/{world.employee.key}")).text
    )


async def test_about_an_invoice_only_for_who_may_see_it_and_only_ones_own(alice, app, portal, world):
    ours, theirs = await an_invoice(portal, world.ours, "F-1"), await an_invoice(portal, world.theirs, "F-2")
    page = await alice.get(f"{NEW}?facture={ours.key}")
    assert "F-1" in page.text
    assert 'value="cotisation" selected' in page.text
    for strange in (theirs.key, 999_999, 2**31):
        assert (await alice.get(f"{NEW}?facture={strange}")).status_code == 404
        assert (await send(alice, **WRITTEN | {"facture": str(strange)})).status_code == 404
    await send(alice, **WRITTEN | {"facture": str(ours.key)})
    (inquiry,) = await inquiries(portal)
    path = f"/espace/00010/factures/{ours.key}"
    assert f'<a href="{path}">facture F-1</a>' in (await alice.get(f"{CONTACT}/{inquiry.key}")).text
    assert f'href="{NEW}?facture={ours.key}"' in (await alice.get(path)).text
    reader = await a_member(portal, world.ours, "lecture@ours.example", "lecture")
    await alice.signed_in(reader)
    assert "F-1" not in (await alice.get(f"{NEW}?facture={ours.key}")).text
    assert (await send(alice, **WRITTEN | {"token": "un-autre-jeton", "facture": "1"})).status_code == 404


async def test_another_companys_employee_is_an_absent_one(alice, portal, world):
    stranger = world.their_employee.key
    missing = await alice.get(f"{NEW}?salarie=999999")
    assert missing.status_code == 404
    assert (await alice.get(f"{NEW}?salarie={stranger}")).content == missing.content
    answer = await send(alice, **WRITTEN | {"salarie": str(stranger)})
    assert answer.status_code == 404
    assert THEIRS not in answer.text
    assert not await inquiries(portal)


async def test_an_answer_waits_until_somebody_says_that_they_read_it(alice, portal, world):
    await send(alice, **WRITTEN)
    (inquiry,) = await inquiries(portal)
    one = f"{CONTACT}/{inquiry.key}"
    now = inquiry.created_at + timedelta(minutes=1)
    await as_staff(portal, world, answer_inquiry, inquiry.key, "Voici pourquoi.", now)
    for _ in range(2):
        assert "réponse à lire" in (await alice.get(CONTACT)).text
        page = await alice.get(one)
    assert "Répondu</span> le" in page.text
    assert "Réponse du service : " in (await alice.get("/espace/00010")).text
    seen = (await inquiries(portal))[0].unread_at
    await as_staff(portal, world, answer_inquiry, inquiry.key, "Et ceci.", now + timedelta(minutes=1))
    await alice.fill(one, to=f"{one}/lecture", seen=seen.isoformat())
    assert (await inquiries(portal))[0].unread_at, "the second answer was not on the page"
    latest = (await inquiries(portal))[0].unread_at
    answer = await alice.fill(one, to=f"{one}/lecture", seen=latest.isoformat())
    assert "marquée comme lue" in (await alice.follow(answer)).text
    assert (await inquiries(portal))[0].unread_at is None
    assert "réponse à lire" not in (await alice.get(CONTACT)).text
    assert "Réponse du service : " not in (await alice.get("/espace/00010")).text


@pytest.mark.parametrize(
    "seen", ["x", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-31T00:00:00"]
)
async def test_an_instant_that_no_page_showed_reads_nothing(alice, portal, world, seen):
    await send(alice, **WRITTEN)
    (inquiry,) = await inquiries(portal)
    one = f"{CONTACT}/{inquiry.key}"
    await as_staff(portal, world, answer_inquiry, inquiry.key, "Voici pourquoi.", inquiry.created_at)
    assert (await alice.fill(one, to=f"{one}/lecture", seen=seen)).status_code == 303
    replied = await send(alice, f"{one}/messages", token="un-message-de-plus", seen=seen, text="Merci.")
    assert replied.status_code == 303
    assert (await inquiries(portal))[0].unread_at is not None


async def test_an_ended_thread_is_opened_again_by_writing(alice, portal, world):
    await send(alice, **WRITTEN)
    (inquiry,) = await inquiries(portal)
    one = f"{CONTACT}/{inquiry.key}"
    for _ in range(2):
        answer = await alice.fill(f"{one}/fin") if _ == 0 else await alice.get(f"{one}/fin")
    assert "déjà terminé" in answer.text
    assert (await inquiries(portal))[0].state == InquiryState.CLOSED
    assert "Notre dernier appel" in (await alice.get(f"{CONTACT}?etat=termines")).text
    assert "Notre dernier appel" not in (await alice.get(f"{CONTACT}?etat=attente")).text
    await send(alice, f"{one}/messages", token="un-message-de-plus", seen="", text="Encore une question.")
    (inquiry,) = await inquiries(portal)
    assert (inquiry.state, inquiry.closed_at) == (InquiryState.SENT, None)
    assert (await kinds(portal, world.ours)).count("inquiry_closed") == 1


async def test_who_wrote_and_still_acts_for_the_company_is_told_by_mail(alice, app, portal, world):
    colleague = await a_member(portal, world.ours, "olga@ours.example", "facturation")
    gone = await a_member(portal, world.ours, "gone@ours.example", "facturation")
    await send(alice, **WRITTEN)
    (inquiry,) = await inquiries(portal)
    one = f"{CONTACT}/{inquiry.key}"
    for number, each in enumerate((colleague, gone)):
        await alice.signed_in(each)
        await send(alice, f"{one}/messages", token=f"message-{number}", seen="", text="Et moi.")
    async with portal.database.transaction(write=True) as session:
        from db.models import Membership

        for membership in await rows(portal, Membership, Membership.account_id == gone.key):
            await session.delete(await session.get(Membership, membership.key))
    await as_staff(portal, world, answer_inquiry, inquiry.key, "Voici.", inquiry.created_at)
    await as_staff(portal, world, close_inquiry, inquiry.key, inquiry.created_at)
    told_ones = [
        m.recipient for m in await rows(portal, OutboxMail, OutboxMail.template == "inquiry_answered")
    ]
    assert told_ones == ["alice@ours.example", "olga@ours.example"] * 2


async def test_a_list_of_many_is_read_page_by_page_with_the_same_statements(alice, portal, world):
    now = world.ours.created_at
    with statements_of(portal) as few:
        await alice.get(CONTACT)
    async with portal.database.transaction(write=True) as session:
        for number in range(60):
            at = now + timedelta(minutes=number)
            session.add(
                Inquiry(
                    company_id=world.ours.key, account_id=world.alice.key, theme="autre", updated_at=at,
                    subject=f"Sujet {number:02}", token=f"jeton-{number}", created_at=at,
                )
            )  # fmt: skip
    with statements_of(portal) as many:
        page = await alice.get(CONTACT)
    assert len(many) == len(few) == 2
    seen = []
    import re
    from html import unescape

    while True:
        seen += re.findall(r"Sujet \d\d", page.text)
        following = re.search(r'href="([^"]*avant=[^"]*)"', page.text)
        if not following:
            break
        page = await alice.get(unescape(following[1]))
    assert seen == [f"Sujet {number:02}" for number in reversed(range(60))]


async def test_the_team_is_named_on_every_page_of_its_company_for_no_statement_more(alice, portal, world):
    from db.models import CareTeam, Company

    with statements_of(portal) as before:
        await alice.get("/espace/00010/salaries")
    async with portal.database.transaction(write=True) as session:
        team = CareTeam(name="Équipe de la Baie", email="baie@service.example", phone="+33296000000")
        session.add(team)
        await session.flush()
        (await session.get(Company, world.ours.key)).team_id = team.key
    with statements_of(portal) as after:
        page = await alice.get("/espace/00010/salaries")
    assert len(before) == len(after)
    for path in ("", "/salaries", "/planning", "/demandes", "/contact", "/compte", "/historique"):
        page = await alice.get(f"/espace/00010{path}")
        footer = page.text.partition("<footer")[2]
        assert "Équipe de la Baie" in footer
        assert "mailto:baie@service.example" in footer
    assert "Équipe de la Baie" not in (await alice.get("/espace/00010-2/salaries")).text
    await send(alice, **WRITTEN | {"theme": "autre"})
    assert (await rows(portal, OutboxMail))[-1].recipient == "baie@service.example"


async def test_a_file_goes_with_the_message_and_comes_back_through_the_door_only(
    alice, charlie, portal, world
):
    content = docx()  # an archive tells when it was made: twice is not the same
    await send(alice, file=("devis été.docx", content), **WRITTEN)
    (inquiry,) = await inquiries(portal)
    (message,) = await messages(portal, inquiry)
    path = f"{CONTACT}/{inquiry.key}/fichiers/{message.key}"
    assert path in (await alice.get(f"{CONTACT}/{inquiry.key}")).text
    answer = await alice.get(path)
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''devis%20%C3%A9t%C3%A9.docx" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store, max-age=0"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-length"] == str(len(content))
    for strange, missing in (
        (path, "/espace/99999/contact/1/fichiers/1"),
        (path.replace("00010", "00042"), "/espace/00042/contact/999/fichiers/1"),
        (f"/espace/00042/contact/1/fichiers/{message.key}", "/espace/00042/contact/999/fichiers/1"),
    ):
        refused, absent = await charlie.get(strange), await charlie.get(missing)
        assert (refused.status_code, refused.content) == (404, absent.content)
    assert (await alice.get(f"{CONTACT}/1/fichiers/{message.key}")).status_code == 404
    events = await rows(portal, AuditEvent, AuditEvent.kind == "inquiry_sent")
    assert [each.about for each in events] == ["Cotisation ou facture : Notre dernier appel"]
    assert OURS not in answer.text
