"""Files: their types, where they are kept, PDFs that are drawn; what is slow in a process beside."""
