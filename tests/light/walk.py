"""Each task of a member, as somebody in front of a window does it; what came of it is read in the rows."""

import re
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import SQLModel, select

from app.portal import Portal
from db.models import (
    AccountSession,
    AnnualDeclaration,
    AppointmentRequest,
    CareCentre,
    Document,
    Employee,
    Inquiry,
    Slot,
    VisitKind,
)
from db.seeds.world import World
from tests.light import journey, tasks
from tests.light.window import Window
from tests.postbox import Mailbox, link_in
from tests.world import OURS, PASSWORD, TwoCompanies

ALICE = "alice@ours.example"
SPACE = "/espace/00010"
OWN = "chaloupe rivage quarante-neuf"
ROWS = "Nom de naissance;Prénom;Date de naissance;Date d'entrée;Type de contrat;Poste\r\n"
FILES = {
    "liste.csv": f"{ROWS}DURAND;Zoé;12/05/1990;01/02/2026;CDI;Soudeuse\r\n".encode(),
    "duerp.pdf": b"%PDF-1.7\n% un document unique\n%%EOF\n",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody in front of this window; `folder` holds the files that they send."""

    window: Window
    site: str
    mailbox: Mailbox
    database: Path
    folder: Path

    async def open(self, path: str, *words: str) -> None:
        await self.window.go(self.site + path)
        await self.window.sees(*words)

    def count(self, model: type[SQLModel], where: str) -> int:
        """How many of its rows are so."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            (number,) = connection.execute(
                f"SELECT count(*) FROM {model.__tablename__} WHERE {where}"
            ).fetchone()
        return int(number)

    def key_of(self, name: str) -> int:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            found = connection.execute(
                "SELECT id FROM employee WHERE upper(birth_name) = ?", (name,)
            ).fetchone()
        assert found, f"nobody is called {name}"
        return int(found[0])


Task = Callable[[Reader], Awaitable[None]]


async def a_second_slot(portal: Portal, told: TwoCompanies) -> None:
    """The same week as the first, for the same person, for another reason."""
    async with portal.database.transaction(write=True) as session:
        centre = (await session.exec(select(CareCentre))).one()
        at = datetime(2099, 3, 2, 10, 30, tzinfo=UTC)
        await World(session).a_slot(
            told.theirs, centre, at, employee_id=told.their_employee.key, kind=VisitKind.EMPLOYER
        )


async def account(reader: Reader) -> None:
    await journey.opens_an_account(reader.window)
    await reader.mailbox.letter_to(journey.NINA)


async def own_password(reader: Reader) -> None:
    await journey.enters(reader.window, reader.mailbox.letter_to)


async def slots(reader: Reader) -> None:
    await journey.confirms_two_slots(reader.window)
    assert reader.count(Slot, "state = 'confirmed'") == 2


async def leaving(reader: Reader) -> None:
    await journey.leaves(reader.window)
    assert not reader.count(AccountSession, f"ended_at IS NULL AND {of_nina}")


of_nina = f"account_id = (SELECT id FROM account WHERE email = '{journey.NINA}')"


async def deep_link(reader: Reader) -> None:
    await reader.open(f"{SPACE}/salaries", "Connexion à votre espace")
    await journey.signs_in(reader.window, ALICE, PASSWORD)
    await reader.window.sees("Mes salariés", "Soudeur")


async def arrival(reader: Reader) -> None:
    window = reader.window
    await reader.open(f"{SPACE}/salaries/declaration", "Nom de naissance")
    await window.fill("Nom de naissance", "Kerjean")
    await window.fill("Prénom", "Anne")
    await window.fill("Date de naissance", "12/05/1990")
    await window.press("Continuer")
    await window.sees("Son contrat et son poste")
    await window.fill("Date d’entrée dans l’entreprise", "01/12/2026")
    await window.choose("Type de contrat", "CDI")
    await window.fill("Poste occupé", "comptable")
    if not window.program.runs_scripts:
        await window.press("Continuer")
    await window.sees("Métier le plus proche", "Aucun de ceux-ci")
    await window.tick("Aucun de ceux-ci")
    await window.press("Continuer")
    await window.sees("Ses conditions de travail")
    await window.press("Continuer")
    await window.sees("Vérifier et déclarer")
    await window.press("Déclarer ce salarié")
    await window.sees("La déclaration est enregistrée")
    assert reader.key_of("KERJEAN")


async def departure(reader: Reader) -> None:
    key = reader.key_of("KERJEAN")
    await reader.open(f"{SPACE}/salaries/{key}/depart", "Dernier jour de travail")
    await reader.window.fill("Dernier jour de travail", "31/12/2026")
    await reader.window.press("Enregistrer le départ")
    await reader.window.sees("Le départ est enregistré")
    assert reader.count(Employee, f"id = {key} AND exit_on = '2026-12-31'")


async def importing(reader: Reader) -> None:
    window = reader.window
    await reader.open(f"{SPACE}/salaries/imports/nouveau", "Comparer avec ma liste")
    await window.attach("Fichier", reader.folder / "liste.csv")
    await window.press("Comparer avec ma liste")
    while not window.program.runs_scripts and "actualiser" in await window.sees("fichier"):
        await window.follow("Actualiser")
    await window.sees("Comparaison avec votre liste")
    await window.press("Appliquer 1 changement")
    await window.sees("Import appliqué")
    assert reader.key_of("DURAND")


