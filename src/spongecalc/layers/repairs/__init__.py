"""Repairs made only when asked for: each is a function of layers that returns layers and what it changed."""
