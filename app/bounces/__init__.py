"""Mails that came back: read where servers send them, shown to those who need to know."""
