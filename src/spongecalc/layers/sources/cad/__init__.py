"""The contents of a DXF drawing: text codes, blocks, shapes, texts, and which text belongs to what."""
