"""/service/cotisations: the year of the contribution as the service leads it."""
