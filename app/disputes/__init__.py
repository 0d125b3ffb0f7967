"""Invoices that an employer contests: a thread opens, reminders stop, staff credit or uphold."""
