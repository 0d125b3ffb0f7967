"""What the portal remembers: models, migrations and seeds. Imports nothing from `app`."""
