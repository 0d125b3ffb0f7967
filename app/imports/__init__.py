"""Employees from a file: recognised, compared, chosen, applied at once, undone as a whole."""
