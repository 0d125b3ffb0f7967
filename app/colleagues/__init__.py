"""The people who work for the service: their roles, their scope, their leaving, and what they open."""
