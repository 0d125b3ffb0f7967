"""Visits due over all members: lists, the load of the months, who fits a free time, who waits for one."""
