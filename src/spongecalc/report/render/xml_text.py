"""Texts that an XML file can hold: Word files and workbooks are XML."""

from __future__ import annotations

import re

# Characters that XML cannot hold.
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """A text that XML can hold."""
    return UNFIT.sub("\ufffd", text)
