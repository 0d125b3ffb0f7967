"""The public pages: home, procedures, legal notices."""
