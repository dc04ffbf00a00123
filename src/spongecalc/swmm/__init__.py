"""SWMM models: running them and reading their results back in SI units."""
