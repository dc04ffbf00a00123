"""The ground: covers, the area each inlet drains, permeable paving, and where water stands on it."""
