"""results/ponding/: the largest depths of each run as GeoTIFF, and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import rasterio
from matplotlib.image import imsave

from spongecalc.assess.review import DepthRaster

# Depth that has the darkest blue.
DARKEST_M = 0.5
LEAST_SHOWN_M = 0.01
NODATA = -9999.0


def write_depth_rasters(depths: Sequence[DepthRaster], crs: str, folder: Path) -> list[Path]:
    """Write each raster as <name>.tif and <name>.png; files of runs that left no water are removed.

    Dry cells are without data in the GeoTIFF and transparent in the picture.
    """
    wanted = {f"{d.name}{end}" for d in depths for end in (".tif", ".png")}
    if folder.is_dir():
        for old in [*folder.glob("*_level?.tif"), *folder.glob("*_level?.png")]:
            if old.name not in wanted:
                old.unlink()
    if not depths:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    colours = mpl.colormaps["Blues"]
    for raster in depths:
        path = folder / f"{raster.name}.tif"
        data = np.where(raster.depth_m > 0, raster.depth_m, NODATA).astype("float32")
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=data.shape[1],
            height=data.shape[0],
            count=1,
            dtype="float32",
            crs=crs,
            transform=raster.transform,
            nodata=NODATA,
            compress="deflate",
        ) as target:
            target.write(data, 1)
        picture = colours(0.25 + 0.75 * np.clip(raster.depth_m / DARKEST_M, 0, 1))
        picture[..., 3] = np.where(raster.depth_m >= LEAST_SHOWN_M, 1.0, 0.0)
        imsave(folder / f"{raster.name}.png", picture)
        written.extend([path, folder / f"{raster.name}.png"])
    return written
