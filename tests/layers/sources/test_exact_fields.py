"""Ids of many digits beside an empty one, and a date that is no day, in the forms of GDAL."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from tests.small_project import Frames, SmallProject

from spongecalc.layers.sources.vector import read_vector
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

# Neighbours that a float64 cannot tell apart: both are ...032 in it.
IDS = (532524001000100017, 532524001000100018)


def points(count: int) -> list[shapely.Point]:
    return [shapely.Point(n, 0) for n in range(count)]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb"])
def test_an_empty_id_leaves_the_others_as_they_are(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"nodes.{suffix}"
    values = pd.array([*IDS, None], dtype="Int64")
    gpd.GeoDataFrame({"井号": values, "depth": [1.0, 2.0, 3.0]}, geometry=points(3), crs=4543).to_file(path)
    assert float(IDS[0]) == float(IDS[1])
    # FlatGeobuf has an order of its own.
    frame = read_vector(path, None, "nodes", None).frame.sort_values("depth")
    assert frame["井号"].tolist()[:2] == [str(i) for i in IDS]
    assert pd.isna(frame["井号"].iloc[2])
    assert frame["depth"].tolist() == [1.0, 2.0, 3.0]
    assert frame.crs.to_epsg() == 4543 and frame.geometry.x.tolist() == [0, 1, 2]


def test_numbers_that_a_float_holds_stay_numbers(tmp_path: Path) -> None:
    values = pd.array([2**53 - 1, None], dtype="Int64")
    gpd.GeoDataFrame({"n": values}, geometry=points(2), crs=4543).to_file(tmp_path / "a.gpkg")
    gpd.GeoDataFrame({"n": [1e17, np.nan]}, geometry=points(2), crs=4543).to_file(tmp_path / "b.gpkg")
    for name in ("a.gpkg", "b.gpkg"):
        assert read_vector(tmp_path / name, None, "nodes", None).frame["n"].dtype == np.float64


def test_long_ids_beside_an_empty_one_are_no_doubles(small_project: Callable[..., SmallProject]) -> None:
    """Two manholes became one, and the pipe between them a loop."""
    names = {f"C-{k}": IDS[0] + n for n, k in enumerate(("C1", "C2", "R1", "R2", "S1", "S2"))}

    def numbered(frames: Frames) -> None:
        nodes = frames["nodes"]
        nodes["node_id"] = nodes["node_id"].map(names)
        nameless = nodes.iloc[[0]].assign(node_id=None)
        frames["nodes"] = pd.concat([nodes, nameless], ignore_index=True).astype({"node_id": "Int64"})
        for layer, column in (("pipes", "from_node"), ("pipes", "to_node"), ("connections", "to_node")):
            frames[layer][column] = frames[layer][column].map(names).astype(str)

    layers = pipeline.check(load_project(small_project(second=numbered).folder)).layers
    found = set(layers["nodes"]["node_id"])
    assert {str(v) for v in names.values()} <= found
    assert layers["pipes"].set_index("pipe_id").loc["C-PR", "from_node"] == str(names["C-R1"])


def with_a_date(path: Path, written: bytes) -> Path:
    """Two points with dates, of which the second is written so."""
    if path.suffix == ".mif":
        columns = 'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 2\n  id Char(8)\n  laid Date\nData\n'
        path.write_text(columns + "Point 0 0\nPoint 1 0\n")
        path.with_suffix(".mid").write_bytes(b'"a",20260601\n"b",' + written.strip() + b"\n")
        return path
    dates = np.array(["2026-06-01"] * 2, dtype="datetime64[D]")
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(points(2)),
        field_data=[np.array(["a", "b"], dtype=object), dates],
        fields=["id", "laid"],
        geometry_type="Point",
        crs="EPSG:4543",
    )
    table = path.with_suffix(".dbf")
    head, _, tail = table.read_bytes().rpartition(b"20260601")
    table.write_bytes(head + written + tail)
    return path


@pytest.mark.parametrize("written", [b"20260631", b"20261301"])
@pytest.mark.parametrize("name", ["a.shp", "a.mif"])
def test_one_date_that_is_no_day_does_not_take_its_layer_away(tmp_path: Path, name: str, written: bytes) -> None:
    """The layer was unreadable: "day is out of range for month", without a feature."""
    path = with_a_date(tmp_path / name, written)
    with pytest.raises(ValueError, match=r"must be in 1|out of range"):
        pyogrio.read_dataframe(path)
    frame = read_vector(path, None, "surfaces", None).frame
    assert list(frame.columns) == ["id", "laid", "geometry"]
    day = written.decode()
    assert frame["laid"].tolist() == ["2026-06-01", f"{day[:4]}-{day[4:6]}-{day[6:]}"]
    assert frame["id"].tolist() == ["a", "b"] and frame.geometry.x.tolist() == [0, 1]


def test_the_date_that_is_no_day_is_named_at_its_feature(small_project: Callable[..., SmallProject]) -> None:
    """Its surface is modelled, and the others keep their dates."""
    project = small_project()
    surfaces = gpd.read_file(project.second, layer="surfaces")
    laid = np.array(["2026-06-01"] * len(surfaces), dtype="datetime64[D]")
    path = project.folder / "surfaces.shp"
    pyogrio.raw.write(
        path,
        geometry=surfaces.geometry.to_wkb().to_numpy(),
        field_data=[surfaces["surface_id"].to_numpy(object), surfaces["cover"].to_numpy(object), laid],
        fields=["surface_id", "cover", "laid"],
        geometry_type="Polygon",
        crs=surfaces.crs.to_wkt(),
    )
    table = path.with_suffix(".dbf")
    head, _, tail = table.read_bytes().rpartition(b"20260601")
    table.write_bytes(head + b"20260631" + tail)
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    changed = text.replace('source = "c.gpkg"\nlayer = "surfaces"', 'source = "surfaces.shp"')
    assert changed != text
    page.write_text(changed, encoding="utf-8")
    found = pipeline.check(load_project(project.folder))
    last = str(surfaces["surface_id"].iloc[-1])
    assert [f.feature.feature_id for f in found.findings if f.rule == "value.not_a_date"] == [last]
    own = found.layers["surfaces"].set_index("surface_id").loc[surfaces["surface_id"]]
    assert set(own["laid"].iloc[:-1]) == {"2026-06-01"}


def test_whole_dates_stay_dates(tmp_path: Path) -> None:
    path = with_a_date(tmp_path / "a.shp", b"20260602")
    frame = read_vector(path, None, "surfaces", None).frame
    assert frame["laid"].tolist() == [pd.Timestamp("2026-06-01"), pd.Timestamp("2026-06-02")]


def test_ends_that_met_still_meet_in_a_tab(tmp_path: Path) -> None:
    """Its grid of centimetres, which GDAL sets, is that of all layers of one projected system."""
    ends = np.random.default_rng(2).uniform((519000, 2673000), (521000, 2675000), (40, 2)).round(3)
    nodes = gpd.GeoDataFrame({"n": range(40)}, geometry=shapely.points(ends), crs=4543)
    lines = [shapely.LineString(pair) for pair in pairwise(ends)]
    pipes = gpd.GeoDataFrame({"n": range(39)}, geometry=lines, crs=4543)
    for name, frame in (("nodes.tab", nodes), ("pipes.tab", pipes)):
        pyogrio.write_dataframe(frame, tmp_path / name, driver="MapInfo File")
    read = [read_vector(tmp_path / f"{n}.tab", None, n, None).frame for n in ("nodes", "pipes")]
    at = shapely.get_coordinates(read[0].geometry)
    starts = np.array([line.coords[0] for line in read[1].geometry])
    assert np.hypot(*(at - ends).T).max() == pytest.approx(0.01, abs=0.01)
    assert starts == pytest.approx(at[:-1], abs=1e-6)
    assert read[1].length.to_numpy() == pytest.approx(pipes.length.to_numpy(), abs=0.04)
