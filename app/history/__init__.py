"""Historique: acts, with their author, instant and company represented."""
