"""Sign-up: from the letter with the two numbers to an account (code adhérent and n° télédéclarant)."""
