"""What everybody may read."""

import re

import pytest

from app.web.templating import ROOT

PAGES = {
    "/": "Bienvenue à l’AIST22",
    "/aide/premiere-connexion": "Première connexion",
    "/aide/tiers-declarant": "Tiers déclarant",
    "/accessibilite": "Déclaration d’accessibilité",
    "/mentions-legales": "Mentions légales",
    "/donnees-personnelles": "Données personnelles",
}


@pytest.mark.parametrize(("path", "words"), PAGES.items())
async def test_the_page_is_there(visitor, path, words):
    page = await visitor.get(path)
    assert page.status_code == 200
    assert words in page.text


async def test_the_home_page_tells_the_missions_the_aims_and_both_doors(visitor):
    page = (await visitor.get("/")).text
    for words in (
        "Action en entreprise", "Conseil", "Surveillance de l’état de santé",
        "Traçabilité et veille sanitaire",
        "Faciliter la communication", "Contrôler et rectifier", "Déclarer les effectifs",
        "Consulter les factures",
        "Organiser les rendez-vous", "Demander des rendez-vous", "Offrir un moyen simple",
        "Adhérent AIST22", "Tiers déclarant ou cabinet comptable", "Accessibilité :", "portailadh@aist22.fr",
    ):  # fmt: skip
        assert words in page
    assert "ast35" not in page


async def test_somebody_signed_in_is_offered_their_space_instead_of_the_sign_in(alice, visitor):
    assert "Mon espace</a>" in (await alice.get("/")).text
    assert "Mon espace</a>" not in (await visitor.get("/")).text


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
async def test_every_encoding_gives_the_same_page(visitor, encoding):
    page = await visitor.get("/", headers={"Accept-Encoding": encoding})
    assert page.headers.get("content-encoding", "identity") == encoding
    assert "Bienvenue" in page.text


@pytest.mark.parametrize(
    "file", sorted((*ROOT.glob("templates/**/*.*"), *ROOT.glob("partials/**/*.*"))), ids=str
)
def test_no_template_names_a_service(file):
    assert not re.search(r"aist|@\w", file.read_text(), re.IGNORECASE)
