"""The right of access of an employee, who has no account: one search over all members, one export of all that
is held, one correction of their identity (RGPD, articles 15, 16 and 20).
"""
