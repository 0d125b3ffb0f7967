"""The companies that a person acts for, and the private space of each."""
