"""Sign-in: from an address and a password to a session; and back in when the password is lost."""
