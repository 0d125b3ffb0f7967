"""Mon compte, of the company: what the service knows of it, whom it writes to, who follows it."""
