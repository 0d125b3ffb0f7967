"""What everybody may read: the home page, our procedures, the legal pages."""
