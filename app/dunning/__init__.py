"""Reminders of unpaid invoices in steps, and the suspension that is proposed after the last of them."""
