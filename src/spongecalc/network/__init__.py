"""The pipe graph: how water gets from its sources to the outfalls, where systems meet, what was laid."""
