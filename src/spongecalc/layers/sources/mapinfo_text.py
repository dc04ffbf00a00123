"""The character set that a MapInfo file states, which GDAL goes by."""

from __future__ import annotations

import re
from pathlib import Path

from spongecalc.gate import text
from spongecalc.layers.sources.text_encoding import GB, UTF_8

MAPINFO = (".tab", ".mif")
_CHARSET = re.compile(rb"""charset\s+"?([A-Za-z0-9_\-]+)"?""", re.IGNORECASE)
_CODECS = {
    "windowslatin1": "cp1252",
    "windowssimpchinese": GB,
    "windowstradchinese": "cp950",
    "windowsjapanese": "cp932",
    "windowskorean": "cp949",
    "windowscyrillic": "cp1251",
    "isolatin1": "latin-1",
    "isolatin9": "iso8859-15",
    "utf-8": UTF_8,
}


def stated_charset(path: Path) -> str:
    """The character set of a .tab or .mif, as it is written there; empty without one."""
    match = _CHARSET.search(text.read_beginning(path, 4096))
    return match[1].decode("ascii") if match else ""


def codec_of_charset(charset: str) -> str | None:
    """The codec of a character set of MapInfo; None for one not known, and Neutral, which GDAL leaves as is."""
    return _CODECS.get(charset.lower())
