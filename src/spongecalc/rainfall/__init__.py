"""Storm formulas and design storms."""
