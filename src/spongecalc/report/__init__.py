"""The files that people read of a review: result tables, and the report in every format and both languages."""
