"""Fiche entreprise: its details, its contacts, the team that follows it."""
