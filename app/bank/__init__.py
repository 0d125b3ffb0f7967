"""Bank statements: read, matched with invoices, looked at, recorded as payments, taken back."""
