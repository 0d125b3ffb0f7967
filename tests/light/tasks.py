"""What members come for: each browser is asked for each of these, and the table has a line for each."""

ACCOUNT = "code → compte → courrier"
OWN_PASSWORD = "mot de passe provisoire → le sien → espace"
DEEP_LINK = "lien profond puis connexion"
SLOTS = "confirmer deux créneaux"
ARRIVAL = "déclarer un salarié"
DEPARTURE = "déclarer un départ"
IMPORT = "importer un fichier"
VISIT = "demander une visite"
HEADCOUNT = "déclaration d’effectif"
INVOICE = "factures (lire, payer, garder) et document"
DEPOSIT = "déposer un document"
WRITING = "écrire au service"
SESSIONS = "terminer une connexion ouverte ailleurs"
COMPANY = "changer d’entreprise"
FORGOTTEN = "mot de passe oublié"
LEAVING = "se déconnecter"
# In Dillo as it is installed: nobody signs in, and the page says why and what to do.
REFUSED_COOKIES = "cookies refusés : la page le dit"

TASKS = (
    ACCOUNT, OWN_PASSWORD, DEEP_LINK, SLOTS, ARRIVAL, DEPARTURE, IMPORT, VISIT, HEADCOUNT, INVOICE, DEPOSIT,
    WRITING, SESSIONS, COMPANY, FORGOTTEN, LEAVING, REFUSED_COOKIES,
)  # fmt: skip
