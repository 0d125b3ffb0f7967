"""Mes salariés: who they are, how they are followed, what is declared about them."""
