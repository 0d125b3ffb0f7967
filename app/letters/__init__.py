"""Letters of a campaign on paper: the opening and the reminder, in print runs, for members mails miss."""
