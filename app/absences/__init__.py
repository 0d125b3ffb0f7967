"""Appointments that nobody came to, looked at and billed together."""
