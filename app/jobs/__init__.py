"""Names of jobs and their codes in the nomenclature PCS-ESE."""
