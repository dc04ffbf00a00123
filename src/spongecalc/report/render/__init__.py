"""The report's files drawn from its content: page, PDF, Word file, workbooks, maps, charts and long sections."""
