"""The time for which the portal keeps what it knows: one table, its screen, and the work of the night."""
