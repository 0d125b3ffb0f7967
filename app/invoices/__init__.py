"""Invoices of the service, their payments, and the ways to pay the rest."""
