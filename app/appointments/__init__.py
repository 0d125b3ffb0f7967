"""Demandes: what an employer asks of the service about visits, and what becomes of it."""
