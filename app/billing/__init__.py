"""/service/factures: one invoice as the service sees it, and what it does with it."""
