"""A SWMM input file as layers: what of it becomes features, what is carried along, and what is only named."""
