"""Copies of everything: one archive, written while the portal serves, and put back whole."""
