"""Convocations proposed together: people due, fitted to the sessions of the service."""
