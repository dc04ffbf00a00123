"""Each drop of rain falls on one subcatchment: areas of the small project."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box
from tests.conftest import WholeRun
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, write_small_project

from spongecalc.project.load import load_project
from spongecalc.project.settings import SurfaceSettings
from spongecalc.steps import pipeline
from spongecalc.surfaces.subcatchment import overland_width_m
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import run_runoff


def test_subcatchments_add_up_to_the_community(whole_run: WholeRun) -> None:
    scenarios = [m.scenario for m in whole_run.built.models]
    assert sorted(scenarios) == ["after"] * 3 + ["before"] * 3
    for model in whole_run.built.models:
        assert sum(a.area_m2 for a in model.areas) == pytest.approx(1600, abs=0.1)
        ground = next(a for a in model.areas if a.kind == "ground")
        lane = "concrete" if model.scenario == "before" else "permeable_concrete"
        assert ground.covers_m2 == pytest.approx({lane: 600.0, "green": 800.0})
        # the farthest corner of the community from the inlet at (10, 10) or (10, 8)
        path = (30**2 + (30 if model.scenario == "before" else 32) ** 2) ** 0.5
        assert ground.width_m == pytest.approx(1400 / path)


def messy(frames: Frames) -> None:
    """Overlapping surfaces, ground without any, a house without downpipes, more inlets, one twice."""
    x, y = ORIGIN_X + 80, ORIGIN_Y
    frames["connections"] = frames["connections"][~frames["connections"]["kind"].isin(["roof_drain"])]
    surfaces = frames["surfaces"]
    surfaces.loc[surfaces["surface_id"] == "C-G", "geometry"] = box(x + 3, y + 10, x + 60, y + 33)
    # The lane that goes was laid on the lawn.
    surfaces["laid"] = surfaces["surface_id"].map({"C-G": "2009", "C-L0": "2015"})
    nodes = frames["nodes"]
    extra = pd.concat([nodes[nodes["node_id"] == "C-R1"]] * 4).assign(
        node_id=["C-I1", "C-I2", "C-I3", "C-I4"],
        status="existing",
        geometry=[Point(x + 35, y + 35), Point(x + 35, y + 35), Point(x + 3, y + 38), Point(x + 20, y + 20)],
    )
    frames["nodes"] = gpd.GeoDataFrame(pd.concat([nodes, extra], ignore_index=True), crs=CRS)


def test_areas_add_up_whatever_the_survey_looks_like(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = write_small_project(tmp_path_factory.mktemp("messy") / "p", second=messy)
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    own = [m for m in built.models if m.name == "C"]
    assert [m.scenario for m in own] == ["before", "after"]
    for model in own:
        assert sum(a.area_m2 for a in model.areas) == pytest.approx(1600, abs=0.1)
        assert sum(sum(a.covers_m2.values()) for a in model.areas) == pytest.approx(1600, abs=0.1)
        roofs = sum(a.covers_m2.get("roof", 0) for a in model.areas)
        assert roofs == pytest.approx(200, abs=0.1)
        assert {a.kind for a in model.areas} == {"ground"}


def half_sunken(frames: Frames) -> None:
    """The east of C's lawn is sunken, 450 of its 800 m2."""
    surfaces = frames["surfaces"]
    lawn = surfaces[surfaces["surface_id"] == "C-G"].iloc[0]
    east = box(ORIGIN_X + 100, ORIGIN_Y, ORIGIN_X + 120, ORIGIN_Y + 40)
    sunken = surfaces[surfaces["surface_id"] == "C-G"].assign(
        surface_id="C-K", cover="sunken_green", geometry=[lawn.geometry.intersection(east)]
    )
    surfaces.loc[surfaces["surface_id"] == "C-G", "geometry"] = lawn.geometry.difference(east)
    frames["surfaces"] = gpd.GeoDataFrame(pd.concat([surfaces, sunken], ignore_index=True), crs=CRS)


