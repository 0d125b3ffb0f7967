"""Mon planning: the slots that the service proposes, the answers to them, convocations."""
