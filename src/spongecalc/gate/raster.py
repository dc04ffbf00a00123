"""GDAL's raster drivers by rasterio, within an entrance."""

from __future__ import annotations

from pathlib import Path

import rasterio
from rasterio.io import DatasetReader

from spongecalc.gate.entrance import standing_in


def opened(path: Path) -> DatasetReader:
    """A raster file, opened for reading: a context that closes it."""
    standing_in()
    return rasterio.open(path)
