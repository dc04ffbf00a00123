"""results/ponding/: the largest depths of each run as GeoTIFF, and as a picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.io import MemoryFile

from spongecalc.assess.review import DepthRaster
from spongecalc.batch.own_files import remove_left_over
from spongecalc.whole_file import replace_files

# Depth that has the darkest blue.
DARKEST_M = 0.5
LEAST_SHOWN_M = 0.01
NODATA = -9999.0
HAZARD = "_hazard.tif"
FOLDER = "ponding"


def depth_raster_places(depths: Sequence[DepthRaster], results: Path) -> list[Path]:
    """The files that :func:`write_depth_rasters` may write, by their names alone."""
    return [results / FOLDER / f"{raster.name}{end}" for raster in depths for end in (".tif", HAZARD, ".png")]


def write_depth_rasters(depths: Sequence[DepthRaster], crs: str, results: Path) -> list[Path]:
    """Write each raster as ponding/<name>.tif and .png, and its depth times speed, where known, as _hazard.tif.

    Files that this program wrote of runs that leave no water now are removed.

    Dry cells are without data in the GeoTIFF and transparent in the picture.
    """
    folder = results / FOLDER
    contents: dict[Path, Iterator[bytes]] = {}
    for raster in depths:
        contents[folder / f"{raster.name}.tif"] = _made(_tiff, raster.depth_m, raster.transform, crs)
        if raster.hazard_m2_s is not None:
            hazard = _made(_tiff, raster.hazard_m2_s, raster.transform, crs)
            contents[folder / f"{raster.name}{HAZARD}"] = hazard
        contents[folder / f"{raster.name}.png"] = _made(_picture, raster.depth_m)
    replace_files(contents)
    old = {path for end in (".tif", ".png", HAZARD) for path in folder.glob(f"*_level?{end}")}
    remove_left_over(results, sorted(old - set(contents)))
    return list(contents)


def _made[**P](make: Callable[P, bytes], *of: P.args, **more: P.kwargs) -> Iterator[bytes]:
    """The content of a file, made when it is written: those of a county need not be in memory together."""
    yield make(*of, **more)


def _picture(depth_m: np.ndarray) -> bytes:
    # Only projects with flow over the ground draw any; every command would wait for the import.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.image import imsave  # noqa: PLC0415

    picture = mpl.colormaps["Blues"](0.25 + 0.75 * np.clip(depth_m / DARKEST_M, 0, 1))
    picture[..., 3] = np.where(depth_m >= LEAST_SHOWN_M, 1.0, 0.0)
    drawn = io.BytesIO()
    imsave(drawn, picture, format="png")
    return drawn.getvalue()


def _tiff(values: np.ndarray, transform: Affine, crs: str) -> bytes:
    """A GeoTIFF of what is more than nothing; put together in memory, where no disk can cut it short."""
    data = np.where(values > 0, values, NODATA).astype("float32")
    rows, columns = data.shape
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32"}
    with MemoryFile() as made:
        with made.open(crs=crs, transform=transform, nodata=NODATA, compress="deflate", **profile) as target:
            target.write(data, 1)
        return bytes(made.read())
