"""What may be asked for, for whom, by whom: the motives, the list of people to tick, the reader's limits."""

import re

import html5lib
import pytest

from db.models import RequestMotive
from tests.appointments.steps import NEW, REQUESTS, TYPED, a_request, ask, asked, form_for
from tests.employees.people import acting, an_employee
from tests.pages import check

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
HOME = "/espace/00010-2"
GENERAL = "La visite de reprise est obligatoire après un congé de maternité"
LATE = {"entry_on": "2025-06-02"}
PEOPLE = f"{NEW}/employeur/salaries"
NAME = re.compile(r'<label for="salarie-\d+">([^<]*)<span class="sr">,</span>&nbsp;<span')


def boxes(page):
    """The name and the state of each person to choose."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    ticked = {each.get("id"): each.get("checked") is not None for each in tree.iter("input")}
    labels = [each for each in tree.iter("label") if each.get("for", "").startswith("salarie-")]
    return {each.text.strip(): ticked[each.get("for")] for each in labels}


def sent_by(page, button, *ticked):
    """The address that this button leads to, once these boxes are ticked: what a browser does of a form."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    (form,) = [each for each in tree.iter("form") if any(i.get("name") == "q" for i in each.iter("input"))]
    (pressed,) = [each for each in form.iter("button") if each.text == button]
    fields = [
        (each.get("name"), each.get("value"))
        for each in form.iter("input")
        if each.get("type") in ("search", "hidden")
        or each.get("checked") is not None
        or each.get("value") in ticked
    ]
    fields += [(pressed.get("name"), pressed.get("value"))] if pressed.get("name") else []
    return {"url": form.get("action"), "params": fields, "follow_redirects": True}


# --- Why


async def test_the_motives_are_those_of_an_employer_each_with_its_article(alice, world):
    page = await alice.get(NEW)
    links = re.findall(rf'href="{NEW}/(\w+)/salaries"', page.text)
    assert links == list(TYPED)
    for article in ("R4624-31", "R4624-34", "L4624-2-2", "R4624-28-1", "R4624-33"):
        assert f"({article})" in page.text
    check(page)


async def test_the_pre_reprise_is_explained_and_never_offered(alice, world, portal):
    elise = await an_employee(portal, world.site)
    for path in (NEW, f"{NEW}?salarie={elise.id}"):
        page = await alice.get(path)
        assert "<dt>La visite de pré-reprise</dt>" in page.text
        assert "jamais par l’employeur (R4624-29)" in page.text
        assert "Le portail n’en montre rien." in page.text
        assert not re.findall(r'(?:href|action|value)="(?!/faq/)[^"]*pre.?reprise', page.text, re.IGNORECASE)
    for path in (REQUESTS, PEOPLE, f"{REQUESTS}/reprise", *(form_for(each, elise) for each in TYPED)):
        text = (await alice.get(path)).text
        assert not re.search(r"pr[eé].?reprise", text, re.IGNORECASE), path


async def test_who_was_chosen_before_the_motive_is_carried_to_its_form(alice, world, portal):
    elise = await an_employee(portal, world.site)
    page = await alice.get(f"{NEW}?salarie={elise.id}&salarie={world.their_employee.id}&salarie=x&salarie=")
    assert "Pour LE GALL Élise. Quelle visite ?" in page.text
    assert f'href="{NEW}/reprise?salarie={elise.id}"' in page.text
    assert "91cc" not in page.text
    check(page)


async def test_a_form_opened_for_nobody_leads_to_the_list(alice, world):
    for query in ("", "?salarie=x", "?salarie=0", f"?salarie={2**31}", "?salarie=²"):
        answer = await alice.get(f"{NEW}/reprise{query}")
        assert answer.headers["location"] == f"{NEW}/reprise/salaries"


# --- For whom


@pytest.fixture
async def crew(portal, world):
    """One of each situation."""
    for name, more in (
        ("ALIX", LATE | {"first_names": "Éléonore", "job_title": "Caissière"}),
        ("BAPTISTE", {"entry_on": "2026-02-02", "birth_on": "1983-12-31"}),
        ("CHLOE", LATE | {"contract": "stage"}),
        ("DENIS", LATE | {"exit_on": "2026-03-01"}),
        ("ESTHER", LATE | {"exit_on": "2026-03-02", "birth_on": "1984-01-01"}),
        ("ŒUVRARD", {"entry_on": "2026-02-02", "first_names": "Zoé Anne", "staff_number": "M102"}),
    ):
        await an_employee(portal, world.site, birth_name=name, **{"first_names": "X"} | more)


