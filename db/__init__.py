"""Storage of the portal: models, migrations and seeds. Imports nothing from `app`."""
