"""Thiessen areas against a fine grid of points, each given to its nearest inlet."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Point, Polygon, box
from tests.planting import add
from tests.small_project import CRS, Frames, SmallProject

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.surfaces.inlet_areas import inlet_areas, intake_nodes, polygons_of

YARD = Polygon([(0, 0), (60, 5), (55, 40), (30, 25), (5, 45)], [[(20, 8), (30, 8), (30, 18), (20, 18)]])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 3, 8])
def test_areas_are_those_of_the_nearest_inlet(seed: int, count: int) -> None:
    places = np.random.default_rng(seed).uniform([0, 0], [60, 45], (count, 2))
    inlets = [(f"I{i}", Point(*p)) for i, p in enumerate(places)]
    areas = inlet_areas(YARD, inlets)
    cell = 0.1
    x, y = np.meshgrid(np.arange(cell / 2, 60, cell), np.arange(cell / 2, 45, cell))
    inside = shapely.contains_xy(YARD, x, y)
    points = np.column_stack([x[inside], y[inside]])
    nearest = np.argmin(((points[:, None] - places[None]) ** 2).sum(axis=2), axis=1)
    for i in range(count):
        expected = (nearest == i).sum() * cell**2
        found = areas[f"I{i}"].area if f"I{i}" in areas else 0.0
        assert found == pytest.approx(expected, abs=0.01 * YARD.area)
    assert sum(a.area for a in areas.values()) == pytest.approx(YARD.area, abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_areas_do_not_depend_on_names_and_order(seed: int) -> None:
    """Inlets every 20 m on either side of a lane: many points lie as far from two of them, and from four."""
    places = [(x, y) for x in range(0, 61, 20) for y in (10, 30)]
    plain = inlet_areas(YARD, [(f"{x},{y}", Point(x, y)) for x, y in places])
    mixed = [places[n] for n in np.random.default_rng(seed).permutation(len(places))]
    other = inlet_areas(YARD, [(f"{x},{y}", Point(x, y)) for x, y in mixed])
    assert {k: v.wkb for k, v in plain.items()} == {k: v.wkb for k, v in other.items()}


@pytest.mark.parametrize("names", [("A-X", "A-R1"), ("A-R0", "A-R1")])
@pytest.mark.parametrize(
    ("values", "first"),
    [
        # After the works: a combined inlet that stays, one that lies lower, and one laid with the works.
        ({"system": "combined"}, False),
        ({"system": "storm", "invert_m": 98.0, "status": "proposed"}, True),
        ({"system": "storm", "invert_m": 98.0, "status": "existing"}, False),
    ],
)
def test_of_two_inlets_at_one_place_the_rain_pipes_newer_and_lower_one_takes_the_ground(
    small_project: Callable[..., SmallProject], names: tuple[str, str], values: dict[str, object], first: bool
) -> None:
    other = names[0]

    def change(frames: Frames) -> None:
        place = frames["nodes"].loc[frames["nodes"]["node_id"] == "A-R1"].geometry.iloc[0]
        given = {"node_id": other, "kind": "inlet", "status": "existing", "geometry": place, **values}
        add("nodes", "A-R1", **given)(frames)
        # Beside the other pipe: on its line it would be that pipe, drawn twice.
        ends = frames["pipes"].loc[frames["pipes"]["pipe_id"] == "A-PR"].geometry.iloc[0].coords
        middle = [(a + b) / 2 + 1.0 for a, b in zip(ends[0][:2], ends[-1][:2], strict=True)]
        line = shapely.LineString([ends[0][:2], middle, ends[-1][:2]])
        add("pipes", "A-PR", pipe_id="A-PX", from_node=other, geometry=line, status=given["status"])(frames)

    checked = pipeline.check(load_project(small_project(first=change).folder), ["A"], ["after"])
    system = next(s for s in checked.systems if s.model == "A")
    assert next(node for node, _ in intake_nodes(system, "A")) == (other if first else "A-R1")


def test_two_inlets_at_one_place_share_nothing() -> None:
    areas = inlet_areas(box(0, 0, 10, 10), [("a", Point(2, 5)), ("b", Point(2, 5)), ("c", Point(8, 5))])
    assert {k: round(v.area, 6) for k, v in areas.items()} == {"a": 50.0, "c": 50.0}


def test_one_inlet_or_none() -> None:
    assert inlet_areas(YARD, [("a", Point(500, 500))]) == {"a": YARD}
    assert inlet_areas(YARD, []) == {}
    assert inlet_areas(Polygon(), [("a", Point(0, 0))]) == {}


def test_only_polygons_are_kept() -> None:
    mixed = shapely.GeometryCollection([box(0, 0, 1, 1), Point(5, 5), shapely.LineString([(0, 0), (3, 3)])])
    assert polygons_of(mixed).equals(box(0, 0, 1, 1))
    assert polygons_of(Point(1, 1)).is_empty


@pytest.mark.parametrize(
    ("kind", "basin", "takes_in"),
    [("inlet", False, "A-R1"), ("manhole", False, "A-R1"), ("storage", True, "A-R1"), ("storage", False, None)],
)
def test_ground_drains_to_a_basin_before_it_drains_to_sewage_manholes(
    small_project: Callable[..., SmallProject], kind: str, basin: bool, takes_in: str | None
) -> None:
    """Square A after the works: its rain pipe begins at R1, its sewage pipe at the manhole S1."""

    def change(frames: Frames) -> None:
        nodes = frames["nodes"]
        nodes.loc[nodes["node_id"] == "A-R1", "kind"] = kind
        place = nodes.loc[nodes["node_id"] == "A-R1"].geometry.iloc[0]
        row = {
            "facility_id": "A-F",
            "kind": "detention_basin" if basin else "rain_tank",
            "volume_m3": 20.0,
            "area_m2": 20.0,
            "from_node": "A-R1",
            "overflow_to": "A-R2",
            "status": "proposed",
            "geometry": place,
        }
        frames["facilities"] = gpd.GeoDataFrame([row] if kind == "storage" else [], columns=list(row), crs=CRS)

    layer = '\n[layers.facilities]\nsource = "ab.gpkg"\nlayer = "facilities"\n'
    project = load_project(small_project(first=change, toml=lambda t: t + layer).folder)
    checked = pipeline.check(project, ["A"], ["after"])
    (system,) = checked.systems
    taken = [node for node, _ in intake_nodes(system, "A")]
    assert taken == ([takes_in] if takes_in else ["A-R1", "A-S1"])
    found = {f.rule for f in checked.findings if f.feature.community_id == "A"}
    assert ("community.no_inlet" in found) == (kind != "inlet")
