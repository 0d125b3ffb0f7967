"""The file of the members, as the software of the service exports it."""