@pytest.mark.parametrize(
    ("motive", "initials"),
    [("reprise", "ABEŒ"), ("retard", "AE"), ("mi_carriere", "B"), ("fin_carriere", "ABEŒ")],
)
async def test_only_those_whom_the_visit_may_concern_are_listed(alice, crew, motive, initials):
    page = await alice.get(f"{NEW}/{motive}/salaries")
    assert "".join(name[0] for name in NAME.findall(page.text)) == initials
    check(page)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("eleonore", ["ALIX Éléonore"]),
        ("ALIX éléo", ["ALIX Éléonore"]),
        ("éléo alix", ["ALIX Éléonore"]),
        ("caissiere", ["ALIX Éléonore", "BAPTISTE X", "ESTHER X", "ŒUVRARD Zoé Anne"]),
        ("oeuvrard anne", ["ŒUVRARD Zoé Anne"]),
        ("m102", ["ŒUVRARD Zoé Anne"]),
        ("alix zoe", []),
        ("lix", []),
        ("%", ["ALIX Éléonore", "BAPTISTE X", "ESTHER X", "ŒUVRARD Zoé Anne"]),
        ("a_x", []),
        ("brieuc", []),
    ],
)
async def test_people_are_found_by_the_beginning_of_their_words_without_accents(alice, crew, q, found):
    page = await alice.get(PEOPLE, params={"q": q})
    assert NAME.findall(page.text) == found
    assert ("Personne ne correspond à" in page.text) is not bool(found)
    check(page)
    part = (await alice.partial(PEOPLE, params={"q": q})).text.partition("</title>")[2].strip()
    assert part.startswith('<div id="appointments-people" data-said=')
    assert part in page.text


@pytest.mark.parametrize(
    "query",
    ["q=" + "x" * 5000, "apres=garbage", "apres=zz~0", "apres=zz~99999999999", "apres=%C2%B2~%C2%B2",
     "salarie=" + "9" * 5000, "&".join(f"salarie={n}" for n in range(900)), "q=a&q=b"],
)  # fmt: skip
async def test_an_address_that_makes_no_sense_still_shows_a_list(alice, crew, query):
    page = await alice.get(f"{PEOPLE}?{query}")
    assert page.status_code == 200
    assert '<h1 tabindex="-1">Pour qui ?</h1>' in page.text


async def test_nobody_to_ask_for_is_said_in_a_sentence(alice, world):
    late = await alice.get(f"{NEW}/retard/salaries")
    assert "Aucune visite n’est en retard : le service propose les dates avant l’échéance." in late.text
    assert "<button>Continuer" not in late.text
    check(late)
    assert "Personne dans votre liste n’est concerné" in (await alice.get(PEOPLE)).text


async def test_pages_of_people_keep_what_is_ticked_on_each(alice, world, portal):
    people = [await an_employee(portal, world.site, birth_name=f"N{n:02}") for n in range(60)]
    key = [str(each.id) for each in people]
    first = await alice.get(PEOPLE, params={"q": "élise"})
    assert "<legend>25 salariés, la liste continue</legend>" in first.text
    assert "Revenir au début" not in first.text
    second = await alice.get(**sent_by(first, "Salariés suivants", key[3], key[20]))
    assert list(boxes(second)) == [f"N{n:02} Élise" for n in (3, 20, *range(25, 50))]
    assert 'value="élise"' in second.text
    assert "<legend>25 salariés, page 2, la liste continue</legend>" in second.text
    check(second)
    third = await alice.get(**sent_by(second, "Salariés suivants", key[30]))
    assert "Salariés suivants" not in third.text
    assert [name for name, ticked in boxes(third).items() if ticked] == [
        "N03 Élise",
        "N20 Élise",
        "N30 Élise",
    ]
    searched = await alice.get(**sent_by(third, "Rechercher", key[59]))
    assert [name[1:3] for name, ticked in boxes(searched).items() if ticked] == ["30", "59", "03", "20"]
    again = await alice.get(**sent_by(third, "Revenir au début", key[59]))
    form = await alice.get(**sent_by(again, "Continuer", key[0]))
    assert '<h1 tabindex="-1">Visite à votre demande</h1>' in form.text
    names = re.findall(r'<label for="salarie_\d+">([^<]*)</label>', form.text)
    assert names == [f"N{n:02} Élise" for n in (0, 3, 20, 30, 59)]
    more = re.search(r' href="([^"]*)">Ajouter un salarié', form.text)[1].replace("&amp;", "&")
    assert sum(boxes(await alice.get(more)).values()) == 5


async def test_going_on_with_nobody_chosen_is_an_error_that_leads_to_the_list(alice, world, portal):
    elise = await an_employee(portal, world.site)
    page = await alice.get(**sent_by(await alice.get(PEOPLE), "Continuer"))
    assert page.status_code == 422
    assert f'<a href="#salarie-{elise.id}">Choisissez au moins un salarié.</a>' in page.text
    check(page)


async def test_who_is_chosen_stays_when_the_search_finds_nobody(alice, world, portal):
    elise = await an_employee(portal, world.site)
    page = await alice.get(PEOPLE, params={"q": "personne", "salarie": elise.id})
    assert boxes(page) == {"LE GALL Élise": True}
    assert f' href="{PEOPLE}?salarie={elise.id}">Voir tout le monde</a>' in page.text
    check(page)


