"""What an employer does first, said in the words that stand on the pages: any text browser can be told so."""

from collections.abc import Awaitable, Callable
from email.message import EmailMessage

import httpx

from tests.bench.walk import Walk
from tests.light.terminal import TextBrowser
from tests.postbox import password_in
from tests.world import OTHER_NUMBER

NINA, OWN = "nina@theirs.example", "bruyere tracteur vingt-huit"
LetterTo = Callable[[str], Awaitable[EmailMessage]]


async def opens_an_account(browser: TextBrowser) -> None:
    """From the page of the sign-in, with the two numbers of the letter."""
    await browser.sees("Connexion à votre espace", "Votre adresse e-mail")
    await browser.follow("Se connecter avec son code adhérent")
    await browser.sees("Ces deux numéros sont sur le courrier")
    await browser.fill("Code adhérent *", "42")
    await browser.fill("N° télédéclarant *", OTHER_NUMBER)
    await browser.press("Valider")
    await browser.sees("Créer votre compte")
    for label, typed in (
        ("Nom *", "Le Gall"),
        ("Prénom *", "Nina"),
        ("Fonction *", "Assistante"),
        ("Adresse e-mail *", NINA),
        ("Confirmer adresse e-mail *", NINA),
    ):
        await browser.fill(label, typed)
    await browser.press("Créer le compte")
    await browser.sees("Consultez votre messagerie", NINA)


async def enters(browser: TextBrowser, letter_to: LetterTo) -> None:
    """With the password of the letter, then with one's own. The address is already there."""
    await browser.follow("Se connecter à votre espace")
    await browser.sees("Votre adresse e-mail", NINA, "Valider")
    await browser.press("Valider")
    await browser.sees("Mot de passe oublié ?")
    await browser.fill("Mot de passe *", password_in(await letter_to(NINA)))
    await browser.press("Valider")
    await browser.sees("Choisir votre mot de passe")
    await browser.fill("Nouveau mot de passe *", OWN)
    await browser.press("Enregistrer et entrer")
    await browser.sees("Bienvenue dans votre espace privé")


async def signs_in(browser: TextBrowser, email: str, password: str) -> None:
    await browser.sees("Votre adresse e-mail")
    await browser.fill("Votre adresse e-mail *", email)
    await browser.press("Valider")
    await browser.sees("Mot de passe oublié ?")
    await browser.fill("Mot de passe *", password)
    await browser.press("Valider")


async def is_signed_in_elsewhere(site: str, email: str, password: str) -> None:
    """The same person in another browser, which "Mes connexions" calls Edge."""
    sent = {"User-Agent": "Edg (Windows)"}
    async with httpx.AsyncClient(base_url=site, headers=sent, trust_env=False) as edge:
        steps = Walk(edge, "br", whole=True)
        await steps.get("/connexion")
        await steps.post("/connexion", email=email)
        await steps.post("/connexion/mot-de-passe", email=email, password=password)


async def confirms_two_slots(browser: TextBrowser) -> None:
    """Both of a week with one press: it is said, and the page is the one of after it."""
    await browser.follow("Mon planning")
    await browser.sees("2 à confirmer", "Confirmer les 2 rendez-vous")
    await browser.press("Confirmer les 2 rendez-vous")
    await browser.sees("Les rendez-vous sont confirmés", "0 à confirmer")


async def leaves(browser: TextBrowser) -> None:
    await browser.press("Se déconnecter")
    await browser.sees("Vous êtes déconnecté.")
