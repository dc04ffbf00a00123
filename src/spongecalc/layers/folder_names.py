"""Names that a folder can have on any file system, letters of every script among them."""

from __future__ import annotations

import re

LETTERS = re.compile(r"\w[\w.\-+]{0,39}")
# Devices of Windows: no file or folder can be called so, with any ending.
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})


def names_folder(text: str) -> bool:
    """True for a text that can name a folder on Linux, macOS and Windows as it stands.

    Letters, digits, underscores, points, hyphens and plus signs, 40 at most; it begins with a letter or digit,
    does not end with a point, which Windows drops, and is none of the names that Windows keeps for devices.
    """
    plain = LETTERS.fullmatch(text) is not None and not text.endswith(".")
    return plain and text.partition(".")[0].lower() not in DEVICES
