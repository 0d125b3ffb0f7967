"""The home of a company, what it has to do, and the board of a person with several."""
