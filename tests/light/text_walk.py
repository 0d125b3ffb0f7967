"""Each task in one text browser, told in the words of the pages; what was on its screen is kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from tests.light import journey, tasks
from tests.light.stand import Stand
from tests.light.terminal import PROGRAMS, TextBrowser
from tests.postbox import link_in
from tests.world import OURS, PASSWORD

OK = "ok"
PEOPLE = (
    "Matricule;Nom de naissance;Prénom;Date de naissance;Date d’entrée;Type de contrat;Poste\r\n"
    "0007;DURAND;Zoé;12/05/1990;01/02/2026;CDI;Soudeuse\r\n"
)
DOCUMENT = b"%PDF-1.7\n1 0 obj\n"
NEXT = "bruyere moissonneuse vingt-neuf"


class Walk:
    """Somebody who goes through every task, one after the other, in one window."""

    def __init__(self, browser: TextBrowser, stand: Stand, folder: Path) -> None:
        self.browser = browser
        self.stand = stand
        self.folder = folder
        self.home = f"{stand.site}/espace/00010"

    def steps(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """In the order that they are gone through: a first sign-in as one company, then work for another."""
        browser, letter_to = self.browser, self.stand.mailbox.letter_to
        return {
            tasks.ACCOUNT: lambda: journey.opens_an_account(browser),
            tasks.OWN_PASSWORD: lambda: journey.enters(browser, letter_to),
            tasks.SLOTS: lambda: journey.confirms_two_slots(browser),
            tasks.LEAVING: lambda: journey.leaves(browser),
            tasks.DEEP_LINK: self.follows_a_deep_link,
            tasks.ARRIVAL: self.declares_an_arrival,
            tasks.DEPARTURE: self.declares_a_departure,
            tasks.IMPORT: self.sends_a_list,
            tasks.VISIT: self.asks_for_a_visit,
            tasks.HEADCOUNT: self.declares_the_year,
            tasks.INVOICE: self.saves_an_invoice,
            tasks.DEPOSIT: self.deposits,
            tasks.WRITING: self.writes_to_the_service,
            tasks.SESSIONS: self.ends_another_session,
            tasks.COMPANY: self.changes_company,
            tasks.FORGOTTEN: self.forgets_the_password,
        }

    async def follows_a_deep_link(self) -> None:
        await self.browser.opens(f"{self.home}/historique")
        await journey.signs_in(self.browser, self.stand.told.alice.email, PASSWORD)
        await self.browser.sees("Qui a fait quoi")

    async def declares_an_arrival(self) -> None:
        browser = self.browser
        await browser.opens(f"{self.home}/salaries/declaration")
        await browser.sees("étape 1 sur 4")
        await browser.fill("Nom de naissance *", "Morvan")
        await browser.fill("Prénom *", "Maëlle")
        await browser.fill("Date de naissance *", "31/01/1990")
        await browser.press("Continuer")
        await browser.sees("Son contrat et son poste")
        await browser.fill("Date d’entrée dans l’entreprise *", "01/12/2026")
        await browser.choose("Type de contrat *", "CDI")
        await browser.fill("Poste occupé *", "Soudeuse")
        await browser.press("Continuer")
        await browser.sees("Quel métier est le plus proche ?")
        await browser.press("Continuer")
        await browser.sees("Ses conditions de travail")
        await browser.tick("Travaille de nuit")
        await browser.press("Continuer")
        await browser.sees("Vérifier et déclarer", "Morvan")
        await browser.press("Déclarer ce salarié")
        await browser.sees("La déclaration est enregistrée")

    async def declares_a_departure(self) -> None:
        browser = self.browser
        await browser.opens(f"{self.home}/salaries")
        await browser.sees("Morvan Maëlle")
        await browser.follow("Morvan Maëlle")
        await browser.sees("Enregistrer son départ")
        await browser.follow("Enregistrer son départ")
        await browser.fill("Dernier jour de travail *", "31/12/2026")
        await browser.press("Enregistrer le départ")
        await browser.sees("Le départ est enregistré")

    async def sends_a_list(self) -> None:
        browser = self.browser
        (self.folder / "liste.csv").write_text(PEOPLE)
        await browser.opens(f"{self.home}/salaries/imports/nouveau")
        await browser.sends("Fichier *", self.folder / "liste.csv", "Comparer avec ma liste")
        await self._reading_ends()
        await browser.sees("Comparaison avec votre liste", "Appliquer 1 changement")
        await browser.press("Appliquer 1 changement")
        await browser.sees("Import appliqué", "1 salarié déclaré")

    async def _reading_ends(self) -> None:
        """The page of a file that is read does not change by itself without scripts."""
        while "Actualiser" in await self.browser.sees("Fichiers importés"):
            await asyncio.sleep(2)
            await self.browser.asks_again("Actualiser")

    async def asks_for_a_visit(self) -> None:
        browser = self.browser
        await browser.opens(f"{self.home}/demandes")
        await browser.sees("Mes demandes de rendez-vous")
        await browser.follow("Demander une visite")
        await browser.sees("Quelle visite ?")
        await browser.follow("Visite à votre demande")
        await browser.sees("Pour qui ?")
        await browser.tick("Morvan Maëlle")
        await browser.press("Continuer")
        await browser.sees("Motif de la demande")
        await browser.write("Motif de la demande *", "Nouveau poste avec port de charges")
        await browser.tick("Le salarié est informé de cette demande")
        await browser.press("Envoyer la demande")
        await browser.sees("La demande est envoyée")

    async def declares_the_year(self) -> None:
        browser = self.browser
        await browser.opens(f"{self.home}/cotisation")
        await browser.sees("Déclaration 2026")
        await browser.follow("Reprendre")
        await browser.sees("Les salariés", "étape 2 sur 5")
        await browser.press("Enregistrer et continuer")
        await browser.sees("étape 3 sur 5")
        await browser.tick("J’ai vérifié les postes et les risques")
        await browser.press("Enregistrer et continuer")
        await browser.sees("étape 4 sur 5")
        await browser.follow("Continuer vers la validation")
        await browser.sees("Vous allez déclarer")
        await browser.press("Valider la déclaration")
        await browser.sees("Reçu de la déclaration 2026")

    async def saves_an_invoice(self) -> None:
        browser = self.browser
        await browser.opens(f"{self.home}/factures")
        await browser.sees("Mes factures", "F2026-00010")
        (year,) = await browser.saves("2026", "zip", beside="en PDF dans un fichier ZIP")
        assert year.read_bytes().startswith(b"PK"), year
        await browser.opens(f"{self.home}/factures")
        await browser.sees("Mes factures", "F2026-00010")
        await browser.follow("F2026-00010")
        await browser.sees("Détail du montant", "Payer", "Référence à rappeler")
        (file,) = await browser.saves("Télécharger la facture électronique (PDF Factur-X)", "pdf")
        assert file.read_bytes().startswith(b"%PDF-"), file

    async def deposits(self) -> None:
        browser = self.browser
        (self.folder / "duerp.pdf").write_bytes(DOCUMENT)
        await browser.opens(f"{self.home}/documents")
        await browser.sees("Mon espace documentaire")
        await browser.follow("Déposer un document")
        await browser.choose("Que déposez-vous ? *", "DUERP")
        await browser.sends("Fichier *", self.folder / "duerp.pdf", "Déposer")
        await browser.sees("Le document est déposé")

    async def writes_to_the_service(self) -> None:
        browser = self.browser
        await browser.opens(f"{self.home}/contact")
        await browser.sees("Écrire au service")
        await browser.follow("Écrire au service")
        await browser.choose("Thème *", "Cotisation ou facture")
        await browser.fill("Objet *", "Notre appel")
        await browser.write("Message *", "Pourquoi ce montant ?")
        await browser.press("Envoyer")
        await browser.sees("est envoyé", "Pourquoi ce montant ?")

    async def ends_another_session(self) -> None:
        browser = self.browser
        await journey.is_signed_in_elsewhere(self.stand.site, self.stand.told.alice.email, PASSWORD)
        await browser.opens(f"{self.stand.site}/mon-compte/connexions")
        await browser.sees("Mes connexions", "Edge sur Windows")
        await browser.press("Terminer")
        await browser.sees("La connexion est terminée")

    async def changes_company(self) -> None:
        browser = self.browser
        await browser.opens(f"{self.home}/salaries")
        await browser.sees("Mes salariés", OURS)
        await browser.choose("Entreprise", "00010-2")
        await browser.press("Changer")
        await browser.sees("Votre liste est vide", "00010-2")

    async def forgets_the_password(self) -> None:
        browser, email = self.browser, self.stand.told.alice.email
        await journey.leaves(browser)
        await browser.opens(f"{self.stand.site}/connexion/mot-de-passe-oublie")
        await browser.fill("Votre adresse e-mail *", email)
        await browser.press("Recevoir")
        await browser.sees("Consultez votre messagerie")
        await browser.opens(await self._link_of_the_reset(email))
        await browser.fill("Nouveau mot de passe *", NEXT)
        await browser.press("Enregistrer et entrer")
        await browser.sees("Bienvenue dans votre espace")

    async def _link_of_the_reset(self, email: str) -> str:
        """In the last letter: others arrived before it."""
        await asyncio.sleep(2)
        letters = [letter for letter in self.stand.mailbox.letters if letter["to"] == email]
        return f"{self.stand.site}{link_in(letters[-1], 'mot-de-passe')}"


async def walk(name: str, stand: Stand, folder: Path, screens: Path) -> AsyncIterator[tuple[str, str]]:
    """Each task and what became of it in this program: "ok", or the words of what failed. `folder`: its home.

    Each screen that was waited for is written to `screens`, one file a task.
    """
    browser = TextBrowser(PROGRAMS[name], folder)
    await browser.start(f"{stand.site}/connexion")
    try:
        for task, step in Walk(browser, stand, folder).steps().items():
            browser.seen.clear()
            became = OK
            try:
                await step()
            except AssertionError as wrong:
                became = str(wrong).partition("\n")[0]
                browser.seen.append(await browser.screen())
                await browser.gives_up()
            seen = "\n\n====\n\n".join(browser.seen)
            (screens / f"{name} {task.replace('/', ' ou ')}.txt").write_text(seen)
            yield task, became
    finally:
        await browser.close()
