"""A county of any number of communities, of the worked example's kind, for scale tests only.

The example's 22 communities are laid down again and again, each block east or north of the last, with ids of
their own and with silt and residents that differ from block to block, so that no two models are the same.
The ground is the example's, repeated.

    python -m tests.bench.county FOLDER --communities 1000
"""

from __future__ import annotations

import argparse
import math
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
from rasterio.transform import Affine

from tests.bench.example import REPOSITORY

GPKG = REPOSITORY / "gis" / "eshan_phase1.gpkg"
DEM = REPOSITORY / "gis" / "dem.tif"
STORMS = ("3 a", "1 a", "20 a")
SEED = 8

# Ids of other features that a layer's columns hold.
REFERENCES = ("from_node", "to_node", "roof_to", "sewage_to", "overflow_to", "source", "node_or_pipe")


def write_county(folder: Path, communities: int) -> None:
    """Write the county's layers, ground and settings into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    layers = {str(name): gpd.read_file(GPKG, layer=name) for name in pyogrio.list_layers(GPKG)[:, 0]}
    ids = sorted(layers["communities"]["community_id"])
    with rasterio.open(DEM) as source:
        ground, transform, profile = source.read(1), source.transform, source.profile
    height, width = ground.shape
    step_x_m, step_y_m = width * transform.a, -height * transform.e
    blocks = math.ceil(communities / len(ids))
    across = math.ceil(math.sqrt(blocks))
    parts: dict[str, list[gpd.GeoDataFrame]] = {name: [] for name in layers}
    for block in range(blocks):
        # Communities that drain through one another stay together: whole blocks, the last one cut.
        kept = set(ids[: communities - block * len(ids)])
        offset = (block % across * step_x_m, block // across * step_y_m)
        random = np.random.default_rng([SEED, block])
        for name, frame in layers.items():
            # By the feature's own id, which begins with its community's: some leave the community to their place.
            own = frame[frame.iloc[:, 0].str.partition("-")[0].isin(kept)]
            parts[name].append(_moved(own, f"B{block:03d}-", offset, random))
    path = folder / "county.gpkg"
    path.unlink(missing_ok=True)
    for name, frames in parts.items():
        joined = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=layers[name].crs)
        pyogrio.write_dataframe(joined, path, layer=name, driver="GPKG")
    rows = math.ceil(blocks / across)
    tiled = np.tile(ground, (rows, across))
    # The first block lies where the example does; further rows lie north of it, and a raster begins in the north.
    north = transform.f + (rows - 1) * step_y_m
    moved = Affine(transform.a, transform.b, transform.c, transform.d, transform.e, north)
    profile.update(height=tiled.shape[0], width=tiled.shape[1], transform=moved, compress="deflate")
    with rasterio.open(folder / "dem.tif", "w", **profile) as target:
        target.write(tiled, 1)
    (folder / "spongecalc.toml").write_text(_settings(), encoding="utf-8")


def _moved(
    frame: gpd.GeoDataFrame, prefix: str, offset: tuple[float, float], random: np.random.Generator
) -> gpd.GeoDataFrame:
    """A layer at another place under other ids, a little different."""
    moved = frame.copy()
    for column in moved.columns:
        if column.endswith("_id") or column in REFERENCES:
            given = moved[column].notna()
            moved.loc[given, column] = prefix + moved.loc[given, column].astype(str)
    moved["geometry"] = moved.geometry.translate(*offset)
    if "sediment_mm" in moved:
        silted = moved["sediment_mm"].fillna(0) > 0
        moved.loc[silted, "sediment_mm"] = (
            moved.loc[silted, "sediment_mm"] * random.uniform(0.8, 1.2, silted.sum())
        ).round(1)
    if "residents" in moved and "building_id" in moved:
        moved["residents"] = (moved["residents"] * random.uniform(0.9, 1.1, len(moved))).round()
    return moved


def _settings() -> str:
    """The example's settings with the county's layers and three storms."""
    given = tomllib.loads((REPOSITORY / "spongecalc.toml").read_text(encoding="utf-8"))
    names = [n for n in given["layers"] if n != "dem"]
    layers = "\n".join(f'[layers.{n}]\nsource = "county.gpkg"\nlayer = "{n}"\n' for n in names)
    storms = "\n".join(f'[[storms]]\nreturn_period = "{p}"\nduration = "2 h"\n' for p in STORMS)
    return (
        f'name = "county"\ncrs = "EPSG:4543"\n\n{layers}\n[layers.dem]\nsource = "dem.tif"\n\n'
        f'[rainfall]\nformula = "{given["rainfall"]["formula"]}"\nown_formula = false\npeak_ratio = 0.4\n'
        f'step = "5 min"\n\n{storms}\n[simulation]\nrecession = "2 h"\n'
    )


def main() -> None:
    """Write a county."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--communities", type=int, default=100)
    given = parser.parse_args()
    write_county(given.folder, given.communities)


if __name__ == "__main__":
    main()
