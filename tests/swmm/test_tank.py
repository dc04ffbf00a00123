"""Rain tanks and the leads of inlets: what about them is named, and at which feature."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest
from shapely import LineString, Point
from tests.planting import add, both, edit
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Change, Frames, SmallProject

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

FACILITIES = '\n[layers.facilities]\nsource = "ab.gpkg"\nlayer = "facilities"\n'


def tanks(*given: dict[str, object]) -> Change:
    """A change that gives community A rain tanks, each with what differs from a sound one."""

    def change(frames: Frames) -> None:
        sound = {
            "kind": "rain_tank",
            "volume_m3": 5.0,
            "area_m2": 10.0,
            "from_node": "A-R1",
            "overflow_to": "A-R2",
            "status": "proposed",
            "geometry": Point(ORIGIN_X + 12, ORIGIN_Y + 9),
        }
        rows = [{"facility_id": f"A-T{n}", **sound, **own} for n, own in enumerate(given, start=1)]
        frames["facilities"] = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)

    return change


def named(project: SmallProject) -> list[tuple[str, str, str]]:
    """Rule, severity and feature of what a build finds about facilities and laterals."""
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    return [
        (f.rule, f.severity, f.feature.feature_id)
        for f in built.findings
        # What the demand of a tank is taken to be is said of each that states none.
        if f.rule.startswith(("tank.", "lead.")) and f.rule != "tank.demand_assumed"
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([{}], []),
        ([{"from_node": "A-R2"}], [("tank.no_place", "error", "A-T1")]),
        ([{"from_node": "A-R9"}], [("tank.no_place", "error", "A-T1")]),
        ([{}, {}], [("tank.shares_node", "error", "A-T2")]),
        ([{"overflow_to": "A-R9"}], [("tank.no_overflow", "warning", "A-T1")]),
    ],
)
def test_a_tank_that_cannot_be_as_it_is_given_is_named(
    small_project: Callable[..., SmallProject],
    given: list[dict[str, object]],
    expected: list[tuple[str, str, str]],
) -> None:
    assert named(small_project(first=tanks(*given), toml=lambda t: t + FACILITIES)) == expected


def test_a_tank_below_its_overflow_is_named(small_project: Callable[..., SmallProject]) -> None:
    """The overflow of the tank lies at the node's invert, 99.0; the manhole it leads to at 99.5."""
    manhole = add(
        "nodes",
        "A-S1",
        node_id="A-R3",
        invert_m=99.5,
        system="storm",
        geometry=Point(ORIGIN_X + 20, ORIGIN_Y + 5),
    )
    way_on = add(
        "pipes",
        "A-PR",
        pipe_id="A-PX",
        from_node="A-R3",
        invert_up_m=99.5,
        geometry=LineString([(ORIGIN_X + 20, ORIGIN_Y + 5), (ORIGIN_X + 40, ORIGIN_Y + 8)]),
    )
    change = both(manhole, way_on, tanks({"overflow_to": "A-R3"}))
    found = named(small_project(first=change, toml=lambda t: t + FACILITIES))
    assert found == [("tank.overflow_uphill", "warning", "A-T1")]


def second_inlet(invert_m: float, status: str = "proposed") -> Change:
    """A second inlet with a lateral to the inlet A-R1, or as of old to A-C1, whose inverts are 99.0."""
    place = Point(ORIGIN_X + 10, ORIGIN_Y + 5)
    old = status == "removed"
    inlet = add("nodes", "A-C1" if old else "A-R1", node_id="A-I", invert_m=invert_m, geometry=place)
    lateral = add(
        "connections",
        "A-D0" if old else "A-D1",
        connection_id="A-YI",
        source="A-I",
        kind="yard_drain",
        geometry=LineString([(ORIGIN_X + 10, ORIGIN_Y + 5), (ORIGIN_X + 10, ORIGIN_Y + (10 if old else 8))]),
    )
    return both(inlet, lateral, edit("communities", "A", phase="1"))


@pytest.mark.parametrize(
    ("invert_m", "status", "shallow"),
    [
        (99.5, "proposed", False),  # the ground at 100.00 m, and 0.3 m over the crown of DN200
        (99.51, "proposed", True),
        (99.8, "removed", False),  # old yard drains begin at the ground
        (99.81, "removed", True),
    ],
)
def test_an_inlet_too_shallow_for_its_lead_is_named(
    small_project: Callable[..., SmallProject], invert_m: float, status: str, shallow: bool
) -> None:
    found = named(small_project(first=second_inlet(invert_m, status)))
    told = [("lead.shallow", "warning", "A-I")] if shallow else []
    assert found == [("lead.assumed", "info", "A-YI"), *told]


@pytest.mark.parametrize(("invert_m", "uphill"), [(99.0, False), (99.4, False), (98.9, True)])
def test_the_lead_of_an_inlet_is_assumed_and_one_that_climbs_is_named(
    small_project: Callable[..., SmallProject], invert_m: float, uphill: bool
) -> None:
    found = named(small_project(first=second_inlet(invert_m)))
    climbs = [("lead.uphill", "warning", "A-YI")] if uphill else []
    assert found == [("lead.assumed", "info", "A-YI"), *climbs]


def test_a_lead_that_climbs_names_its_inlet_whose_level_may_be_the_wrong_one(
    small_project: Callable[..., SmallProject],
) -> None:
    """An invert 10 m too low at an inlet without a pipe: nothing else knows how deep it ought to be."""
    built = pipeline.build(pipeline.check(load_project(small_project(first=second_inlet(89.0)).folder)))
    (found,) = [f for f in built.findings if f.rule == "lead.uphill"]
    assert found.found == {"node": "A-R1", "inlet": "A-I"}


@pytest.mark.parametrize(("invert_m", "close"), [(99.7, False), (99.9, True)])
def test_a_tank_whose_water_arrives_close_below_the_ground_is_named(
    small_project: Callable[..., SmallProject], invert_m: float, close: bool
) -> None:
    """The ground lies at 100 m: of an invert at 99.9 m the overflow went to 99.8 m without a word."""
    chamber = add(
        "nodes",
        "A-R1",
        node_id="A-C",
        kind="storage",
        invert_m=invert_m,
        geometry=Point(ORIGIN_X + 12, ORIGIN_Y + 20),
    )
    found = named(small_project(first=both(chamber, tanks({"from_node": "A-C"})), toml=lambda t: t + FACILITIES))
    assert found == ([("tank.no_freeboard", "warning", "A-T1")] if close else [])
