"""Historique: who did what, when, on behalf of whom."""
