"""The look into a raster file before GDAL sees it: it goes with its name, and leads nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

from spongecalc.gate.admission import refuse_size
from spongecalc.gate.content import content_of
from spongecalc.gate.forms_by_name import (
    OTHER_RASTERS,
    POINTERS,
    RASTER_FORMS,
    TEXT_RASTERS,
    TILE_FORMS,
    fits,
)
from spongecalc.gate.hdf5_apart import refuse_hdf5_links
from spongecalc.gate.markup import refuse_broken_markup
from spongecalc.gate.not_admitted import NotAdmittedError, OtherFormError, OutsideError, PointerError
from spongecalc.gate.territory import led_outside, resolved, territory_of

OVERVIEWS = "OVERVIEW_FILE"
"""The item by which a raster names a file, or an address, that holds it coarser."""
# Parts of a virtual raster that say how its sources lie side by side, and what GDAL writes there of their cells;
# others compute, or open by other ways.
_MOSAIC = (
    *("VRTDataset", "SRS", "GeoTransform", "Metadata", "MDI", "BlockXSize", "BlockYSize"),
    *("VRTRasterBand", "ColorInterp", "NoDataValue", "HideNoDataValue", "Description", "Offset", "Scale"),
    *("UnitType", "Minimum", "Maximum", "SimpleSource", "ComplexSource", "SourceFilename", "SourceBand"),
    *("SourceProperties", "SrcRect", "DstRect", "NODATA", "UseMaskBand"),
    *("Histograms", "HistItem", "HistMin", "HistMax", "BucketCount", "IncludeOutOfRange", "Approximate"),
    *("HistCounts", "OverviewList", "CategoryNames", "Category", "ColorTable", "Entry"),
)
_LARGEST_MOSAIC = 10_000_000
_DECLARATION = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")


def drivers_of(path: Path) -> tuple[str, ...]:
    """The drivers that a raster may be opened by, by its name and, of a grid in text, its content."""
    form = RASTER_FORMS.get(path.suffix.lower())
    if form is not None:
        return form.drivers
    return TEXT_RASTERS if content_of(path) == "text" else OTHER_RASTERS.drivers


def admit_raster(path: Path) -> tuple[Path, ...]:
    """Let a raster in whose content goes with its name, with the files beside it that GDAL opens too.

    Returns
    -------
    tuple of Path
        The tiles of a virtual raster, which GDAL opens as soon as their cells are asked for.

    Raises
    ------
    NotAdmittedError
        With what was found.
    OSError
        It cannot be read.
    """
    content, suffix = content_of(path), path.suffix.lower()
    if not fits(content, RASTER_FORMS.get(suffix, OTHER_RASTERS)):
        if content in POINTERS:
            raise PointerError(POINTERS[content])
        raise OtherFormError(suffix, content)
    _admit_beside(path)
    if content == "HDF5":
        refuse_hdf5_links(path)
    return _admitted_tiles(path) if content == "<VRTDataset>" else ()


def _admit_beside(path: Path) -> None:
    """Overviews and masks beside a raster are rasters, and what describes it names no other file."""
    for ending in (".ovr", ".msk"):
        beside = path.with_name(path.name + ending)
        if beside.is_file() and (content := content_of(beside)) not in ("TIFF", "HFA"):
            raise PointerError(POINTERS.get(content, content))
    for described in (path.with_name(path.name + ".aux.xml"), path.with_suffix(".aux.xml")):
        if described.is_file():
            refuse_size(described)
            if OVERVIEWS.encode() in described.read_bytes().upper():
                raise PointerError(OVERVIEWS)


def _admitted_tiles(path: Path) -> tuple[Path, ...]:
    """The tiles, each admitted itself, of a virtual raster that lays them side by side, as gdalbuildvrt does."""
    if path.stat().st_size > _LARGEST_MOSAIC:
        raise PointerError("VRT")
    tiles = []
    for element in _mosaic(path.read_bytes()).iter():
        # GDAL reads names of attributes in any case.
        given = {name.lower(): value for name, value in element.attrib.items()}
        if element.tag not in _MOSAIC or (element.tag.startswith("VRT") and "subclass" in given):
            raise NotAdmittedError("mosaic", part=given.get("subclass", str(element.tag))[:80])
        if element.tag == "MDI" and given.get("key", "").upper() == OVERVIEWS:
            raise PointerError(OVERVIEWS)
        if element.tag == "SourceFilename":
            tiles.append(_admitted_tile(path, element))
    return tuple(dict.fromkeys(tiles))


def _mosaic(data: bytes) -> Element:
    """The markup of a virtual raster; comments, CDATA and entities of its own GDAL may read differently."""
    body = _DECLARATION.sub(b"", data, count=1)
    if b"<!" in body or b"<?" in body:
        raise PointerError("VRT")
    refuse_broken_markup(body)
    return fromstring(body.decode("utf-8-sig"))


def _admitted_tile(path: Path, element: Element) -> Path:
    """A tile, which is opened by whichever driver knows it: one of a form whose first bytes leave no doubt."""
    name, relative = element.text or "", element.get("relativeToVRT", "0")
    # GDAL takes any number for relative, and a name that is not a path for that of a driver ("WMTS:http://...").
    plain = name == name.strip() and relative in ("0", "1") and set(element.attrib) <= {"relativeToVRT", "shared"}
    tile = path.parent / name if relative == "1" else Path(name)
    if not plain or len(element) or not (relative == "1" or tile.is_absolute()):
        raise PointerError(f"VRT: {name[:80]}")
    real = resolved(tile)
    territory = territory_of(path)
    if not tile.is_file() or tile.suffix.lower() == ".vrt":
        raise PointerError(f"VRT: {name[:80]}")
    if not (territory.holds(real) if territory is not None else real.is_relative_to(resolved(path.parent))):
        raise OutsideError(real)
    if led_outside(tile) is not None:
        raise OutsideError(real)
    if (content := content_of(tile)) != TILE_FORMS.get(tile.suffix.lower()):
        raise NotAdmittedError("tile", name=name[:80], found=content)
    admit_raster(tile)
    return tile
