"""Sponge performance by calculation: control volumes, the life of permeable paving, the balance of tanks."""
