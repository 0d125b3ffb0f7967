"""Periods that the portal sets itself, of what is only under way: displayed after the table."""

from app.retention.rules import (
    COUNTED,
    DRAFT_KEPT,
    FLOW,
    HELD_FOR,
    LIFE,
    LINK,
    STARTED,
    UNAPPLIED,
    Fixed,
    duration,
)

FIXED = (
    Fixed(
        "Connexion en cours",
        duration(FLOW),
        "signinflow",
    ),
    Fixed(
        "Brouillon d’une session terminée",
        duration(DRAFT_KEPT),
        "draft",
    ),
    Fixed(
        "Liens envoyés par courriel",
        f"{duration(LINK)} après leur expiration",
        "accounttoken",
    ),
    Fixed(
        "Navigateurs reconnus",
        f"{duration(LIFE)} après la dernière connexion",
        "knowndevice",
    ),
    Fixed(
        "Clés d’accès",
        "jusqu’à ce que la personne les retire, change de mot de passe ou d’adresse ; au service, tant "
        "qu’elle y travaille",
        "passkey",
    ),
    Fixed(
        "Protection contre les essais",
        f"{duration(COUNTED)} après le dernier",
        "throttle keptbytes",
    ),
    Fixed(
        "Déclaration commencée d’un salarié",
        f"{duration(STARTED)} après la saisie",
        "employeedraft",
    ),
    Fixed(
        "Fichier de salariés en cours de lecture",
        f"{duration(HELD_FOR)} ; lignes lues et non appliquées, {duration(UNAPPLIED)}",
        "sentfile importline",
    ),
    Fixed(
        "Accès des personnes du service",
        "tant qu’elles y travaillent",
        "staffmember secondfactor recoverycode",
    ),
    Fixed(
        "Nombres de salariés tenus à jour",
        "tant que l’entreprise est adhérente ; des nombres par mois, qui ne disent rien d’un salarié",
        "visitmonth hiringmonth",
    ),
    Fixed(
        "Réglages et planning du service",
        "tant qu’ils servent ; ils ne disent rien d’un salarié",
        "books booksclosing carecentre careteam clinicsession columnhabit contributioncall demobase "
        "dunningstep housework invoiceseries lettertext professional professionalabsence quickanswer "
        "retentionperiod sessioncompany tariff",
    ),
)
