"""Features drawn twice, however they were drawn the second time."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest
from shapely import Geometry, LineString, Point, box
from tests.planting import X, Y, add, both, edit
from tests.small_project import CRS, SmallProject

from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.place_rules import check_places
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

# The lateral C-D1 lies from (10, 25) to (10, 8).
AGAIN = {
    "as it is": LineString([(X + 10, Y + 25), (X + 10, Y + 8)]),
    "with a vertex more": LineString([(X + 10, Y + 25), (X + 10, Y + 20), (X + 10, Y + 8)]),
    "3 mm off": LineString([(X + 10.003, Y + 25), (X + 10.003, Y + 8)]),
}


def doubles(project: SmallProject) -> list[tuple[str, str, object]]:
    findings = pipeline.check(load_project(project.folder)).findings
    own = [f for f in findings if f.rule == "geometry.duplicate"]
    return [(f.feature.layer, f.feature.feature_id, f.found["other"]) for f in own]


@pytest.mark.parametrize("way", sorted(AGAIN))
def test_a_lateral_that_is_billed_twice_is_named(small_project: Callable[..., SmallProject], way: str) -> None:
    """Only a copy to the last digit was: 17 m more of laterals stood in the bill without a word."""
    change = add("connections", "C-D1", connection_id="C-D9", geometry=AGAIN[way])
    assert doubles(small_project(second=change)) == [("connections", "C-D9", "C-D1")]


def test_each_of_three_is_named_with_the_first(small_project: Callable[..., SmallProject]) -> None:
    change = both(
        *(add("connections", "C-D1", connection_id=f"C-D{n}", geometry=AGAIN["3 mm off"]) for n in (8, 9))
    )
    assert doubles(small_project(second=change)) == [
        ("connections", "C-D8", "C-D1"),
        ("connections", "C-D9", "C-D1"),
    ]


def test_a_lateral_2_cm_beside_another_is_its_own(small_project: Callable[..., SmallProject]) -> None:
    beside = LineString([(X + 10.02, Y + 25), (X + 10.02, Y + 8)])
    change = add("connections", "C-D1", connection_id="C-D9", geometry=beside)
    assert doubles(small_project(second=change)) == []


@pytest.mark.parametrize(
    ("layer", "first", "again"),
    [
        ("utilities", LineString([(X, Y), (X + 30, Y)]), LineString([(X + 30, Y), (X + 12, Y), (X, Y)])),
        ("trees", Point(X, Y), Point(X + 0.004, Y)),
        ("facilities", box(X, Y, X + 5, Y + 5), box(X, Y, X + 5.004, Y + 5)),
    ],
)
def test_lines_points_and_areas_of_other_layers(
    small_project: Callable[..., SmallProject], layer: str, first: Geometry, again: Geometry
) -> None:
    project = load_project(small_project().folder)
    layers: LayerSet = pipeline.check(project).layers
    key = {"utilities": "utility_id", "trees": "tree_id", "facilities": "facility_id"}[layer]
    rows = {key: ["1", "2"], "status": ["existing"] * 2, "community_id": ["C"] * 2}
    frame = gpd.GeoDataFrame(rows, geometry=[first, again], crs=CRS).reindex(columns=layers[layer].columns)
    frame = gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
    found = check_places(layers.with_frame(layer, frame), project.settings.checks)
    assert [(f.feature.feature_id, f.found["other"]) for f in found if f.rule == "geometry.duplicate"] == [
        ("2", "1")
    ]


@pytest.mark.parametrize(("levels", "named"), [((1.5, 2.0), []), ((1.5, 1.5), [("2", "1")])])
def test_pumps_side_by_side_that_start_at_different_levels_are_two(
    small_project: Callable[..., SmallProject], levels: tuple[float, float], named: list[tuple[str, str]]
) -> None:
    """Duty pumps of a lift station lead between the same nodes: one of them was to be deleted."""
    project = load_project(small_project().folder)
    layers: LayerSet = pipeline.check(project).layers
    rows = {
        "structure_id": ["1", "2"],
        "kind": ["pump"] * 2,
        "status": ["existing"] * 2,
        "community_id": ["C"] * 2,
        "on_level_m": levels,
    }
    line = LineString([(X, Y), (X + 30, Y)])
    frame = gpd.GeoDataFrame(rows, geometry=[line, line], crs=CRS).reindex(columns=layers["structures"].columns)
    frame = gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
    found = check_places(layers.with_frame("structures", frame), project.settings.checks)
    assert [(f.feature.feature_id, f.found["other"]) for f in found if f.rule == "geometry.duplicate"] == named


def test_a_number_of_no_measure_is_not_written_out(small_project: Callable[..., SmallProject]) -> None:
    """1e308 households were told in 309 digits."""
    folder = small_project(second=edit("communities", "C", households=1e308)).folder
    findings = pipeline.check(load_project(folder)).findings
    (own,) = [f for f in findings if f.rule == "community.households_differ"]
    assert "1e+308" in own.message("en")
