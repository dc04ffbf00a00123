"""KML, KMZ, GML, GPX and GeoJSON as GDAL reads them: in UTF-8, whatever the file is in, and out of an archive."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import ZipInfo

from spongecalc.gate import archive, text
from spongecalc.gate.forms_by_name import MARKUP
from spongecalc.gate.geojson_crs import StrangeCrsError, without_crs_link
from spongecalc.gate.vector_content import admit_name
from spongecalc.layers.sources.raw import SourceRefusedError, one_line, source_entrance
from spongecalc.layers.sources.text_encoding import GB, UTF_8, codec_named

DOCUMENTS = (*MARKUP, ".kmz")
"""Endings of files that hold one document of markup, or several in an archive."""
# Encodings that GDAL's own parser reads.
PARSED = ("utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "")
LARGEST_BYTES = 2_000_000_000
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["'][^>]*\?>""")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")


@dataclass(frozen=True)
class Document:
    """One document of a file, in UTF-8; ``encoding`` is what it was in where nothing says so.

    ``linked`` says that its CRS was a link to elsewhere, which is left out.
    """

    name: str
    content: bytes
    encoding: str | None = None
    linked: bool = False


def markup_documents(path: Path, encoding: str | None) -> tuple[Document, ...] | None:
    """Documents of a file that GDAL cannot read as it lies there; None where it can.

    Parameters
    ----------
    path
        A file of one of the forms ``DOCUMENTS``.
    encoding
        What the project states; None goes by the document's declaration, then by the bytes.

    Raises
    ------
    SourceRefusedError
        If an archive is broken, holds no KML or unpacks to more than LARGEST_BYTES, or a text is not in its
        encoding.
    """
    with source_entrance(path, "vector"):
        if path.suffix.lower() == ".kmz":
            return tuple(in_utf_8(name, data, encoding) for name, data in _archived(path))
        if path.is_dir():
            return None
        admit_name(path)
        data = text.read_bytes(path)
        document = _without_link(in_utf_8(path.name, data, encoding))
        return None if document.content is data else (document,)


def _without_link(document: Document) -> Document:
    """A document whose CRS, if it is a link, is none."""
    if not document.content.lstrip().startswith(b"{"):
        return document
    try:
        content = without_crs_link(document.content)
    except StrangeCrsError:
        return document  # the gate says so, and does not let it in
    return document if content is document.content else replace(document, content=content, linked=True)


def _archived(path: Path) -> list[tuple[str, bytes]]:
    unpacked = 0

    def is_wanted(member: ZipInfo) -> bool:
        nonlocal unpacked
        wanted = member.filename.lower().endswith(".kml")
        unpacked += member.file_size * wanted
        if unpacked > LARGEST_BYTES:
            raise SourceRefusedError("file.unreadable", reason=f"> {LARGEST_BYTES:g} bytes")
        return wanted

    held = [(member.filename, content) for member, content in archive.members(path, is_wanted)]
    if not held:
        raise SourceRefusedError("file.unreadable", reason="no .kml in the archive")
    # doc.kml is where a reader begins.
    return sorted(held, key=lambda pair: (pair[0].lower() != "doc.kml", pair[0]))


def in_utf_8(name: str, data: bytes, encoding: str | None) -> Document:
    """A document in UTF-8 with a declaration that says so; the same bytes where they are so already."""
    match = _DECLARED.match(data)
    declared = match[1].decode("ascii").lower() if match else ""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Document(name, _declared_anew(data.decode("utf-16", errors="replace")))
    if declared in PARSED:
        try:
            if declared != "iso-8859-1":
                data.decode("utf-8-sig")
            return Document(name, data)
        except UnicodeDecodeError:
            declared = ""
    try:
        codec = codec_named(encoding or declared) or GB
        told = bool(encoding or declared)
        if codec == UTF_8:
            codec, told = GB, False
        return Document(name, _declared_anew(data.decode(codec)), None if told else codec)
    except LookupError as reason:
        raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason
    except UnicodeDecodeError as reason:
        raise SourceRefusedError("file.unreadable", reason=f"{name}: {one_line(reason)}") from reason


def _declared_anew(text: str) -> bytes:
    """A text in UTF-8, its XML declaration the same but for the encoding."""
    found = _DECLARATION.match(text)
    if found is None:
        return text.lstrip("\ufeff").encode()
    return ('<?xml version="1.0" encoding="UTF-8"?>' + text[found.end() :]).encode()
