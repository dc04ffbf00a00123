"""Tables of standards and manuals, as data files with a source in every row, and how it is known."""
