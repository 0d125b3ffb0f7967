"""The service's time: centres, professionals, their sessions, and the sheet of a day."""
