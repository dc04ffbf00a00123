"""Usual values that stand for what the survey leaves out are told at each feature."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
from shapely import Point
from tests.planting import X, Y, edit
from tests.small_project import Frames, SmallProject

from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

PAVING = {
    "surface_mm": 180.0,
    "base_mm": 200.0,
    "porosity_percent": 18.0,
    "base_porosity_percent": 38.0,
    "permeability_mm_s": 0.5,
}


def told(project: SmallProject, rule: str) -> dict[str, Finding]:
    """Findings of a rule in C by their feature."""
    findings = pipeline.check(load_project(project.folder)).findings
    return {f.feature.feature_id: f for f in findings if f.rule == rule and f.feature.community_id == "C"}


def test_a_paving_names_the_courses_that_are_assumed(small_project: Callable[..., SmallProject]) -> None:
    """The table's values; what the survey gives is not among them."""
    found = told(small_project(second=edit("surfaces", "C-L1", base_mm=300.0)), "value.assumed")
    assert list(found) == ["C-L1"]
    assert found["C-L1"].found["values"] == (
        "surface_mm = 180, porosity_percent = 18, base_porosity_percent = 38, permeability_mm_s = 0.5"
    )


def test_a_paving_with_all_its_courses_is_not_named(small_project: Callable[..., SmallProject]) -> None:
    assert told(small_project(second=edit("surfaces", "C-L1", **PAVING)), "value.assumed") == {}


def facility(**values: object) -> Callable[[Frames], None]:
    """A layer of one facility in C."""

    def change(frames: Frames) -> None:
        row = {"facility_id": "C-F", "status": "proposed", "geometry": Point(X + 30, Y + 30), **values}
        frames["facilities"] = gpd.GeoDataFrame([row], geometry="geometry", crs=frames["nodes"].crs)

    return change


def with_facilities(text: str) -> str:
    return text.replace(
        "[rainfall]", '[layers.facilities]\nsource = "c.gpkg"\nlayer = "facilities"\n\n[rainfall]'
    )


def test_a_garden_of_a_stated_volume_assumes_no_ponding_depth(small_project: Callable[..., SmallProject]) -> None:
    garden = facility(kind="rain_garden", area_m2=12.0, volume_m3=4.0, base_mm=200.0, catchment_m2=90.0)
    found = told(small_project(second=garden, toml=with_facilities), "value.assumed")
    assert found["C-F"].found["values"] == "soil_mm = 500, subgrade_mm_h = 2"


def test_a_tank_without_a_demand_says_so(small_project: Callable[..., SmallProject]) -> None:
    tank = {"kind": "rain_tank", "volume_m3": 5.0, "from_node": "C-R1", "overflow_to": "C-R2"}
    assert set(told(small_project(second=facility(**tank), toml=with_facilities), "tank.demand_assumed")) == {
        "C-F"
    }


def test_a_tank_that_nobody_draws_from_is_not_named(small_project: Callable[..., SmallProject]) -> None:
    tank = {"kind": "rain_tank", "volume_m3": 5.0, "from_node": "C-R1", "overflow_to": "C-R2", "demand_m3_d": 0.0}
    assert told(small_project(second=facility(**tank), toml=with_facilities), "tank.demand_assumed") == {}


def test_a_tank_in_litres_is_named(small_project: Callable[..., SmallProject]) -> None:
    """The square of 40 m: 800 m3 are 500 mm on its ground, which no storm brings."""
    tank = {"kind": "rain_tank", "from_node": "C-R1", "overflow_to": "C-R2", "demand_m3_d": 1.0}
    large = facility(**tank, volume_m3=801.0)
    assert set(told(small_project(second=large, toml=with_facilities), "facility.volume_unlikely")) == {"C-F"}


def test_a_tank_of_a_likely_volume_is_not_named(small_project: Callable[..., SmallProject]) -> None:
    tank = {"kind": "rain_tank", "from_node": "C-R1", "overflow_to": "C-R2", "demand_m3_d": 1.0}
    likely = facility(**tank, volume_m3=799.0)
    assert told(small_project(second=likely, toml=with_facilities), "facility.volume_unlikely") == {}
