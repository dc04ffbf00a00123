"""Rain that runs over the ground and through the pipes at the same time: two-dimensional flow with SWMM."""
