"""Calendars: one visit as a file, and the secret address that a calendar reads."""
