"""Passkeys: in place of a password for members, beside the application for the service's people."""
