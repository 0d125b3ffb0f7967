"""Mes salariés: the people, their follow-up, their declared details."""
