"""GDAL's raster drivers by rasterio, within an entrance."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import rasterio
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from spongecalc.gate.content import content_of
from spongecalc.gate.entrance import standing_in
from spongecalc.gate.forms_by_name import GEOPACKAGE
from spongecalc.gate.gdal_drivers import close_ways_out, close_ways_out_of_rasters
from spongecalc.gate.geopackage_apart import is_copy, readable
from spongecalc.gate.grid_text import refuse_unsound_cells
from spongecalc.gate.not_admitted import OutsideError, PointerError, TooLargeError
from spongecalc.gate.raster_content import OVERVIEWS, admit_raster, drivers_of
from spongecalc.gate.territory import limits_of, resolved, territory_of

_IN_TEXT = ("AAIGrid", "GRASSASCIIGrid", "GSAG")
"""Drivers of grids in text, whose rows have no place of their own in the file."""
_CELLS_AT_A_TIME = 1_000_000


def opened(path: Path) -> DatasetReader:
    """A raster file, opened for reading: a context that closes it."""
    standing_in()
    close_ways_out()
    close_ways_out_of_rasters()
    for tile in admit_raster(path):
        with _by_drivers(tile) as opened_tile:
            _check_opened(opened_tile, tile)
    raster = _by_drivers(_undisturbed(path))
    try:
        _check_opened(raster, path)
        if raster.driver in _IN_TEXT:
            state = path.stat()
            _refuse_broken_off(path, raster.driver, state.st_mtime_ns, state.st_size)
    except Exception:
        raster.close()
        raise
    return raster


def _undisturbed(path: Path) -> Path:
    """The file to open for a raster: of a GeoPackage that SQLite would write into a copy, else the file."""
    if content_of(path) != GEOPACKAGE:
        return path
    database = readable(path, limits_of(standing_in().path))
    for reason in database.refused.values():
        raise reason.anew()
    return database.place


@lru_cache(maxsize=64)
def _refuse_broken_off(path: Path, driver: str, *_state: int) -> None:
    """Refuse a grid in text with unsound cells, or that breaks off: it is gone through from first row to last.

    GDAL looks for the beginning of a row by reading those before it, and where one cannot be read it tries it
    again for ever; asked for one row after the other it says what is wrong with the first that is.
    """
    with rasterio.open(path.absolute(), driver=driver) as grid:
        whole = grid.dtypes[0].startswith(("int", "uint"))
        refuse_unsound_cells(path, grid.width * grid.height, whole=whole)
        rows = max(1, _CELLS_AT_A_TIME // grid.width)
        for top in range(0, grid.height, rows):
            grid.read(1, window=Window(0, top, grid.width, min(rows, grid.height - top)))


def refuse_cells(count: float) -> None:
    """Refuse to read more cells at a time than the project allows, before memory is asked for them."""
    allowed = limits_of(standing_in().path).raster_limit
    if count > allowed:
        raise TooLargeError.of_count("raster_limit", round(count), allowed)


def _by_drivers(path: Path) -> DatasetReader:
    """The raster by the first of its name's drivers that knows it."""
    failure: RasterioIOError | None = None
    for driver in drivers_of(path):
        try:
            # Of a name without a folder GDAL would take a colon for the end of a driver's name.
            return rasterio.open(path.absolute(), driver=driver)
        except RasterioIOError as reason:
            # What the driver itself says of a file that is its own tells more than that others do not know it.
            if failure is None or "not recognized" in str(failure):
                failure = reason
    raise failure or RasterioIOError(f"{path.name}: no driver")


def _check_opened(raster: DatasetReader, path: Path) -> None:
    """Refuse a raster that has led GDAL to a file outside, or would for its overviews."""
    if any(name.upper() == OVERVIEWS for name in raster.tags(ns="OVERVIEWS")):
        raise PointerError(OVERVIEWS)
    territory = territory_of(path)
    for file in raster.files:
        place = resolved(Path(file))
        if is_copy(place):
            continue
        if territory is not None and not territory.holds(place):
            raise OutsideError(place)
