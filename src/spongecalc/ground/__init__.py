"""The ground that water ponds on: a grid from the DEM with buildings and walls, and its depressions."""
