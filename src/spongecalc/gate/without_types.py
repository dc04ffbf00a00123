"""A file in text as it lies there, but for the types of its fields: GDAL gives its numbers as text."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from spongecalc.gate.gml_apart import gml_apart
from spongecalc.gate.mapinfo_table import columns_of_mif, is_plain

Source = Path | BytesIO
_NUMBERS = (
    rb"decimal|double|float|integer|int|long|short|byte|unsigned(?:Int|Long|Short|Byte)"
    rb"|(?:non)?(?:[Pp]ositive|[Nn]egative)Integer"
)
_OF_SCHEMA = re.compile(rb"""(\b(?:type|base)\s*=\s*["'](?:[\w.-]+:)?)(?:%b)(?=["'])""" % _NUMBERS)
_OF_TEMPLATE = re.compile(rb"(<Type>\s*)(?:Integer64|Integer|Real)(?=\s*</Type>)")
_OF_KML = re.compile(
    rb"""(<(?:\w+:)?Simple(?:Array)?Field\b[^>]*?\stype\s*=\s*["'])(?:double|float|u?int|u?short)(?=["'])"""
)
_OF_MIF = re.compile(
    rb"^([ \t]*\S+[ \t]+)(?:Integer|SmallInt|LargeInt|Float|Decimal[ \t]*\([^)\r\n]*\))(?=[ \t]*\r?$)",
    re.I | re.M,
)
_WIDEST = b"Char(254)"
# Bytes in which types are looked for: those of a KML stand anywhere, a MIF's at its beginning.
_BEGINNINGS = {".kml": -1, ".mif": 1 << 20}


@contextmanager
def without_types(source: Source) -> Iterator[Source | None]:
    """The place of a file's copy without types of numbers; None for a form that has none, or is not in text.

    A GML has them in its schema or template alone: without either GDAL goes by the values, and loses none.
    """
    suffix = source.suffix.lower() if isinstance(source, Path) else ""
    if isinstance(source, BytesIO):
        data = source.getvalue()
        changed = _OF_KML.sub(rb"\1string", data) if data.lstrip()[:1] in (b"<", b"\xef") else data
        yield None if changed == data else BytesIO(changed)
    elif suffix == ".gml":
        with gml_apart(source) as place:
            yield place if _without_numbers(place) else None
    elif suffix in _BEGINNINGS:
        with TemporaryDirectory(prefix="spongecalc-") as folder:
            place = Path(folder) / source.name
            yield place if _copied(source, place) else None
    else:
        yield None


def _copied(source: Path, place: Path) -> bool:
    """False for a KML or MIF of which no number needs another look; else it is copied with fields of text."""
    kml = source.suffix.lower() == ".kml"
    with source.open("rb") as stream:
        data = stream.read(_BEGINNINGS[source.suffix.lower()])
        changed = _OF_KML.sub(rb"\1string", data) if kml else _mif(data)
        if changed == data or (not kml and all(is_plain(data, table) for table in _same_name(source, ".mid"))):
            return False
        with place.open("wb") as copy:
            copy.write(changed)
            shutil.copyfileobj(stream, copy)
    for table in () if kml else _same_name(source, ".mid"):
        try:
            place.with_suffix(table.suffix).symlink_to(table.resolve())
        except OSError:  # a system without links
            shutil.copyfile(table, place.with_suffix(table.suffix))
    return True


def _without_numbers(place: Path) -> bool:
    """True if what lies beside a GML, a copy, said that fields are numbers; now it says that they are text."""
    found = False
    for suffix, types, text in ((".xsd", _OF_SCHEMA, b"string"), (".gfs", _OF_TEMPLATE, b"String")):
        beside = place.with_suffix(suffix)
        if not beside.is_file():
            continue
        state, data = beside.stat(), beside.read_bytes()
        if (changed := types.sub(rb"\1" + text, data)) != data:
            found = True
            beside.write_bytes(changed)
            os.utime(beside, ns=(state.st_atime_ns, state.st_mtime_ns))
    return found


def _mif(data: bytes) -> bytes:
    """A MIF whose numbers are characters."""
    begin, end = columns_of_mif(data)
    return data[:begin] + _OF_MIF.sub(rb"\1" + _WIDEST, data[begin:end]) + data[end:]


def _same_name(path: Path, suffix: str) -> list[Path]:
    """The file beside another that has its name but for the ending, in either case of letters."""
    return [p for s in (suffix, suffix.upper(), suffix.capitalize()) if (p := path.with_suffix(s)).is_file()][:1]
