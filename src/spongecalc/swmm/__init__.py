"""SWMM: models from drainage systems, running them, reading results back."""
