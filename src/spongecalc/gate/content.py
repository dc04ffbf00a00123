"""The form of a file by its content, whatever its name says: its first bytes, of markup its root element."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

Content = Literal[
    "GeoPackage",
    "Shapefile",
    "FlatGeobuf",
    "ZIP",
    "GZIP",
    "TIFF",
    "HFA",
    "JPEG 2000",
    "NetCDF",
    "HDF5",
    "JSON",
    "text",
    "bytes",
    "empty",
    "folder",
]
_BEGINNINGS: tuple[tuple[bytes, Content], ...] = (
    (b"SQLite format 3\0", "GeoPackage"),
    (b"\x00\x00\x27\x0a", "Shapefile"),
    (b"fgb", "FlatGeobuf"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x1f\x8b", "GZIP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    # With the zero behind it: GDAL takes a text that holds <VRTDataset anywhere for a virtual raster.
    (b"EHFA_HEADER_TAG\0", "HFA"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51\0", "JPEG 2000"),
    (b"CDF\x01", "NetCDF"),
    (b"CDF\x02", "NetCDF"),
    (b"CDF\x05", "NetCDF"),
    (b"\x89HDF\r\n\x1a\n", "HDF5"),
)
_LOOKED_AT = 65_536
# Before the root element of a document: its declaration, comments, instructions and the document type.
_PROLOG = re.compile(r"(?s)\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)\s*")
_ROOT = re.compile(r"<([^\s<>/!?]+)")


def content_of(path: Path) -> str:
    """The form of a file's content: one of ``Content``, or "<name>" for markup with the name of its root element.

    Raises
    ------
    OSError
        It cannot be read.
    """
    if path.is_dir():
        return "folder"
    with path.open("rb") as stream:
        return content_of_beginning(stream.read(_LOOKED_AT))


def content_of_beginning(beginning: bytes) -> str:
    """The form that a file's first bytes tell, as :func:`content_of` has it."""
    if not beginning.strip():
        return "empty" if not beginning else "text"
    for begins, content in _BEGINNINGS:
        if beginning.startswith(begins):
            return content
    text = _text_of(beginning)
    if text is None:
        return "bytes"
    if text.startswith(("{", "[")):
        return "JSON"
    if not text.startswith("<"):
        return "text"
    while (prolog := _PROLOG.match(text)) is not None and prolog.end():
        text = text[prolog.end() :]
    root = _ROOT.match(text)
    return f"<{root[1].rpartition(':')[2]}>" if root is not None else "<?>"


def _text_of(beginning: bytes) -> str | None:
    """The first letters of a text in any encoding of which markup has the ASCII; None for what is no text."""
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = beginning.decode("utf-16", errors="replace")
    elif b"\0" in beginning[:1024]:
        return None
    else:
        text = beginning.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return text.lstrip()
