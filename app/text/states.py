"""The tone of a state's word, one for the whole portal: the same word has the same colour on every page.

`ok`: nothing to do. `wait`: somebody has to act. `bad`: late, refused or failed. Any other word is plain.
"""

TONES = {
    "ok": (
        "payée", "soldée par un avoir", "validée", "validée, campagne close", "acceptée", "planifiée",
        "honorée", "prise en compte", "répondu", "appliqué", "nouveau",
    ),
    "wait": (
        "à payer", "partiellement payée", "à faire", "commencée", "en cours de correction", "envoyée",
        "envoyée au service", "prise en charge", "envoyé", "réponse à lire", "colonnes à préciser",
        "comparé, à appliquer", "en lecture", "en attente",
    ),
    "bad": ("en retard", "refusée", "illisible", "expirée", "accès terminé"),
}  # fmt: skip
TONE_OF = {word: tone for tone, words in TONES.items() for word in words}


def tone(word: str) -> str:
    """The `kind` of a tag for this state.

    >>> tone("En retard"), tone("annulée")
    ('bad', '')
    """
    return TONE_OF.get(word.lower(), "")
