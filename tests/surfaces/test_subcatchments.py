"""Each drop of rain falls on one subcatchment: areas of the small project."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box
from tests.conftest import WholeRun
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, write_small_project

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.surfaces.subcatchments import overland_width_m


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


def test_the_width_is_the_area_over_the_path() -> None:
    assert overland_width_m(200.0, 5.0) == 40.0
