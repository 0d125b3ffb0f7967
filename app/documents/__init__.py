"""Mon espace documentaire: what the service shares, what the employer deposits, certificates on demand."""
