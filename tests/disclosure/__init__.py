"""The right of access of an employee: the search, the export, the correction."""
