"""A service in production, by its pages alone, no script: to the first convocation, to the first invoice."""

import io
import re
from contextlib import asynccontextmanager

import pypdf
import pytest

from app import clock
from app.calls.staff import work_portion
from app.commands import create_staff
from app.invoices.rules import reference_of
from tests.bank.files import cfonb, movement
from tests.factors.steps import code_at, secret_on
from tests.invoices.steps import IBAN
from tests.postbox import password_in, words_of
from tests.walker import TICKED, Walker

SITE = "https://portail.service.example"
ANNE, NINA = "anne@service.example", "nina@menuiserie.example"
CHOSEN = "bruyère tracteur vingt-huit"
MEMBERS = (
    "Code adhérent;Raison sociale;Commune;SIRET;N° télédéclarant;Adresse;Code postal\n"
    "00500;Menuiserie Éon;Saint-Brieuc;73282932000074;;5 rue des Pins;22000\n"
    "00501;Garage du Port;Paimpol;;;1 quai Neuf;22500\n"
)


@pytest.fixture
def settings(settings):
    """As in production: neither the demonstration nor plain http."""
    return settings.model_copy(update={"base_url": SITE, "service_iban": IBAN})


@asynccontextmanager
async def a_new_service(app, settings, mailbox):
    """Its director, its first member, each with a browser, and the number that opens the account."""
    await create_staff(settings, ANNE, "Anne", "Riou", clock.now())
    async with Walker(app) as anne, Walker(app) as nina:
        for each in (anne, nina):
            each.base_url = SITE
        await comes_in(anne, ANNE, await the_letter(app, mailbox, ANNE))
        await installs_a_factor(anne)
        await imports_the_members(anne)
        yield anne, nina, await prints_the_letter(anne)


async def joins(app, mailbox, nina, number):
    await signs_up(nina, number)
    await comes_in(nina, NINA, await the_letter(app, mailbox, NINA))


async def test_from_an_empty_base_to_the_first_convocation(app, settings, mailbox, time_machine_at):
    assert not settings.demo
    assert settings.is_secure
    async with a_new_service(app, settings, mailbox) as (anne, nina, number):
        await opens_a_session(anne)
        await joins(app, mailbox, nina, number)
        await declares_somebody(nina)
        await proposes_a_time(anne)
        letter = await the_letter(app, mailbox, NINA)
        await confirms(nina, letter)


async def the_letter(app, mailbox, address):
    return [each for each in await mailbox.delivered(app) if each["To"] == address][-1]


async def comes_in(actor, email, letter):
    """From the page that everybody sees."""
    await actor.opens("/")
    await actor.follows("Connexion")
    await actor.sends("Valider", typed={"Votre adresse e-mail": email})
    await actor.sends("Valider", typed={"Mot de passe": password_in(letter)})
    await actor.sends("Enregistrer", typed={"Nouveau mot de passe": CHOSEN})


async def installs_a_factor(anne):
    anne.sees("Installer un second facteur")
    await anne.sends("Installer", typed={"Code": code_at(secret_on(anne.answer))})
    anne.sees("Vos codes de secours")
    await anne.follows("J’ai noté mes codes")


async def imports_the_members(anne):
    await anne.follows("Adhérents")
    await anne.follows("Importer")
    await anne.sends("Comparer", files={"Fichier": ("adherents.csv", MEMBERS.encode(), "text/csv")})
    anne.sees("2 nouveaux")
    await anne.sends("Appliquer ce fichier")
    anne.sees("Le fichier est appliqué")


async def prints_the_letter(anne):
    await anne.follows("Adhérents")
    await anne.follows("00500")
    await anne.follows("Nouveau n°")
    await anne.sends("Tirer le numéro")
    words = pypdf.PdfReader(io.BytesIO(anne.answer.content)).pages[0].extract_text()
    return re.search(r"télédéclarant : (\d{10})", words)[1]


async def opens_a_session(anne):
    await anne.follows("Vacations")
    await anne.follows("Ouvrir")
    await anne.follows("ajouter un centre")
    centre = {"Nom": "Centre de Saint-Brieuc", "Adresse": "4 rue de la Santé", "Code postal": "22000"}
    await anne.sends("Ajouter", typed=centre | {"Commune": "Saint-Brieuc"})
    await anne.follows("Vacations")
    await anne.follows("Ouvrir")
    await anne.follows("ajouter un professionnel")
    await anne.sends("Ajouter", typed={"Nom": "Dr Claire Abgrall", "Fonction": "médecin du travail"})
    await anne.follows("Vacations")
    await anne.follows("Ouvrir")
    times = {"Premier jour": "23/03/2026", "Début": "9 h 00", "Fin": "11 h 00", "Minutes par visite": "30"}
    await anne.sends("Ouvrir", typed=times | {"Nombre de semaines": "1"})
    anne.sees("Dr Claire Abgrall")


async def signs_up(nina, number):
    await nina.opens("/")
    await nina.follows("Connexion")
    await nina.follows("Se connecter avec son code adhérent")
    await nina.sends("Valider", typed={"Code adhérent": "00500", "N° télédéclarant": number})
    person = {"Nom": "Le Gall", "Prénom": "Nina", "Fonction": "Assistante", "Adresse e-mail": NINA}
    await nina.sends("Créer le compte", typed=person | {"Confirmer adresse e-mail": NINA})
    nina.sees("Consultez votre messagerie")


