"""Electronic invoices on their way: handed to a platform by XP Z12-013, their statuses read back."""
