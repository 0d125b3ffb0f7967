"""Letters that are not UTF-8: no form takes them for what they are not, and each says what to do."""

import inspect
from urllib.parse import quote, quote_from_bytes

import httpx
import pytest

from app.web.posted import fields_of
from tests.contact.steps import NEW, PDF, WRITTEN, inquiries, messages
from tests.documents.steps import NEW as DEPOSIT
from tests.documents.steps import documents, form_of
from tests.employees.people import an_employee
from tests.test_access import everything, routes

TOLD = "dans un codage que le portail ne lit pas"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SUBJECT = "Notre dernière prévisite"


def raw(fields):
    """As a program would that never heard of UTF-8."""
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode("cp1252")


def escaped(fields):
    return "&".join(f"{name}={quote_from_bytes(v.encode('cp1252'))}" for name, v in fields.items()).encode()


def multipart(fields, file_name="a.pdf", charset="cp1252"):
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode(charset)
        for name, value in fields.items()
    ]
    head = f'--b\r\nContent-Disposition: form-data; name="fichier"; filename="{file_name}"\r\n\r\n'
    return b"".join(parts) + head.encode(charset) + PDF + b"\r\n--b--\r\n"


MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
WAYS = {"raw": (raw, FORM), "escaped": (escaped, FORM), "multipart": (multipart, MULTIPART)}


@pytest.mark.parametrize("way", WAYS)
async def test_a_form_in_other_letters_is_shown_again_with_what_could_be_read(alice, portal, way):
    written, headers = WAYS[way]
    fields = {"csrf": await alice.token(NEW), **WRITTEN, "subject": SUBJECT}
    answer = await alice.post(NEW, content=written(fields), headers=headers)
    assert answer.status_code == 422
    assert TOLD in answer.text
    assert "vérifiez les accents" in answer.text
    assert SUBJECT in answer.text
    assert not await inquiries(portal)


# A button and nothing to type, or a line put right already: there are no letters to misread.
BUTTONS = {
    "account.drop_draft", "account.end_session", "account.end_sessions", "account.forget_device",
    "account.forget_devices", "declarations.restart", "imports.mend", "sign_in.start",
}  # fmt: skip
OF_BUTTONS = {"accountsession", "auditevent", "employeedraft", "knowndevice"}


@pytest.mark.parametrize("way", ["raw", "escaped"])
async def test_no_form_at_all_takes_them_or_fails(app, alice, visitor, portal, world, way):
    """Each address that takes a POST, by somebody signed in or not: words on a page, and nothing done."""
    written, headers = WAYS[way]
    before, refused, taken = await everything(portal), 0, set()
    for path, handler in routes(app, method="POST"):
        for actor, page in ((await alice.signed_in(world.alice), NEW), (visitor, "/connexion")):
            fields = {"csrf": await actor.token(page), "last_name": "Hélène", "Prénom": "Zoé"}
            answer = await actor.post(path, content=written(fields), headers=headers)
            assert answer.status_code < 500, f"{path}: {answer.status_code}"
            if answer.status_code == 422:
                assert TOLD in answer.text, path
                refused += 1
            elif answer.status_code == 303 and not answer.headers["location"].startswith("/connexion"):
                taken.add(handler.name)
    assert refused > 40
    assert taken == BUTTONS
    after = await everything(portal)
    assert {name for name in before if before[name] != after[name]} <= OF_BUTTONS


async def test_a_file_comes_with_the_letters_of_its_system_in_its_name(alice, portal, world):
    """Also UTF-8 whose bytes look like spaces of other alphabets: « à » ends in a no-break space."""
    names = {}
    for charset, name in (("cp1252", "Évaluation à jour.pdf"), ("utf-8", "Å l’été, voilà.pdf")):
        fields = await form_of(alice, DEPOSIT) | {"kind": "autre"}
        content = multipart(fields, name, charset)
        answer = await alice.post(DEPOSIT, content=content, headers=MULTIPART)
        assert answer.status_code == 303, answer.text
        names[charset] = (await documents(portal, world))[-1].file_name
    assert names == {"cp1252": "Évaluation à jour.pdf", "utf-8": "Å l’été, voilà.pdf"}


async def test_a_deposit_whose_title_is_in_other_letters_keeps_nothing(alice, portal, world):
    fields = await form_of(alice, DEPOSIT) | {"kind": "autre", "title": "Évaluation"}
    answer = await alice.post(DEPOSIT, content=multipart(fields), headers=MULTIPART)
    assert answer.status_code == 422
    assert TOLD in answer.text
    assert 'value="Évaluation"' in answer.text
    assert not await documents(portal, world)


