"""Words and values: fields, cells, dates and numbers as France writes them."""
