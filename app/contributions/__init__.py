"""Ma cotisation: the yearly declaration of headcount and what it costs."""
