"""A new employee, declared in three steps of questions and a check."""
