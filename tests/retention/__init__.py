"""Periods: the rules, their screen, the work of the night."""
