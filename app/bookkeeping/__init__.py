"""Entries of the sales and cash journals: closed to a day, numbered for good, exported for the accountant."""
