"""From GIS layers of a community's drainage to SWMM models and a review report."""

__version__ = "0.1.0"
