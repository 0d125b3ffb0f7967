"""Members of the service: one on a page, with the acts of its life from entry to departure."""
