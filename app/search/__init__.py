"""The service's one search: members and sites, people with access, employees, invoices."""
