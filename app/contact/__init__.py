"""Contact: threads between a company and the service; and the form for people who cannot sign in."""
