"""Design checks: every pipe, manhole, inlet and crossing against the limits of the standards."""
