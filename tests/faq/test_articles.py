"""What the answers hold: nothing but clean words, real links, and only the figures of the law."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faq.articles import THEMES, articles, body_of, by_theme, closest, matching, read_article
from app.settings import Settings
from tests.pages import check

SLUGS = list(articles())
HEAD = "title: Un titre\ntheme: acces\nsummary: Court.\nwords: mots\n\n"
# Article numbers and figures that the answers may state, as the domain's rules do.
LAW = re.compile(
    r"L4622-6|L4624-2-2|R4624-(10|15|18|23|24|27|29|31|33|34)|R6222-36"
)  # fmt: skip


def settings_of(**more):
    return Settings(secret_key="k" * 64, **more)


def made(source, **more):
    return body_of(read_article("1-essai", HEAD + source), settings_of(**more), lambda name, **_: f"/{name}")


def test_there_is_an_answer_to_what_employers_complain_about():
    assert len(SLUGS) >= 16
    for question, slug in {
        "adresse pas reconnue": "adresse-e-mail-non-reconnue",
        "courriel indésirables": "courriel-non-recu",
        "administrateur parti": "administrateur-parti",
        "annuler un départ": "annuler-un-depart",
        "importer excel": "importer-un-fichier-ou-une-dsn",
        "qui compte": "qui-compte-dans-l-effectif",
        "code PCS": "code-pcs",
        "SIR": "si-sia-sir",
        "facture absence": "absence-et-facture",
        "quel navigateur": "quel-navigateur",
        "connexion sans mot de passe": "cle-d-acces",
        "duplicata": "duplicata-de-facture",
        "pré-reprise": "visite-de-pre-reprise",
        "mi-carrière": "visite-de-mi-carriere",
        "secret médical": "secret-medical",
        "expert comptable": "tiers-declarant",
        "montant cotisation": "calcul-de-la-cotisation",
        "ajouter un site": "ajouter-une-entreprise-ou-un-site",
        "corriger déclaration validée": "correction-apres-validation",
    }.items():
        assert slug in [each.slug for each in matching(question)[:2]], question


@pytest.mark.parametrize("slug", SLUGS)
def test_each_answer_is_written_with_care(slug):
    article = articles()[slug]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert article.summary.endswith((".", "?"))
    assert len(article.title) <= 80
    words = f"{article.title} {article.summary} {article.source}"
    assert "'" not in words, "typographic apostrophes"
    assert '"' not in words
    assert all(LAW.fullmatch(each) for each in re.findall(r"\b[LRD]\d{4}(?:-\d+)+", words))
    assert "aist35" not in words.lower()


@pytest.mark.parametrize("slug", SLUGS)
async def test_each_answer_is_a_well_made_light_page_whose_links_lead_somewhere(visitor, slug):
    page = await visitor.get(f"/faq/{slug}", headers={"Accept-Encoding": "br"})
    assert page.status_code == 200
    check(page)
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert "route:" not in main
    assert "faq:" not in main
    assert "$" not in main
    for link in set(re.findall(r'href="(/[^"#]*)', main)):
        assert (await visitor.get(link)).status_code in {200, 303}, link


def test_contacts_and_conditions_are_those_of_the_service():
    more = {
        "service_email": "aide@autre.example",
        "service_absence_fee_cents": 7050,
        "service_notice_days": 1,
    }
    article = articles()["absence-et-facture"]
    said = body_of(article, settings_of(**more), lambda name, **_: f"/{name}")
    assert "70,50\N{NO-BREAK SPACE}€ hors taxes" in said
    assert "1 jour ouvré avant" in said
    usual = body_of(article, settings_of(), lambda name, **_: f"/{name}")
    assert "selon le tarif du service" in usual


@pytest.mark.parametrize(
    ("source", "gone"),
    [
        ("<script>alert(1)</script>", "<script"),
        ('<img src="https://elsewhere.example/x.png">', "<img"),
        ("[x](javascript:alert(1))", "href"),
        ("![x](https://elsewhere.example/x.png)", "<img"),
        ('<a href="https://x.example" onclick="x()">x</a>', "<a"),
        ("[x](data:text/html,x)", "href"),
    ],
)
def test_nothing_but_text_lists_and_links_comes_out(source, gone):
    assert gone not in made(source)


@given(st.text(max_size=200).filter(lambda words: "$" not in words))
def test_whatever_is_written_no_script_comes_out(words):
    said = made(words).lower()
    assert not re.search(r"<(?!/?(h2|p|ul|ol|li|strong|em|a|br)\b)", said)


@given(st.text(max_size=120))
def test_any_question_is_answered_with_articles(words):
    assert {each.slug for each in matching(words)} <= set(SLUGS)


def test_accents_capitals_and_plurals_do_not_matter():
    wanted = [each.slug for each in matching("préreprise")]
    assert wanted == [each.slug for each in matching("PREREPRISE")]
    assert "visite-de-reprise" in [each.slug for each in matching("visites de reprise")]
    assert not matching("reprise xyzzy"), "every word must be there"
    assert "visite-de-reprise" in [each.slug for each in closest("reprise xyzzy")]
    assert not closest("xyzzy")


def test_no_question_shows_everything_by_theme():
    grouped = by_theme(articles().values())
    assert list(grouped) == list(THEMES.values())
    assert sum(len(listed) for listed in grouped.values()) == len(SLUGS)


def test_a_file_without_its_head_stops_at_once():
    with pytest.raises(ValueError, match="title, theme"):
        read_article("1-essai", "title: seul\n\nTexte")


async def test_the_page_is_the_same_for_everybody_and_the_search_ignores_accents(visitor, alice):
    whole = await visitor.get("/faq")
    assert whole.content == (await visitor.get("/faq")).content
    assert "Alice" not in (await alice.get("/faq")).text
    found = await visitor.get("/faq?q=prereprise")
    assert "La visite de pré-reprise" in found.text
    assert "Quel navigateur" not in found.text
    none = await visitor.get("/faq", params={"q": "<script>x</script> zyx"})
    assert "Aucune réponse ne" in none.text
    assert "<script>x" not in none.text
    part = await visitor.partial("/faq?q=facture")
    assert "<html" not in part.text
    assert 'id="faq-list"' in part.text


@pytest.mark.parametrize("slug", ["nothing", "../../etc/passwd", "%2e%2e", "10-adresse-e-mail-non-reconnue"])
async def test_an_absent_answer_is_an_absent_page(visitor, slug):
    assert (await visitor.get(f"/faq/{slug}")).status_code == 404


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_the_pages_stay_light(visitor, encoding):
    asked = {"Accept-Encoding": encoding}
    for path in ("/faq", "/faq?q=visite", *(f"/faq/{slug}" for slug in SLUGS)):
        answer = await visitor.get(path, headers=asked)
        assert answer.num_bytes_downloaded <= 6 * 1024, f"{path}: {answer.num_bytes_downloaded}"
    answer = await visitor.partial("/faq")
    assert len(answer.content) < 16 * 1024
    answer = await visitor.get("/faq", headers=asked | {"HX-Request-Type": "partial", "HX-Request": "true"})
    assert answer.num_bytes_downloaded <= 4 * 1024


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/connexion", "adresse-e-mail-non-reconnue"),
        ("/espace/00010/salaries/declaration/expositions", "si-sia-sir"),
        ("/espace/00010/salaries/metiers", "code-pcs"),
        ("/espace/00010/demandes/nouvelle", "visite-de-pre-reprise"),
        ("/espace/00010/planning/1/absence", "absence-et-facture"),
        ("/espace/00010/salaries/1/depart", "annuler-un-depart"),
        ("/espace/00010/salaries/imports/nouveau", "importer-un-fichier-ou-une-dsn"),
        ("/espace/00010/administration", "administrateur-parti"),
    ],
)
async def test_the_answer_is_linked_from_where_the_question_arises(app, visitor, alice, path, slug):
    reader = visitor if path == "/connexion" else alice
    assert re.search(rf'href="/faq/{slug}(\?de=00010)?"', (await reader.get(path)).text)


async def test_help_in_the_menu_leads_to_the_answers(visitor, alice):
    assert 'href="/faq">Aide</a>' in (await visitor.get("/")).text
    assert 'href="/faq?de=00010">Aide</a>' in (await alice.get("/espace/00010")).text
