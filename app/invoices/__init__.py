"""What the service invoices, what was paid of it, and how to pay the rest."""
