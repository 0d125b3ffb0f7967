"""Utilisateurs: people who act for the company, invitations, and the recovery of administration."""
