"""HTTP around the areas: headers, sessions, forms, pages, errors."""