async def test_an_import_in_other_letters_is_told_and_not_read(alice):
    new = "/espace/00010-2/salaries/imports/nouveau"
    content = multipart({"csrf": await alice.token(new), "é": "è"}, "liste.csv")
    answer = await alice.post(new, content=content, headers=MULTIPART)
    assert answer.status_code == 422
    assert TOLD in answer.text


async def test_utf_8_that_nobody_escaped_is_read_for_what_it_is(alice, portal):
    """A reader of latin-1 would have kept « Ã© » for « é »."""
    fields = {"csrf": await alice.token(NEW), **WRITTEN, "subject": SUBJECT}
    content = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    assert (await alice.post(NEW, content=content, headers=FORM)).status_code == 303
    (inquiry,) = await inquiries(portal)
    assert inquiry.subject == SUBJECT
    assert (await messages(portal, inquiry))[0].text.startswith("Bonjour")


def test_fields_keep_their_order_and_come_twice():
    found = fields_of(b"a=1&b=%C3%A9+x&a=2&vide=&=&seul")
    assert found.fields == (("a", "1"), ("b", "é x"), ("a", "2"), ("vide", ""), ("", ""), ("seul", ""))
    assert found.get("a") == "1"
    assert not found.is_garbled
    assert fields_of(b"\xe9=1").fields == (("é", "1"),)
    assert fields_of(b"\xe9=1").is_garbled


QUERIES = {
    "escaped UTF-8": lambda word: quote(word).encode(),
    "raw UTF-8": lambda word: word.encode(),
    "escaped, as Windows writes": lambda word: quote_from_bytes(word.encode("cp1252")).encode(),
    "raw, as Windows writes": lambda word: word.encode("cp1252"),
}
NO_LETTERS = (b"%C3", b"%ED%A0%80", b"\xff\xfe", b"%81%9D", b"%", b"%zz", b"&&=%E9;", b"a%0Db%0Ac", b"\x00")


def asked_by(handler):
    """The parameters that this page takes from its address."""
    given = inspect.signature(handler.fn).parameters
    return [name for name, each in given.items() if each.default == "" and name != "fait"]


async def get_at(actor, path, query):
    """With these very bytes in the address: the client would write them as it should."""
    app, transport = actor.edge, actor._transport

    async def as_it_is(scope, receive, send):
        await app({**scope, "query_string": query}, receive, send)

    actor._transport = httpx.ASGITransport(as_it_is, raise_app_exceptions=False, client=("127.0.0.1", 1))
    try:
        return await actor.get(path)
    finally:
        actor._transport = transport


@pytest.mark.parametrize("way", QUERIES)
async def test_a_word_in_an_address_is_found_however_it_is_written(way, app, alice, clerk, world, portal):
    employee = await an_employee(portal, world.ours, birth_name="LŒUVRE-Ségalen", first_names="Zoé")
    word, searches = "Ségalen", 0
    for path, handler in routes(app, method="GET"):
        if path.endswith("/telephone/salaries"):
            continue  # There only while somebody is on the phone: the same search of the same list.
        for name in [each for each in asked_by(handler) if each == "q"]:
            actor = clerk if path.startswith("/service") else alice
            answer = await get_at(actor, path, name.encode() + b"=" + QUERIES[way](word))
            searches += 1
            assert answer.status_code == 200, path
            if "value=" in answer.text and 'name="q"' in answer.text:
                assert f'value="{word}"' in answer.text, path
    assert searches >= 6
    found = await get_at(alice, "/espace/00010/salaries", b"q=" + QUERIES[way](word))
    assert f"/salaries/{employee.key}" in found.text
    assert f"/salaries/{world.employee.key}" not in found.text


@pytest.mark.sweep
@pytest.mark.parametrize("letters", NO_LETTERS, ids=repr)
async def test_what_is_no_letter_in_an_address_is_no_fault(letters, app, alice, visitor, world):
    swept = 0
    for path, handler in routes(app, method="GET"):
        # Of a private page a visitor is asked for nothing but a sign-in.
        actors = (alice,) if path.startswith(("/espace/", "/service")) else (alice, visitor)
        for name in [*asked_by(handler), "fait"]:
            for actor in actors:
                answer = await get_at(actor, path, name.encode() + b"=" + letters)
                assert answer.status_code < 500, f"{path} {name}"
                swept += 1
    assert swept > 200
