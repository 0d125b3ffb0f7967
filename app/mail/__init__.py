"""Mail: a row in the outbox, a letter from one Markdown file of templates/emails, the way to a relay."""
