"""Mon compte: the person's own details, password, address and open sessions."""
