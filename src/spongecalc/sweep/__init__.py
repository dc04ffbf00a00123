"""Sweeps: one batch over storms, scenarios and sets of parameters, and the table of what came of it."""