async def visit(reader: Reader) -> None:
    window = reader.window
    await reader.open(f"{SPACE}/demandes/nouvelle/employeur/salaries", "Pour qui ?", "Soudeuse")
    await window.tick("Durand Zoé")  # of the file: about the other one a visit is asked already
    await window.press("Continuer")
    await window.sees("Motif de la demande")
    await window.fill("Motif de la demande", "Son poste va changer")
    await window.tick("Le salarié est informé")
    await window.press("Envoyer la demande")
    await window.sees("La demande est envoyée")
    assert reader.count(AppointmentRequest, "reason = 'Son poste va changer'") == 1


async def headcount(reader: Reader) -> None:
    window = reader.window
    await reader.open(f"{SPACE}/cotisation/2026/entreprise", "Nom du contact")
    await window.fill("Nom du contact", "Alice Martin")
    await window.fill("Adresse e-mail", ALICE)
    await window.press("Enregistrer et continuer")
    await window.sees("Personnes qui comptent")
    await window.press("Enregistrer et continuer")
    await window.sees("J’ai vérifié les postes et les risques")
    await window.tick("J’ai vérifié les postes et les risques")
    await window.press("Enregistrer et continuer")
    await window.follow("Continuer vers la validation")
    await window.press("Valider la déclaration")
    await window.sees("Reçu de la déclaration 2026")
    assert reader.count(AnnualDeclaration, "year = 2026 AND submitted_at IS NOT NULL") == 1


async def invoice(reader: Reader) -> None:
    await reader.open(f"{SPACE}/factures", "F2026-00010", "dans un fichier ZIP")
    await reader.window.follow("F2026-00010")
    await reader.window.sees("120,00", "virement", "Référence à rappeler")
    await reader.open(f"{SPACE}/cotisation/2025/recu", "D2025-00010", "139,20")
    await reader.open(f"{SPACE}/documents", OURS)
    await reader.window.follow(OURS, nth=-1)
    await reader.window.sees("Nom du fichier")


async def deposit(reader: Reader) -> None:
    window = reader.window
    await reader.open(f"{SPACE}/documents/depot", "Que déposez-vous")
    await window.choose("Que déposez-vous", "Autre document")
    await window.fill("Titre", "Plan de l'atelier")
    await window.attach("Fichier", reader.folder / "duerp.pdf")
    await window.press("Déposer")
    await window.sees("Le document est déposé")
    assert reader.count(Document, "file_name = 'duerp.pdf'") == 1


async def writing(reader: Reader) -> None:
    window = reader.window
    await reader.open(f"{SPACE}/contact/nouveau", "Objet")
    await window.choose("Thème", "Cotisation ou facture")
    await window.fill("Objet", "Notre dernier appel")
    await window.fill("Message", "Pourquoi ce montant ?")
    await window.press("Envoyer")
    await window.sees("Notre dernier appel", "Votre message est envoyé")
    assert reader.count(Inquiry, "subject = 'Notre dernier appel'") == 1


async def sessions(reader: Reader) -> None:
    await journey.is_signed_in_elsewhere(reader.site, ALICE, PASSWORD)
    await reader.open("/mon-compte/connexions", "Edge sur Windows")
    await reader.window.press("Terminer")
    await reader.window.sees("La connexion est terminée")


async def company(reader: Reader) -> None:
    window = reader.window
    await reader.open(f"{SPACE}/planning", "Mon planning")
    await window.opens_switcher("Entreprise", "Changer")
    await window.pick(f"00010-2 - {OURS} (Paimpol)", last="Paimpol")
    await window.press("Changer")
    await window.sees("Mon planning", "Aucun rendez-vous")


async def forgotten(reader: Reader) -> None:
    window = reader.window
    await window.press("Se déconnecter")
    await window.sees("Vous êtes déconnecté")
    await reader.open("/connexion/mot-de-passe-oublie", "Recevoir le lien")
    await window.fill("Votre adresse e-mail", ALICE)
    await window.press("Recevoir le lien")
    await window.sees("Consultez votre messagerie")
    letters = reader.mailbox.letters
    letter = next(each for each in letters if re.search("mot de passe", str(each["subject"])))
    await reader.open(link_in(letter, "mot-de-passe"), "Trois ou quatre mots", "Nouveau mot de passe")
    await window.fill("Nouveau mot de passe", OWN)
    await window.press("Enregistrer et entrer")
    await window.sees("Se déconnecter", "Mon planning")


async def refused_cookies(reader: Reader) -> None:
    window = reader.window
    await window.sees("Connexion à votre espace")
    await window.fill("Votre adresse e-mail", ALICE)
    await window.press("Valider")
    await window.sees("Votre navigateur refuse les cookies", "cookiesrc")


# In the order in which one person can do them: who opened an account confirms slots and leaves first.
WALK: dict[str, Task] = {
    tasks.ACCOUNT: account,
    tasks.OWN_PASSWORD: own_password,
    tasks.SLOTS: slots,
    tasks.LEAVING: leaving,
    tasks.DEEP_LINK: deep_link,
    tasks.ARRIVAL: arrival,
    tasks.DEPARTURE: departure,
    tasks.IMPORT: importing,
    tasks.VISIT: visit,
    tasks.HEADCOUNT: headcount,
    tasks.INVOICE: invoice,
    tasks.DEPOSIT: deposit,
    tasks.WRITING: writing,
    tasks.SESSIONS: sessions,
    tasks.COMPANY: company,
    tasks.FORGOTTEN: forgotten,
}
