"""The report's content: chapters, tables and figures as data, in words of one language and without a look."""
