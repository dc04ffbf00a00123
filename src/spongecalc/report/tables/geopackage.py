"""All that is spatial in a review as GeoPackages: results/spongecalc.gpkg and results/findings.gpkg."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from spongecalc.assess.review import Review
from spongecalc.batch.own_files import remove_left_over
from spongecalc.layers.unread_values import UNREAD
from spongecalc.report.tables.qgis_style import add_styles, finding_style, structure_style, surface_style
from spongecalc.whole_file import part_file

# GDAL stamps the time of writing into a GeoPackage; a fixed one keeps same inputs the same bytes.
FIXED_STAMP = "2000-01-01T00:00:00.000Z"
GEOPACKAGES = ("spongecalc.gpkg", "findings.gpkg")


def write_geopackages(review: Review, folder: Path) -> list[Path]:
    """Write both files whole or not at all; returns those that there are.

    Layers without features are left out, and a file without layers is none.
    """
    findings = [("findings", points_of(review.tables["findings"], review.crs))]
    written = [
        write_layers(folder / GEOPACKAGES[0], _layers(review), _styles(review)),
        write_layers(folder / GEOPACKAGES[1], findings, {"findings": finding_style()}),
    ]
    return [path for path in written if path.exists()]


def _layers(review: Review) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """The layers of the results by name, one after the other: all of a county's together fill the memory."""
    yield "communities", _communities(review)
    yield "cross_connections", _joined([p.joints for p in review.pages], review.crs)
    yield "ponding_sites", points_of(review.tables["ponding"], review.crs)
    if "ponding_nodes" in review.tables:
        yield "ponding_nodes", points_of(review.tables["ponding_nodes"], review.crs)
    if review.ponding_areas is not None:
        yield "ponding_areas", review.ponding_areas
    for layer in ("nodes", "pipes", "surfaces", "connections", "facilities", "structures"):
        frames = [
            page.layers[scenario][layer].drop(columns=UNREAD, errors="ignore").assign(scenario=scenario)
            for page in review.pages
            for scenario in page.layers
            if layer in page.layers[scenario]
        ]
        yield layer, _joined(frames, review.crs)
    if "design_checks" in review.tables:
        checks = review.tables["design_checks"]
        yield "failed_design_checks", points_of(checks[checks["verdict"] == "fail"], review.crs)


def _styles(review: Review) -> dict[str, str]:
    frames = [
        layers["structures"] for p in review.pages for layers in p.layers.values() if "structures" in layers
    ]
    lines = any((frame.geom_type != "Point").any() for frame in frames if len(frame))
    return {"surfaces": surface_style(review.catalogue), "structures": structure_style(lines=lines)}


def _communities(review: Review) -> gpd.GeoDataFrame:
    table = review.tables["communities"]
    places = gpd.GeoDataFrame(
        {"community_id": [p.community_id for p in review.pages]},
        geometry=[p.boundary for p in review.pages],
        crs=review.crs,
    )
    return places.merge(table, on="community_id", how="left")


def _joined(frames: list[gpd.GeoDataFrame], crs: str) -> gpd.GeoDataFrame:
    filled = [f for f in frames if len(f)]
    if not filled:
        return gpd.GeoDataFrame(geometry=[], crs=crs)
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=crs)


def points_of(table: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Rows as points by x_m and y_m; a row without a place keeps an empty geometry, so that none is lost."""
    places = gpd.points_from_xy(table["x_m"].astype(float), table["y_m"].astype(float))
    return gpd.GeoDataFrame(table.copy(), geometry=places, crs=crs)


def write_layers(
    path: Path, layers: Iterable[tuple[str, gpd.GeoDataFrame]], styles: Mapping[str, str] | None = None
) -> Path:
    """Write frames as the layers of one GeoPackage, whole or not at all; same frames, same bytes.

    ``layers`` are names with frames; ``styles`` are QGIS styles (QML) by layer; QGIS opens a layer in its own.
    Where no layer has a feature there is no file: one that was written before is removed. Raises OSError.
    """
    counts: dict[str, int] = {}
    filled = ((name, frame) for name, frame in layers if len(frame))
    first = next(filled, None)
    if first is None:
        remove_left_over(path.parent, [path])
        return path
    with part_file(path) as whole:
        for name, frame in chain([first], filled):
            counts[name] = len(frame)
            _write_layer(whole, name, frame)
        if styles:
            add_styles(whole, {name: qml for name, qml in styles.items() if name in counts})
        _read_again(whole, counts)
    return path


def _write_layer(path: Path, name: str, frame: gpd.GeoDataFrame) -> None:
    texts = {c: frame[c].astype("string") for c in frame.columns if frame[c].dtype == object}
    before = os.environ.get("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_STAMP})
    try:
        pyogrio.write_dataframe(frame.assign(**texts), path, layer=name, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _read_again(path: Path, counts: Mapping[str, int]) -> None:
    """See that the file holds what was written: a disk that fills at the last moment is not always told of."""
    for name, count in counts.items():
        if pyogrio.read_info(path, layer=name, force_feature_count=True)["features"] != count:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
