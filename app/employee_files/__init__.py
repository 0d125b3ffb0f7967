"""Files of employees, read and written: spreadsheets and DSN; their columns are one table, `columns`."""
