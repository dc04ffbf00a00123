"""The look into a vector file before GDAL sees it: it goes with its name, and leads nowhere else."""

from __future__ import annotations

import re
import shutil
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from spongecalc.gate.admission import refuse_size
from spongecalc.gate.archive_limits import check_archive
from spongecalc.gate.content import content_of, content_of_beginning
from spongecalc.gate.forms_by_name import GEOPACKAGE, POINTERS, VECTOR_FORMS, fits, is_gml_content
from spongecalc.gate.geojson_crs import StrangeCrsError, without_crs_link
from spongecalc.gate.geopackage_apart import JOURNAL, LOG
from spongecalc.gate.geopackage_views import refused_relations
from spongecalc.gate.limits import Limits
from spongecalc.gate.mapinfo_coordinates import refuse_unsound_shapes
from spongecalc.gate.markup import refuse_broken_markup
from spongecalc.gate.not_admitted import NotAdmittedError, OtherFormError, PointerError

_BEGINNING = 65_536
_TABLE = ".tab"
_INTERCHANGE = ".mif"
_OF_SHAPEFILE = (".shx", ".dbf")
_GML = b"opengis.net/gml"


def admit_content(source: Path | BytesIO, limits: Limits) -> None:
    """Let a file in whose content goes with its name; a stream whose content points nowhere else.

    Raises
    ------
    NotAdmittedError
        With what was found.
    """
    if isinstance(source, BytesIO):
        data = source.getvalue()
        content = content_of_beginning(data[:_BEGINNING])
        _admit(content, "")
        if content == GEOPACKAGE:  # nothing that is read as a stream is a database
            raise OtherFormError("", content)
        if content.startswith("<"):
            refuse_broken_markup(data)
        _check_link(data)
        return
    if not source.exists():
        return  # GDAL says so
    content = admit_name(source)
    if content == "Shapefile":
        _refuse_in_part(source)
    if content == "ZIP":
        try:
            check_archive(source, limits)
            _check_members(source)
            state = source.stat()
            _check_databases(source, limits, state.st_mtime_ns, state.st_size)
        except BadZipFile as reason:  # GDAL may read one all the same
            raise NotAdmittedError("damaged_archive", reason=str(reason)) from reason
    if source.suffix.lower() == _INTERCHANGE and source.is_file():
        refuse_unsound_shapes(source)
    for table in _mapinfo_tables(source):
        refuse_size(table)
        _check_table(table.read_bytes())
    if content == "JSON" or content.startswith("<"):
        refuse_size(source)  # whatever its name ends in
        if _is_read_as_markup(source, content):
            refuse_broken_markup(source)
    if content == "JSON":
        state = source.stat()
        _check_file(source, state.st_mtime_ns, state.st_size)


def _refuse_in_part(shapes: Path) -> None:
    """Refuse a Shapefile without its table or its index: GDAL reads it as features that have nothing to say."""
    for ending in _OF_SHAPEFILE:
        plain = (shapes.with_suffix(ending), shapes.with_suffix(ending.upper()))
        if any(p.is_file() for p in plain):
            continue
        named = {shapes.stem + ending, (shapes.stem + ending).lower()}
        if not any(p.name.lower() in named for p in shapes.parent.iterdir()):
            raise NotAdmittedError("part_missing", name=plain[0].name[:100])


def admit_name(path: Path) -> str:
    """The content of a file, if it goes with its name and points nowhere else; raises NotAdmittedError."""
    content = content_of(path)
    _admit(content, path.suffix.lower())
    return content


def is_gml(path: Path) -> bool:
    """True for markup that GDAL reads as GML."""
    return path.is_file() and is_gml_content(content_of(path))


def _is_read_as_markup(path: Path, content: str) -> bool:
    """True for markup that a driver reads: of a form's ending, or one that names what GML is."""
    if not content.startswith("<"):
        return False
    if path.suffix.lower() in VECTOR_FORMS or content in ("<kml>", "<gpx>"):
        return True
    with path.open("rb") as stream:
        return _GML in stream.read(_BEGINNING)


def _admit(content: str, suffix: str) -> None:
    if content in POINTERS:
        raise PointerError(POINTERS[content])
    form = VECTOR_FORMS.get(suffix)
    if form is not None and not fits(content, form):
        raise OtherFormError(suffix, content)


def _mapinfo_tables(path: Path) -> list[Path]:
    """The tables of MapInfo that GDAL opens for a path: one, or all of a folder."""
    parts = path.iterdir() if path.is_dir() else [path]
    return [p for p in parts if p.suffix.lower() == _TABLE and p.is_file()]


def _check_table(data: bytes) -> None:
    """Refuse a table of MapInfo that is made of others, wherever they lie: a seamless one, or a view."""
    for line in re.split(rb"[\r\n]", data):
        words = b" ".join(line.lower().replace(b'"', b" ").split())
        if words.startswith((b"open table", b"create view")) or (
            words.startswith(rb"\isseamless") and words.removeprefix(rb"\isseamless").strip(b" =") != b"false"
        ):
            raise PointerError(f"MapInfo: {words[:40].decode('ascii', 'replace')}")


@lru_cache(maxsize=32)
def _check_file(path: Path, *_state: int) -> None:
    """Look for links in a GeoJSON; done once for each state of the file."""
    _check_link(path.read_bytes())


def _check_link(data: bytes) -> None:
    try:
        linked = without_crs_link(data) is not data
    except StrangeCrsError as reason:
        raise NotAdmittedError("crs_unclear", reason=str(reason)) from reason
    if linked:
        raise PointerError("crs: link")


def _check_members(path: Path) -> None:
    """Refuse an archive with a member that leads elsewhere: archives of layers hold GML and the like seldom."""
    with ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                content = content_of_beginning(part.read(_BEGINNING))
            if content in POINTERS:
                raise PointerError(POINTERS[content])
            if content == "JSON":
                _check_link(archive.read(member))
            if member.filename.lower().endswith(_TABLE):
                _check_table(archive.read(member))
            if member.filename.lower().endswith(".gml"):
                raise OtherFormError(path.suffix, member.filename)


@lru_cache(maxsize=32)
def _check_databases(path: Path, limits: Limits, *_state: int) -> None:
    """Refuse an archive with a GeoPackage of which a layer is not to be read, or whose last rows are in a log.

    GDAL reads it where it is packed, without a log that is packed with it. Done once for each state of the file.
    """
    with ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                if content_of_beginning(part.read(_BEGINNING)) != GEOPACKAGE:
                    continue
            for other in archive.infolist():
                if other.filename in (member.filename + LOG, member.filename + JOURNAL) and other.file_size:
                    raise NotAdmittedError("packed_log", name=other.filename[:100])
            with TemporaryDirectory(prefix="spongecalc-") as folder:
                place = Path(folder) / "packed.gpkg"
                with archive.open(member) as part, place.open("wb") as copy:
                    shutil.copyfileobj(part, copy)
                for reason in refused_relations(place, limits).values():
                    raise reason