@pytest.fixture(scope="module")
def with_sunken(tmp_path_factory: pytest.TempPathFactory) -> list[SwmmModel]:
    project = write_small_project(tmp_path_factory.mktemp("sunken") / "p", second=half_sunken)
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    return [m for m in built.models if m.name == "C"]


def test_a_sunken_lawn_is_a_subcatchment_of_its_own(with_sunken: list[SwmmModel]) -> None:
    assert [m.scenario for m in with_sunken] == ["before", "after"]
    for model in with_sunken:
        inlet, lane = ("C-C1", "concrete") if model.scenario == "before" else ("C-R1", "permeable_concrete")
        ground, sunken = (a for a in model.areas if a.kind == "ground")
        assert (ground.store, sunken.store) == ("", "sunken_green")
        assert ground.covers_m2 == pytest.approx({lane: 600.0, "green": 350.0})
        assert sunken.covers_m2 == pytest.approx({"sunken_green": 450.0})
        assert sum(a.area_m2 for a in model.areas) == pytest.approx(1600, abs=0.1)
        for area in (ground, sunken):
            assert area.geometry.area == pytest.approx(area.area_m2)
            assert area.outlet_node == area.feature_id == inlet
        assert ground.geometry.intersection(sunken.geometry).area == pytest.approx(0, abs=1e-6)
        path = (30**2 + (30 if model.scenario == "before" else 32) ** 2) ** 0.5
        assert ground.width_m + sunken.width_m == pytest.approx(1400 / path)
        assert (ground.mix.storage_pervious_mm, sunken.mix.storage_pervious_mm) == (5.0, 100.0)
        own = model.elements.query("element == 'subcatchment' and role == 'ground'")
        assert own["model_id"].tolist() == [f"S_{inlet}", f"O_sunken_green.{inlet}"]
        assert own["feature_id"].tolist() == [inlet, inlet]


def test_a_lawn_does_not_fill_the_hollow_of_the_sunken_one_beside_it(
    with_sunken: list[SwmmModel], tmp_path: Path
) -> None:
    """60 mm in an hour, worked out by hand; wide ground, so that nothing lingers on it.

    Concrete lets go all but 1.5 mm. The lawn takes 3 + (50 - 3) / 4 x (1 - e^-4) = 14.5 mm (Horton), keeps 5 mm;
    the sunken lawn's 100 mm take what its soil does not. With one mean store of 58.4 mm for both lawns neither
    would let go of anything.
    """
    before = with_sunken[0]
    areas = tuple(replace(a, width_m=10 * a.area_m2) for a in before.areas if a.kind == "ground")
    rain = RainInput(60.0, 24.0, wet=((0.0, 60.0),))
    text = runoff_text(
        [Ground(("C",), areas)], SurfaceSettings(), rain, RunoffClimate((0.0,) * 12, wet_step_s=10, dry_step_s=60)
    )
    volumes = run_runoff(text, tmp_path, [86400])
    assert volumes.rain_m3[-1].sum() == pytest.approx(1400 * 0.060, rel=0.002)
    seeped_mm = 3 + (50 - 3) / 4 * (1 - math.exp(-4))
    by_hand = 600 * (60 - 1.5) / 1000 + 350 * (60 - seeped_mm - 5) / 1000
    assert volumes.runoff_m3[-1].tolist() == pytest.approx([by_hand, 0.0], rel=0.01, abs=0.01)


def water_beside_the_lane(frames: Frames) -> None:
    surfaces = frames["surfaces"]
    surfaces.loc[surfaces["surface_id"] == "C-G", "cover"] = "water"


def test_water_is_a_subcatchment_of_its_own(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "p", second=water_beside_the_lane)
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    (before,) = (m for m in built.models if (m.name, m.scenario) == ("C", "before"))
    storage = {a.store: a.mix.storage_impervious_mm for a in before.areas if a.kind == "ground"}
    assert storage == {"": 1.5, "water": 0.0}


def test_the_width_is_the_area_over_the_path() -> None:
    assert overland_width_m(200.0, 5.0) == 40.0
