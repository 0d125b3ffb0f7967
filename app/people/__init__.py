"""Utilisateurs: who may act for the company, who is invited, and how administration is recovered."""
