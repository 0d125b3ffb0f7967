"""The member portal of an occupational-health service (SPSTI)."""