@pytest.mark.parametrize(
    ("motive", "kind"), [("reprise", "radio"), ("accident", "radio"), ("retard", "checkbox")]
)
async def test_some_motives_are_for_one_person_and_the_others_for_several(alice, world, portal, motive, kind):
    elise = await an_employee(portal, world.site, **LATE)
    page = await alice.get(f"{NEW}/{motive}/salaries")
    assert f'<input type="{kind}" id="salarie-{elise.id}"' in page.text
    assert ("Choisissez le salarié." in page.text) is (kind == "radio")


async def test_nothing_medical_is_asked_for_and_the_page_says_so(alice, world, portal):
    elise = await an_employee(portal, world.site, **LATE)
    for motive in TYPED:
        page = await alice.get(form_for(motive, elise))
        hints = page.text.count("as d’information médicale")
        assert hints == 1 + (motive in {"employeur", "post_exposition", "fin_carriere"}), motive
    assert "sans aucun détail médical" in (await alice.get(form_for("reprise", elise))).text
    assert "le salarié peut lire ce texte" in (await alice.get(form_for("employeur", elise))).text


# --- Whether a return asks for it


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", GENERAL),
        ("?cause=autre&stop_from=2026-01-05&back_on=2026-03-06", "reprise obligatoire, au plus tard le"),
        ("?cause=autre&stop_from=05/01/2026&back_on=06/03/2026", ">14 mars 2026</time>"),
        ("?cause=autre&stop_from=2026-01-05&back_on=2026-03-05", "reprise non obligatoire (59 jours"),
        ("?cause=autre&stop_from=2026-01-05&back_on=9999-12-31", GENERAL),
        ("?cause=autre&stop_from=2026-01-05&back_on=2026-01-05", GENERAL),
        ("?cause=grippe&stop_from=x&back_on=x", GENERAL),
    ],
)  # fmt: skip
async def test_whether_a_return_asks_for_the_visit_is_said_before_anything_is_asked(alice, query, words):
    page = await alice.get(f"{REQUESTS}/reprise{query}")
    assert page.status_code == 200
    assert words in page.text
    check(page)
    part = (await alice.partial(f"{REQUESTS}/reprise{query}")).text.partition("</title>")[2].strip()
    assert part.startswith('<div id="appointments-verdict"')
    assert part in page.text


# --- Who may


async def test_a_reader_sees_where_requests_stand_and_may_ask_nothing(app, alice, world, portal):
    elise = await an_employee(portal, world.site, **LATE)
    wishes = {"needs_access": "oui", "message": "Horaires de nuit"}
    assert (await ask(alice, "employeur", elise, **wishes)).status_code == 303
    (row,) = await asked(portal, world.site)
    path = f"{REQUESTS}/{row.id}"
    whole = (await alice.get(path)).text
    hidden = (
        "Port de charges à aménager",
        "Horaires de nuit",
        "Locaux accessibles",
        "Échanges avec le service",
    )
    assert all(words in whole for words in hidden)
    async with acting(app, portal, world.site) as reader:
        listed, shown = await reader.get(REQUESTS), await reader.get(path)
        for page in (listed, shown):
            assert "Visite à votre demande" in page.text
            assert "LE GALL Élise" in page.text
            check(page)
            for words in (*hidden, "Demander une visite", "Annuler cette demande", "/messages", "/lecture"):
                assert words not in page.text, words
        assert (await reader.get(f"{REQUESTS}/reprise")).status_code == 200
        assert f"{NEW}/reprise" not in (await reader.get(f"{REQUESTS}/reprise")).text
        token = await reader.token("/mon-compte/mot-de-passe")
        acts = [f"{path}/{act}" for act in ("messages", "lecture", "annulation")]
        for address in (NEW, PEOPLE, form_for("retard", elise), *acts):
            assert (await reader.get(address)).status_code == 403, address
        for address in (f"{NEW}/retard", *acts):
            fields = {"csrf": token, "batch": "b" * 22, f"salarie_{elise.id}": "oui"}
            assert (await reader.post(address, data=fields)).status_code == 403, address
    assert await asked(portal, world.site) == [row]


@pytest.mark.parametrize("role", ["salaries", "facturation", "declaration"])
async def test_no_other_role_asks_for_visits_but_that_of_appointments_does(app, world, portal, role):
    elise = await an_employee(portal, world.site, **LATE)
    async with acting(app, portal, world.site, role) as other:
        assert (await other.get(form_for("retard", elise))).status_code == 403
    async with acting(app, portal, world.site, role, "rendez-vous", third_party=True) as asker:
        assert (await ask(asker, "retard", elise)).status_code == 303


async def test_the_text_of_a_request_for_another_date_tells_its_title_everywhere(alice, world, portal):
    elise = await an_employee(portal, world.site)
    row = await a_request(
        portal, world.site, elise, world.alice, motive=RequestMotive.ANOTHER_DATE, kind="vip"
    )
    for path in (REQUESTS, f"{REQUESTS}/{row.id}"):
        assert "Autre date pour un rendez-vous proposé" in (await alice.get(path)).text
