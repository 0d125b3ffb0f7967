"""The demo: mails are read here and one click signs in. Nothing of it exists outside demo mode."""
