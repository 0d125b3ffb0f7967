"""The service's morning: everything that waits for an answer, over all its members."""
