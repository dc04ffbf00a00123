"""Tables of standards and manuals, as data files with a source and a confidence in every row."""
