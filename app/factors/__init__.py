"""The second factor of the service's people: an application that shows codes, and codes on paper."""
