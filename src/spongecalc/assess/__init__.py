"""Answers from SWMM's own results: separation, sponge performance, ponding, per community and in total."""