async def declares_somebody(nina, entry="16/03/2026"):
    nina.sees("Bienvenue")
    await nina.follows("Déclarer")
    who = {
        "Nom de naissance": "KERBRAT",
        "Prénom": "Yann",
        "Date de naissance": "14/07/1992",
        "Sexe": "Homme",
    }
    await nina.sends("Continuer", typed=who)
    job = {"Date d’entrée": entry, "Type de contrat": "CDI", "Poste": "Menuisier"}
    await nina.sends("Continuer", typed=job)
    await nina.sends("Continuer", typed={"Menuisiers qualifiés": TICKED})
    await nina.sends("Continuer")
    nina.sees("Vérifier et déclarer KERBRAT Yann")
    await nina.sends("Déclarer ce salarié")
    nina.sees("La déclaration est enregistrée")


async def proposes_a_time(anne):
    """To the first person whom the session may see."""
    await anne.follows("Vacations")
    for _ in range(3):
        await anne.follows("Semaine suivante")
    await anne.follows("Lundi 23 mars")
    await anne.follows("Qui convient ?")
    await anne.sends("Proposer", typed={"KERBRAT Yann": TICKED})
    anne.sees("KERBRAT Yann")


def convocation_in(letter):
    """The words of the paper that comes with it."""
    (paper,) = [each for each in letter.iter_attachments() if each.get_content_type() == "application/pdf"]
    return pypdf.PdfReader(io.BytesIO(paper.get_content())).pages[0].extract_text()


async def confirms(nina, letter):
    """By the address that the letter gives."""
    words = words_of(letter)
    assert "KERBRAT Yann : lundi 23 mars 2026 à 9 h 00, Centre de Saint-Brieuc" in words
    assert "rendez le créneau. La convocation jointe vaut" in words
    assert "KERBRAT" in convocation_in(letter)
    await nina.opens(re.search(rf"{SITE}(/\S+)", words)[1])
    nina.sees("KERBRAT Yann", "1 à confirmer")
    await nina.sends("Confirmer")
    nina.sees("0 à confirmer", "1 confirmé")


async def test_from_a_tariff_to_a_paid_invoice(app, settings, portal, mailbox, time_machine_at):
    """The year: a tariff, its campaign, a declaration, the call, and the money on the statement."""
    async with a_new_service(app, settings, mailbox) as (anne, nina, number):
        await publishes_a_tariff(anne)
        await joins(app, mailbox, nina, number)
        await declares_somebody(nina, "12/01/2026")
        await files_the_headcount(nina)
        await issues_the_call(anne)
        while await work_portion(portal, clock.now()):
            pass
        await anne.opens("/service/cotisations/2026/appel")
        anne.sees("1 facture émise", "tout ce qui est validé l’est déjà")
        letter = words_of(await the_letter(app, mailbox, NINA))
        await nina.opens(re.search(rf"{SITE}(/espace/00500/factures/\d+)", letter)[1])
        nina.sees("Facture FA2026-000001", "139,20", IBAN[:4])
        await reads_the_statement(anne)
        await nina.follows("Mes factures")
        await nina.follows("FA2026-000001")
        nina.sees("Payée")


async def publishes_a_tariff(anne):
    await anne.follows("Cotisations")
    await anne.follows("Écrire le tarif 2026")
    days = {"Premier jour": "01/03/2026", "Dernier jour": "31/03/2026", "Effectif compté au": "01/02/2026"}
    await anne.sends("Publier ce tarif", typed=days | {"Prix par personne": "116"})
    anne.sees("ouverte jusqu’au 31 mars 2026")


async def files_the_headcount(nina):
    await nina.follows("Ma cotisation")
    await nina.follows("Commencer")
    contact = {"Nom du contact": "Nina Le Gall", "Adresse e-mail": NINA}
    await nina.sends("Enregistrer et continuer", typed=contact)
    nina.sees("Personnes qui comptent1")
    await nina.sends("Enregistrer et continuer")
    checked = {"J’ai vérifié les postes et les risques": TICKED}
    await nina.sends("Enregistrer et continuer", typed=checked)
    nina.sees("139,20")
    await nina.follows("Continuer")
    await nina.sends("Valider la déclaration")
    nina.sees("Votre déclaration est validée", "D2026-00500")


async def issues_the_call(anne):
    await anne.follows("Cotisations")
    await anne.follows("Appel de cotisation")
    anne.sees("1 déclaration validée pour 1 personne")
    await anne.sends("Émettre 1 facture")


async def reads_the_statement(anne):
    """One transfer, that bears the reference of the invoice."""
    await anne.follows("Règlements")
    transfer = movement(13_920, "VIR MENUISERIE EON", LCC=reference_of("FA2026-000001"))
    await anne.sends("Lire le relevé", files={"Relevé": ("releve.txt", cfonb(transfer), "text/plain")})
    anne.sees("FA2026-000001")
    await anne.sends("Enregistrer les règlements")
