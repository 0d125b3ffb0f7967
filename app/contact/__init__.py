"""Contact: what a company writes to the service and is answered; and the form of who cannot sign in."""
