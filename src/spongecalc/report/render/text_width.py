"""Widths of texts, by which every format shares out the width of its tables."""

from __future__ import annotations

import unicodedata


def text_width(text: str) -> float:
    """Width of a text's longest line in half-width characters: a Chinese one takes two."""
    lines = text.split("\n")
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines)
