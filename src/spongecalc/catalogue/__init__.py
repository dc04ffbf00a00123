"""Covers, materials and sections of pipes: each one object, told in one table."""
