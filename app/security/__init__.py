"""Keys, passwords, guesses that are counted, traces of what is opened."""
