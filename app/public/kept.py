"""The contents of the tables about people, line by line: the page « Données personnelles » is drawn from
it, and a test compares it with every column of every table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.retention import rules as retention
from app.retention.lines import LINE
from app.retention.rules import duration


@dataclass(frozen=True, slots=True)
class Held:
    """One line of the page. `columns`: by table, the columns that it tells of, separated by spaces.
    `kept`: for how long, in words that can follow « Conservation : »; a key between braces stands for the
    period in force of that line of the service (`app.retention.lines`).
    """

    title: str
    words: str
    kept: str
    columns: dict[str, str]

    def at(self, months: Mapping[str, int]) -> "Held":
        """The same, with the periods in force in words."""
        words = {key: LINE[key].words(number) for key, number in months.items()}
        return replace(self, kept=self.kept.format(**words))


HELD = (
    Held(
        "Votre compte",
        "nom, prénom, fonction, adresse e-mail, n° mobile si vous le donnez, empreinte de votre mot de "
        "passe et du mot de passe provisoire, dates de création, de connexion, de changement de mot de "
        "passe et d’avertissement ; au service, vos rôles, équipes et centres. Sans ces données, hors n° "
        "mobile, le compte ne "
        "peut pas être ouvert.",
        "{accounts}",
        {
            "account": "email last_name first_name job_title mobile password_hash password_changed_at "
            "temporary_hash temporary_until first_signed_in_at last_signed_in_at warned_at erased_at "
            "created_at",
            "staffmember": "account_id roles teams centres lost narrowed_at digest_on digest_off_at "
            "created_at",
        },
    ),
    Held(
        "Vos accès",
        "les entreprises pour lesquelles vous agissez, vos rôles, si c’est comme tiers déclarant, et "
        "jusqu’à quand ; les invitations : adresse e-mail, rôles, qui invite, dates d’envoi, de réponse "
        "ou d’annulation.",
        "tant qu’ils durent, puis {accesses}",
        {
            "membership": "account_id company_id roles third_party ends_on sign_up created_at",
            "invitation": "company_id email roles third_party ends_on token_hash invited_by created_at "
            "sent_at expires_at accepted_at cancelled_at",
        },
    ),
    Held(
        "Vos entreprises",
        "code, nom, adresse, SIRET, code NAF, adresse e-mail et téléphone, que le service fournit, "
        "et l’état de l’adhésion ; les fichiers par lesquels il les met à jour, ligne par ligne ; les "
        "personnes à qui il écrit, avec leur adresse e-mail et leur téléphone. Du n° télédéclarant, le "
        "portail ne garde qu’une empreinte.",
        "tant que l’employeur adhère au service ; les contacts, {contacts} ; les corrections de la fiche, "
        "{corrections} ; les fichiers, {member_imports}",
        {
            "company": "code member_code name town siret address postcode naf naf_version email phone "
            "team_id declarant_key buyer_kind vat_exemption closed_at closed_reason suspended_at created_at "
            "updated_at",
            "companycontact": "company_id kind name email phone",
            "companycorrection": "company_id account_id on_behalf before after refusal sent_at answered_at",
            "memberimport": "account_id state file_name unchanged expected done after kept created_at "
            "touched_at applied_at undone_at",
            "memberimportfile": "import_id sealed",
            "memberimportline": "import_id kind line code before after words",
        },
    ),
    Held(
        "Une connexion en cours",
        "l’adresse e-mail ou l’entreprise que vous venez d’indiquer, la page demandée, les courriels déjà "
        "partis.",
        duration(retention.FLOW),
        {
            "signinflow": "token_hash email company_id account_id created_account_id proven_account_id "
            "mails_sent mailed_at next_path expires_at",
        },
    ),
    Held(
        "Vos connexions",
        "navigateur et système (« Firefox sur Windows »), heures de début, de dernière activité et de "
        f"fin. La session elle-même dure {duration(retention.IDLE)} sans activité, "
        f"{duration(retention.ABSOLUTE)} au plus.",
        "{sessions}",
        {
            "accountsession": "token_hash account_id device_id browser must_choose_password needs_factor "
            "as_membership_id created_at seen_at ended_at"
        },
    ),
    Held(
        "Votre second facteur, au service",
        "de quoi reconnaître les codes de votre application, l’empreinte de vos codes de secours, leurs "
        "dates, et qui, à la direction, a dit que vous l’avez perdu.",
        "tant que vous travaillez pour le service",
        {
            "secondfactor": "account_id seed last_step created_at given_back_by given_back_at",
            "recoverycode": "account_id code_hash created_at used_at",
        },
    ),
    Held(
        "Vos clés d’accès",
        "leur nom, leur partie publique (jamais votre empreinte, votre visage ni votre code), leurs dates, "
        "le nombre de leurs usages, et si elles sont copiées sur vos autres appareils.",
        "jusqu’à ce que vous les retiriez, ou changiez de mot de passe ou d’adresse ; au service, tant que "
        "vous y travaillez",
        {
            "passkey": "account_id credential_id public_key sign_count is_syncable is_synced name created_at "
            "used_at",
        },
    ),
    Held(
        "Vos navigateurs reconnus",
        "navigateur et système, dates, et une empreinte du réseau de la dernière connexion, effacée au "
        f"bout de {duration(retention.NETWORK_LIFE)}.",
        f"{duration(retention.LIFE)} après la dernière connexion",
        {"knowndevice": "token_hash account_id browser network created_at last_seen_at ended_at"},
    ),
    Held(
        "La protection contre les essais",
        "des comptes d’essais et d’envois, sous des empreintes où ne se lisent ni adresse, ni code, ni "
        "adresse IP.",
        f"{duration(retention.COUNTED)} après le dernier",
        {"throttle": "bucket guesses updated_at", "keptbytes": "bucket day bytes"},
    ),
    Held(
        "Les liens envoyés par courriel",
        "leur empreinte, leurs dates, et l’adresse à confirmer ou à rétablir.",
        f"{duration(retention.LINK)} après leur expiration",
        {"accounttoken": "token_hash account_id kind email company_id created_at expires_at used_at"},
    ),
    Held(
        "Les courriels du portail",
        "adresse, nature et contenu de l’envoi, entreprise concernée, dates, erreurs d’envoi et "
        "retour à l’expéditeur s’il y en a un.",
        "{mails}",
        {
            "outboxmail": "message_id template recipient account_id context secret_seed created_at due_at "
            "waits_since taken_by attempts sent_at failed_at last_error bounced_at bounce",
            "demomail": "recipient subject text html sent_at",
        },
    ),
    Held(
        "Un brouillon",
        "ce que vous étiez en train de saisir si votre session a pris fin, mots de passe exclus.",
        duration(retention.DRAFT_KEPT),
        {"draft": "account_id path fields created_at"},
    ),
    Held(
        "Un journal",
        "qui a fait quoi, quand, pour quelle entreprise, et si c’est comme tiers déclarant : connexions, "
        "mots de passe, accès, déclarations, rendez-vous, documents, factures, messages.",
        "connexions et mots de passe, {security} ; le reste, {history} ; la preuve que ces durées sont "
        "appliquées, qui ne nomme personne, {proofs}",
        {"auditevent": "at kind account_id company_id about about_id on_behalf"},
    ),
    Held(
        "Un journal des consultations",
        "qui, au service, a ouvert la fiche d’un adhérent, d’un salarié ou un document, et quand.",
        "{reads}",
        {"staffread": "at account_id kind subject_id company_id about"},
    ),
    Held(
        "Les salariés que leur employeur déclare",
        "nom de naissance et d’usage, prénoms, sexe, date de naissance, e-mail, téléphone et matricule "
        "s’ils sont donnés, dates d’entrée et de sortie, contrat, poste, temps partiel, expositions "
        "professionnelles et motif écrit d’un poste à risque, suivi et prochaine visite, fin d’une "
        "autorisation de conduite ou d’une habilitation électrique et rappels envoyés ; date, nature, "
        "lieu et professionnel des visites, papier remis à l’employeur et échéance fixée ; ce qui a été "
        "déclaré, par qui et quand ; par mois, combien de personnes. Ni résultat, ni motif médical.",
        "tant que le salarié travaille pour l’employeur, puis {employees} : ce qui reste compte et ne "
        "désigne plus personne ; les valeurs d’avant une correction, {changes}",
        {
            "employee": "company_id staff_number birth_name usual_name first_names sex birth_on email "
            "phone entry_on exit_on contract contract_ends_on job_title pcs part_time risks post_reason "
            "driving_until electrical_until driving_told electrical_told monitoring sort_key search_key "
            "person_key anonymised_at last_visit_on due_on due_kind created_at updated_at",
            "visit": "company_id employee_id kind done_on professional place notice next_on",
            "employeechange": "company_id employee_id import_id undoes_id kind about before after "
            "account_id on_behalf urgent_on handled_at at undone_at",
            "visitmonth": "company_id month people",
            "hiringmonth": "company_id contract monitoring month people",
        },
    ),
    Held(
        "La déclaration commencée d’un salarié",
        "ce qui a été saisi, et par qui.",
        f"{duration(retention.STARTED)} après la dernière saisie",
        {"employeedraft": "company_id account_id typed updated_at"},
    ),
    Held(
        "Un fichier ou une DSN importés",
        "les mêmes données de salariés, seules lues : le fichier est gardé chiffré, "
        f"{duration(retention.HELD_FOR)}, puis effacé. De la lecture restent qui l’a envoyé, ses "
        "dates, ses comptes, et les noms d’une partie des personnes laissées de côté.",
        f"lignes lues et non appliquées : {duration(retention.UNAPPLIED)} ; les noms, {{imports}}",
        {
            "employeeimport": "company_id account_id on_behalf state source problem rows_read rows_total "
            "columns said counts created_at touched_at applied_at undone_at",
            "sentfile": "company_id import_id account_id name size sealed sent_at same dates encoding",
            "importline": "company_id import_id line kind employee_id about words fields choice",
        },
    ),
    Held(
        "Les demandes de visite et les rendez-vous",
        "pour quel salarié, quelle visite, dates d’arrêt et cause déclarée par l’employeur pour une "
        "reprise, motif écrit qui n’est pas médical, souhaits de date et de lieu, besoin d’un accès "
        "adapté ou d’un interprète, messages échangés avec le service ; date, lieu et professionnel du "
        "rendez-vous, réponse de l’employeur et, quand il rend le créneau, ce que devient la visite ; "
        "visite honorée ou non, montant dû ; convocations envoyées et à quelle adresse. Ni ce qui s’est "
        "dit en visite, ni la raison d’une absence.",
        "comme le salarié ; les textes et les messages, {requests} ; les listes de convocations, {batches}",
        {
            "appointmentrequest": "company_id employee_id account_id on_behalf batch motive kind cause "
            "stop_from back_on reason half_days centre_id needs_access interpreter state sent_at taken_at "
            "planned_at done_at refused_at cancelled_at refusal unread_at question_at reply_at updated_at",
            "requestmessage": "company_id request_id account_id from_service text at",
            "slot": "company_id starts_at minutes kind centre_id professional role session_id employee_id "
            "request_id "
            "state answered_by answered_at confirmed_at arrived_at handled_at reason fee_cents created_at "
            "updated_at",
            "sessioncompany": "session_id company_id",
            "waitingperson": "company_id employee_id kind centre_id account_id added_at",
            "batchline": "batch_id company_id employee_id kind due_on session_id starts_at slot_id "
            "state reason note",
            "visitnotice": "company_id slot_id employee_id kind recipient to_employee sent_at "
            "message_id bounced_at bounce",
        },
    ),
    Held(
        "Les messages au service",
        "auteur, sujet, texte, fichiers joints, salarié ou facture dont il s’agit, dates.",
        "{threads}",
        {
            "inquiry": "company_id account_id on_behalf theme subject employee_id invoice_id state "
            "created_at updated_at answered_at closed_at unread_at",
            "inquirymessage": "company_id inquiry_id account_id from_service text file_name media_type "
            "size sha256 at",
        },
    ),
    Held(
        "Un message du formulaire public",
        "nom, adresse e-mail, code adhérent s’il est donné, texte, dates.",
        "{public_messages}",
        {"publicinquiry": "name email code theme text sent_at answered_at closed_at"},
    ),
    Held(
        "Les documents",
        "le fichier, son titre et son nom, le salarié dont il s’agit, qui l’a déposé, dates de dépôt, de "
        "lecture et de retrait.",
        "comme le salarié dont il s’agit ; les autres, {documents} ; le DUERP, {duerp} ; une attestation "
        "qui n’a pas été partagée, {papers}",
        {
            "document": "company_id kind title search_key file_name media_type size sha256 series version "
            "from_service employee_id account_id on_behalf created_at read_at withdrawn_at handled_at",
            "keptfile": "sha256 kept_at",
            "droppedpaper": "centre_id day slot_id account_id file_name media_type size sha256 dropped_at",
        },
    ),
    Held(
        "La déclaration annuelle et les factures",
        "contact, effectifs et montants déclarés, réponse sur les salariés dont le décompte est douteux, "
        "qui a validé et quand, avec qui le service l’a remplie au téléphone, demandes de correction ; "
        "factures, avoirs et règlements de l’entreprise, "
        "le chemin de ses factures électroniques, lettres de la campagne, relances et échéanciers, à quelle "
        "adresse, et qui du service les a faits.",
        "les noms et les contacts, {declarations} ; les lettres de la campagne, {letters} ; les références "
        "des règlements, {invoices} ; les relances, {reminders} ; les échéanciers, {plans} ; les effectifs "
        "et les montants, qui ne désignent personne, restent",
        {
            "annualdeclaration": "company_id year typed nobody_left headcount counts lines net_cents "
            "vat_cents total_cents number fingerprint receipt started_at updated_at updated_by "
            "submitted_at submitted_by on_behalf reopened_at reopened_by_service replaced reminded_on",
            "phonecall": "company_id year account_id caller state number started_at ended_at filed_at "
            "answered_at answered_by inquiry_id",
            "declarationanswer": "company_id declaration_id employee_id counts",
            "declarationcorrection": "company_id declaration_id account_id text state answer sent_at "
            "answered_at",
            "invoice": "company_id number kind title issued_on due_on lines net_cents vat_cents "
            "total_cents settles_id printed receipt entry_id created_at",
            "payment": "company_id invoice_id paid_on cents method reference entry_id created_at",
            "platformflow": "company_id invoice_id kind state tracking_id flow_id cents paid_on status "
            "status_at reason created_at due_at taken_by attempts last_error sent_at acknowledged_at",
            "invoicestatus": "company_id invoice_id flow_id status reason at updated_at",
            "dunningrun": "on_day state account_id after expected letters mails posted reminders left_cents "
            "fee_cents refused leaves_at started_at ended_at printed_at",
            "dunningletter": "company_id run_id subject text signed_by address lines is_posted recipients "
            "messages made_at",
            "letterrun": "year kind audience team on_day subject text signed_by given state account_id after "
            "expected letters drawn started_at ended_at",
            "campaignletter": "company_id run_id code address made_at",
            "letterfile": "run_id part letters sha256 size",
            "invoicedispute": "company_id invoice_id inquiry_id opened_at settled_at settled_by credit_id",
            "absencebilling": "company_id slot_id invoice_id account_id at",
            "paymentplan": "company_id account_id agreed_on cents instalments note ended_at ended_by "
            "ended_reason created_at",
            "planinvoice": "company_id plan_id invoice_id cents ended_at",
            "reminder": "company_id letter_id invoice_id step_id on_day left_cents fee_id undone_at "
            "decided_at",
        },
    ),
    Held(
        "Les mandats de prélèvement",
        "qui a signé et quand, le titulaire du compte, l’IBAN chiffré et ses quatre derniers caractères, "
        "l’empreinte du code envoyé par courriel ; chaque prélèvement, sa facture, son jour, son montant, la "
        "raison d’un refus de la banque ; les fichiers envoyés à la banque, chiffrés.",
        "{mandates} ; les prélèvements et leurs fichiers, {debits}",
        {
            "mandate": "company_id account_id rum scheme state holder signer iban_sealed iban_last code_hash "
            "code_until printed created_at signed_at alive_on used_on ended_at why notice_days",
            "debit": "company_id run_id invoice_id mandate_id scheme rum iban_last cents reference state why "
            "code ended_on",
            "debitrun": "collect_on account_id state after debits total_cents problem created_at filed_at",
            "debitfile": "run_id scheme message_id debits total_cents content taken_at",
            "debitreturn": "fingerprint account_id file_name rows created_at applied_at",
        },
    ),
    Held(
        "Les écritures comptables du service",
        "le code et le nom de l’adhérent, la facture ou le règlement, sa date et ses montants, compte par "
        "compte ; ce que la loi demande de garder (fichier des écritures comptables).",
        "{entries}",
        {
            "journalentry": "closing_id journal exercise number booked_on valid_on piece piece_on label "
            "withdrawn_at contra_id invoice_id letter lettered_on",
            "journalline": "entry_id account account_name aux aux_name debit_cents credit_cents",
        },
    ),
    Held(
        "Les relevés de banque du service",
        "qui a payé, ce que dit le virement, la date, le montant et la facture qu’il règle ; qui, au "
        "service, l’a envoyé, puis enregistré ou annulé. Le fichier lui-même n’est pas gardé.",
        "{statements}",
        {
            "bankstatement": "fingerprint account_id file_name since until opening_cents closing_cents "
            "aside created_at applied_at work expected done done_cents set_aside",
            "statementline": "statement_id booked_on cents label payer reference match shares over_cents "
            "is_taken applied_at",
        },
    ),
    Held(
        "Les adresses d’agenda que vous ouvrez",
        "leur empreinte, leurs dates, l’entreprise, et si elles montrent des noms.",
        "tant qu’elles servent, puis {accesses}",
        {"calendarfeed": "account_id company_id seed token_hash with_names created_at revoked_at"},
    ),
    Held(
        "Le travail du service",
        "qui, au service, suit quelle demande, quel message ou quel document, et depuis quand ; les notes "
        "que ces personnes se laissent pour vous répondre ; qui a changé une durée de conservation.",
        "{notes}",
        {
            "taking": "subject subject_id account_id taken_at",
            "staffnote": "subject subject_id company_id account_id text at",
            "retentionperiod": "line months account_id changed_at",
        },
    ),
    Held(
        "L’équipe du service",
        "nom, fonction, adresse e-mail et téléphone de ceux qui suivent votre entreprise.",
        "tant qu’ils la suivent",
        {"careteam": "name people email phone"},
    ),
)
