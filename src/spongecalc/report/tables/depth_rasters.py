"""results/ponding/: the largest depths of each run as GeoTIFF, and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from spongecalc.assess.review import DepthRaster

# Depth that has the darkest blue.
DARKEST_M = 0.5
LEAST_SHOWN_M = 0.01
NODATA = -9999.0
HAZARD = "_hazard.tif"


def write_depth_rasters(depths: Sequence[DepthRaster], crs: str, folder: Path) -> list[Path]:
    """Write each raster as <name>.tif and <name>.png, and its depth times speed, where known, as
    <name>_hazard.tif; files of runs that left no water are removed.

    Dry cells are without data in the GeoTIFF and transparent in the picture.
    """
    wanted = {f"{d.name}{end}" for d in depths for end in (".tif", ".png")}
    wanted |= {f"{d.name}{HAZARD}" for d in depths if d.hazard_m2_s is not None}
    if folder.is_dir():
        for old in [
            *folder.glob("*_level?.tif"),
            *folder.glob("*_level?.png"),
            *folder.glob(f"*_level?{HAZARD}"),
        ]:
            if old.name not in wanted:
                old.unlink()
    if not depths:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    # Only projects with flow over the ground draw any; every command would wait for the import.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.image import imsave  # noqa: PLC0415

    colours = mpl.colormaps["Blues"]
    for raster in depths:
        path = folder / f"{raster.name}.tif"
        _write(path, raster.depth_m, raster.transform, crs)
        if raster.hazard_m2_s is not None:
            _write(folder / f"{raster.name}{HAZARD}", raster.hazard_m2_s, raster.transform, crs)
            written.append(folder / f"{raster.name}{HAZARD}")
        picture = colours(0.25 + 0.75 * np.clip(raster.depth_m / DARKEST_M, 0, 1))
        picture[..., 3] = np.where(raster.depth_m >= LEAST_SHOWN_M, 1.0, 0.0)
        imsave(folder / f"{raster.name}.png", picture)
        written.extend([path, folder / f"{raster.name}.png"])
    return written


def _write(path: Path, values: np.ndarray, transform: Affine, crs: str) -> None:
    """A GeoTIFF of what is more than nothing."""
    data = np.where(values > 0, values, NODATA).astype("float32")
    rows, columns = data.shape
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32"}
    with rasterio.open(
        path, "w", crs=crs, transform=transform, nodata=NODATA, compress="deflate", **profile
    ) as target:
        target.write(data, 1)
