"""Laterals drawn from elsewhere than from the source that they name."""

from __future__ import annotations

import geopandas as gpd
import pyproj
import pytest
from shapely import LineString, Point, box

from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.lateral_rules import check_lateral_sources

CRS = "EPSG:4543"
TOLERANCE_M = 0.5
# An inlet at the origin, a house of 10 x 10 m east of it, a manhole north.
NODES = [("I1", Point(0, 0)), ("M1", Point(0, 20))]
HOUSE = box(20, 0, 30, 10)


def told(
    source: object, line: LineString | None, rule: str = "lateral.far_from_source"
) -> list[tuple[str, str, object]]:
    layers = LayerSet(
        pyproj.CRS(CRS),
        {
            "nodes": gpd.GeoDataFrame(
                {"node_id": [n for n, _ in NODES]}, geometry=[p for _, p in NODES], crs=CRS
            ),
            "buildings": gpd.GeoDataFrame({"building_id": ["H1"]}, geometry=[HOUSE], crs=CRS),
            "connections": gpd.GeoDataFrame(
                {"connection_id": ["L1"], "source": [source], "to_node": ["M1"]}, geometry=[line], crs=CRS
            ),
        },
        None,
    )
    found = check_lateral_sources(layers, TOLERANCE_M)
    assert {f.rule for f in found} <= {"lateral.far_from_source", "lateral.near_source"}
    return [(f.feature.feature_id, str(f.found["source"]), f.found["gap"]) for f in found if f.rule == rule]


@pytest.mark.parametrize(
    ("source", "line", "gap"),
    [
        pytest.param("I1", LineString([(3, 4), (0, 20)]), "5.00", id="an inlet 5 m off (3, 4)"),
        pytest.param("I1", LineString([(0, 20), (3, 4)]), "5.00", id="and drawn uphill"),
        pytest.param("I1", LineString([(0.3, 0.5), (0, 20)]), "0.58", id="farther than a manhole's edge"),
        pytest.param("H1", LineString([(12, 5), (0, 20)]), "8.00", id="8 m from the wall"),
    ],
)
def test_a_line_from_elsewhere_is_named_with_its_distance(source: str, line: LineString, gap: str) -> None:
    """An inlet moved by 5 m took the ground of another place without a word."""
    assert told(source, line) == [("L1", source, gap)]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param("I1", LineString([(0, 0), (0, 20)]), id="at the inlet"),
        pytest.param("I1", LineString([(0.3, 0.4), (0, 20)]), id="at its edge"),
        pytest.param("I1", LineString([(0, 20), (0, 0)]), id="drawn uphill"),
        pytest.param("H1", LineString([(25, 5), (0, 20)]), id="from inside the house"),
        pytest.param("H1", LineString([(15.5, 5), (0, 20)]), id="from a trap 4.5 m before the wall"),
        pytest.param(
            "H9", LineString([(99, 99), (0, 20)]), id="a source that there is not has a finding of its own"
        ),
        pytest.param(None, LineString([(99, 99), (0, 20)]), id="as has a lateral without one"),
        pytest.param("I1", None, id="or without a line"),
    ],
)
def test_what_lies_at_its_source_is_not_named(source: object, line: LineString | None) -> None:
    assert told(source, line) == []


@pytest.mark.parametrize(
    ("source", "line", "gap"),
    [
        pytest.param("I1", LineString([(0.3, 0), (0, 20)]), "0.30", id="an inlet 0.3 m off"),
        pytest.param("I1", LineString([(0.3, 0.4), (0, 20)]), "0.50", id="on the tolerance"),
        pytest.param("I1", LineString([(0, 20), (0.06, 0)]), "0.06", id="drawn uphill"),
    ],
)
def test_a_line_beside_its_inlet_is_noted(source: str, line: LineString, gap: str) -> None:
    """An inlet 0.3 m off took other ground without a word."""
    assert told(source, line, "lateral.near_source") == [("L1", source, gap)]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("I1", LineString([(0.05, 0), (0, 20)])),
        ("I1", LineString([(3, 4), (0, 20)])),
        ("H1", LineString([(19.7, 5), (0, 20)])),
        ("I1", None),
    ],
    ids=["at the inlet", "far from it", "from a wall", "without a line"],
)
def test_what_is_no_near_miss_is_not_noted(source: str, line: LineString | None) -> None:
    assert told(source, line, "lateral.near_source") == []
