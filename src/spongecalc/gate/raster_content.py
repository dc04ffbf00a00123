"""The look into a raster file before GDAL sees it: it goes with its name, and leads nowhere else."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from spongecalc.gate.content import content_of
from spongecalc.gate.forms_by_name import OTHER_RASTERS, POINTERS, RASTER_FORMS, TEXT_RASTERS, fits
from spongecalc.gate.hdf5_apart import refuse_hdf5_links
from spongecalc.gate.not_admitted import NotAdmittedError, OtherFormError, OutsideError, PointerError
from spongecalc.gate.territory import led_outside, resolved, territory_of

OVERVIEWS = "OVERVIEW_FILE"
"""The item by which a raster names a file, or an address, that holds it coarser."""
# Parts of a virtual raster that say how its sources lie side by side; others compute, or open by other ways.
_MOSAIC = (
    *("VRTDataset", "SRS", "GeoTransform", "Metadata", "MDI", "BlockXSize", "BlockYSize"),
    *("VRTRasterBand", "ColorInterp", "NoDataValue", "HideNoDataValue", "Description", "Offset", "Scale"),
    *("UnitType", "Minimum", "Maximum", "SimpleSource", "ComplexSource", "SourceFilename", "SourceBand"),
    *("SourceProperties", "SrcRect", "DstRect", "NODATA", "UseMaskBand"),
)
_LARGEST_MOSAIC = 10_000_000


def drivers_of(path: Path) -> tuple[str, ...]:
    """The drivers that a raster may be opened by, by its name and, of a grid in text, its content."""
    form = RASTER_FORMS.get(path.suffix.lower())
    if form is not None:
        return form.drivers
    return TEXT_RASTERS if content_of(path) == "text" else OTHER_RASTERS


def admit_raster(path: Path) -> None:
    """Let a raster in whose content goes with its name, with the files beside it that GDAL opens too.

    Raises
    ------
    NotAdmittedError
        With what was found.
    OSError
        It cannot be read.
    """
    content, suffix = content_of(path), path.suffix.lower()
    form = RASTER_FORMS.get(suffix)
    if form is not None and fits(content, form):
        if content == "<VRTDataset>":
            _admit_mosaic(path)
        if content == "HDF5":
            refuse_hdf5_links(path)
    elif content in POINTERS:
        raise PointerError(POINTERS[content])
    elif form is not None:
        raise OtherFormError(suffix, content)
    _admit_beside(path)


def _admit_beside(path: Path) -> None:
    """Overviews and masks beside a raster are rasters, and what describes it names no other file."""
    for ending in (".ovr", ".msk"):
        beside = path.with_name(path.name + ending)
        if beside.is_file() and (content := content_of(beside)) not in ("TIFF", "HFA"):
            raise PointerError(POINTERS.get(content, content))
    for described in (path.with_name(path.name + ".aux.xml"), path.with_suffix(".aux.xml")):
        if described.is_file() and OVERVIEWS.encode() in described.read_bytes():
            raise PointerError(OVERVIEWS)


def _admit_mosaic(path: Path) -> None:
    """A virtual raster of tiles side by side, as gdalbuildvrt makes it, of files that are admitted themselves."""
    data = path.read_bytes()
    if len(data) > _LARGEST_MOSAIC or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise PointerError("VRT")
    try:
        root = fromstring(data)
    except ParseError as reason:
        raise NotAdmittedError("markup", reason=str(reason)) from reason
    for element in root.iter():
        if element.tag not in _MOSAIC or (element.tag.startswith("VRT") and "subClass" in element.attrib):
            raise NotAdmittedError("mosaic", part=str(element.attrib.get("subClass", element.tag)))
        if element.tag == "MDI" and element.get("key") == OVERVIEWS:
            raise PointerError(OVERVIEWS)
        if element.tag == "SourceFilename":
            _admit_tile(path, element)


def _admit_tile(path: Path, element: Element) -> None:
    name = (element.text or "").strip()
    tile = path.parent / name if element.get("relativeToVRT") == "1" else Path(name)
    real = resolved(tile)
    territory = territory_of(path)
    if not tile.is_file() or tile.suffix.lower() == ".vrt":
        raise PointerError(f"VRT: {name[:80]}")
    if not (territory.holds(real) if territory is not None else real.is_relative_to(resolved(path.parent))):
        raise OutsideError(real)
    if led_outside(tile) is not None:
        raise OutsideError(real)
    admit_raster(tile)
