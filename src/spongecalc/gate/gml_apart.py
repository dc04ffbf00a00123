"""A GML in a folder of its own for as long as it is read: GDAL writes what it found out (.gfs) beside it.

Its schema (.xsd), which says of what type its fields are, goes along without what it includes: GDAL would fetch
that.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.parsers import expat

from spongecalc.gate.admission import refuse_size

FETCHED = ("include", "import", "redefine", "override")


@contextmanager
def gml_apart(path: Path) -> Iterator[Path]:
    """The place of a GML where something may be written beside it; it goes with the context."""
    with TemporaryDirectory(prefix="spongecalc-") as folder:
        place = Path(folder) / path.name
        try:
            place.symlink_to(path.resolve())
        except OSError:  # a system without links
            shutil.copyfile(path, place)
        template = path.with_suffix(".gfs")
        if template.is_file():
            refuse_size(template)
            copied = shutil.copyfile(template, place.with_suffix(".gfs"))
            with suppress(OSError):
                # An older one than the GML does not count, so that its time goes along.
                shutil.copystat(template, copied)
        schema = path.with_suffix(".xsd")
        if schema.is_file():
            refuse_size(schema)
            if (text := schema_alone(schema.read_bytes())) is not None:
                place.with_suffix(".xsd").write_bytes(text)
        yield place


def schema_alone(content: bytes) -> bytes | None:
    """A schema without what it would have fetched from elsewhere; None for one that is none, or has entities."""
    parser = expat.ParserCreate()
    cuts: list[tuple[int, int]] = []
    begun: list[int] = []

    def begin(tag: str, given: dict[str, str]) -> None:
        if begun or tag.rpartition(":")[2] in FETCHED:
            if any(">" in value for value in given.values()):
                raise ValueError(tag)
            begun.append(parser.CurrentByteIndex)

    def end(_: str) -> None:
        if begun:
            first, here = begun.pop(), parser.CurrentByteIndex
            if not begun:  # what is within goes with it
                # The end of an element of one tag is told behind it, any other's at its closing tag.
                one_tag = content.index(b">", first) + 1 == here and content.startswith(b"/>", here - 2)
                cuts.append((first, here if one_tag else content.index(b">", here) + 1))

    def entity(*_: object) -> None:
        raise ValueError("entity")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = entity
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError):
        return None
    kept = bytearray(content)
    for first, last in sorted(cuts, reverse=True):
        kept[first:last] = b""
    return bytes(kept) if b"\0" not in content else None
