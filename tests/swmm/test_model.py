"""The models of the small project, read back with an independent reader of SWMM's input files."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, Polygon, box
from swmm_api import read_inp_file
from tests.conftest import WholeRun, take_through
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, community, write_small_project

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.model import SwmmModel

HELD_M3 = 2.0


def read(model: SwmmModel, event: Any, folder: Path) -> Any:
    path = folder / "model.inp"
    path.write_text(model.text(event), encoding="utf-8")
    with warnings.catch_warnings():
        # it wants dates in a time series, where SWMM takes hours from the start
        warnings.simplefilter("ignore")
        return read_inp_file(path)


@pytest.fixture(scope="module")
def files(whole_run: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """The input file of each model for dry weather, by community and scenario."""
    built = whole_run.built
    folder = tmp_path_factory.mktemp("read")
    return {(m.name, m.scenario): read(m, built.events[-1], folder) for m in built.models}


def test_every_pipe_is_in_its_model_once(files: dict[tuple[str, str], Any]) -> None:
    assert sorted(files) == [(c, s) for c in "ABC" for s in ("after", "before")]
    for (name, scenario), inp in files.items():
        pipes = community(name, "ABC".index(name))["pipes"].set_index("pipe_id")
        exists = pipes[pipes["status"] == ("removed" if scenario == "before" else "proposed")]
        assert sorted(inp.CONDUITS) == sorted(exists.index)
        for pipe in exists.itertuples():
            conduit, section = inp.CONDUITS[pipe.Index], inp.XSECTIONS[pipe.Index]
            assert (conduit.from_node, conduit.to_node) == (pipe.from_node, pipe.to_node)
            assert conduit.length == pytest.approx(30.0, abs=0.001)
            assert conduit.roughness == pipe.roughness
            assert conduit.offset_upstream == pipe.invert_up_m
            assert conduit.offset_downstream == pipe.invert_down_m
            assert section.height == pipe.diameter_mm / 1000


def test_dry_weather_saves_no_series_of_ground_and_all_that_is_asked_of_it(whole_run: WholeRun) -> None:
    """Days of them filled a gigabyte in a community of 20,000 pipes, and the run was ended."""
    model, storm, dry_weather = whole_run.built.models[0], whole_run.built.events[0], whole_run.built.events[-1]
    assert "\nSUBCATCHMENTS  NONE\n" in model.text(dry_weather)
    assert "\nSUBCATCHMENTS  ALL\n" in model.text(storm)
    whole = replace(dry_weather, report_all=True)  # for whoever opens it in SWMM
    assert "\nSUBCATCHMENTS  ALL\n" in model.text(whole)
    dry = [r for run_id, r in whole_run.results.items() if run_id.endswith("/dry")]
    assert len(dry) == 6
    assert not [m for r in dry for m in r.messages if m.key == "engine.run.series_absent"]


def test_sediment_makes_a_filled_section(files: dict[tuple[str, str], Any]) -> None:
    before, after = files["A", "before"].XSECTIONS["A-PC"], files["A", "after"].XSECTIONS["A-PR"]
    assert (before.shape, before.height, before.parameter_2) == ("FILLED_CIRCULAR", 0.2, 0.05)
    assert after.shape == "CIRCULAR"


def test_subcatchments_are_the_whole_community(files: dict[tuple[str, str], Any]) -> None:
    for (name, scenario), inp in files.items():
        assert sum(s.area for s in inp.SUBCATCHMENTS.values()) * 1e4 == pytest.approx(1600, abs=0.1)
        roof = next(s for k, s in inp.SUBCATCHMENTS.items() if k.startswith("R_"))
        ground = next(s for k, s in inp.SUBCATCHMENTS.items() if k.startswith("S_"))
        # a house of 20 by 10 m; ridge to eaves 5 m, so the width is 200 / 5
        assert (roof.area, roof.width, roof.imperviousness) == (0.02, 40.0, 100.0)
        # the lane of 600 m2 of 1400 m2 is concrete; after the works it is a LID unit, the rest is green
        sealed = 100 * 600 / 1400 if scenario == "before" else 0.0
        assert ground.imperviousness == pytest.approx(sealed, abs=0.01)
        inlet = f"{name}-{'C1' if scenario == 'before' else 'R1'}"
        # the roof has a downpipe; the ground drains to the grate before the inlet
        assert (roof.outlet, ground.outlet) == (inlet, f"{inlet}__GUTTER")


def test_permeable_concrete_is_a_unit_of_its_own_area(files: dict[tuple[str, str], Any]) -> None:
    for (_, scenario), inp in files.items():
        if scenario == "before":
            assert "LID_USAGE" not in inp
            continue
        (usage,) = inp.LID_USAGE.values()
        assert usage.area == 600.0
        assert usage.n_replicate == 1
        layers = inp.LID_CONTROLS[usage.lid].layer_dict
        # porosity 18 %: 0.18 / 0.82; 0.5 mm/s; the survey's 5 mm/h below
        assert layers["PAVEMENT"].Vratio == 0.2195
        assert layers["PAVEMENT"].Perm == 1800.0
        assert layers["STORAGE"].Seepage == 5.0


def test_dry_weather_flow_is_that_of_the_residents(files: dict[tuple[str, str], Any]) -> None:
    for (name, scenario), inp in files.items():
        # 120 residents x 120 L/d x 0.85 = 12240 L/d
        assert sum(d.base_value for d in inp.DWF.values()) == pytest.approx(12240 / 86400, abs=1e-5)
        entry = f"{name}-{'C1' if scenario == 'before' else 'S1'}"
        assert {d.node for d in inp.DWF.values()} == {entry}


def test_nodes_and_subcatchments_are_on_the_map(files: dict[tuple[str, str], Any]) -> None:
    for (name, _), inp in files.items():
        column = "ABC".index(name)
        nodes = community(name, column)["nodes"].set_index("node_id")
        assert set(inp.COORDINATES) == set(inp.JUNCTIONS) | set(inp.OUTFALLS) | set(inp.STORAGE)
        beside_m = {"": (0, 0), "GUTTER": (1, 1), "AWAY": (3, 1)}
        for key, place in inp.COORDINATES.items():
            node, _, part = key.partition("__")
            east_m, north_m = beside_m[part]
            assert (place.x, place.y) == (nodes.geometry[node].x + east_m, nodes.geometry[node].y + north_m)
        assert set(inp.POLYGONS) == set(inp.SUBCATCHMENTS)
        x0 = ORIGIN_X + 40 * column
        square = box(x0, ORIGIN_Y, x0 + 40, ORIGIN_Y + 40)
        for key, ring in inp.POLYGONS.items():
            assert Polygon(ring.polygon).difference(square).area < 0.01
            if key.startswith("R_"):
                assert Polygon(ring.polygon).area == pytest.approx(200.0)


def test_elements_and_tags_lead_back_to_features(whole_run: WholeRun, files: dict[tuple[str, str], Any]) -> None:
    for model in whole_run.built.models:
        inp = files[model.name, model.scenario]
        nodes = {*inp.JUNCTIONS, *inp.OUTFALLS, *inp.STORAGE}
        written = {*nodes, *inp.CONDUITS, *inp.OUTLETS, *inp.SUBCATCHMENTS}
        elements = model.elements.set_index("model_id")
        assert set(elements.index) == written
        assert {t.name: t.tag for t in inp.TAGS.values()} == elements["feature_id"].to_dict()
        assert set(elements["community_id"]) == {model.name}


def test_a_model_is_written_the_same_twice(whole_run: WholeRun) -> None:
    again = pipeline.build(pipeline.check(load_project(whole_run.folder)))
    for first, second in zip(whole_run.built.models, again.models, strict=True):
        for event in again.events:
            assert first.text(event) == second.text(event)
        # One after the other they are what each is alone: none keeps what another has of its own.
        assert list(first.texts(again.events)) == [second.text(event) for event in again.events]


NAMES = {
    "A-C1": "井 一",
    "A-S1": 'it"s; 5"',
    "A-R1": "n1",
    "A-R2": "N1",
    "A-S2": "x" * 60,
    "A-PR": "管/1",
    "A-H": "1栋",
}


def renamed(frames: Frames) -> None:
    for frame in frames.values():
        for column in frame.columns.drop("geometry"):
            frame[column] = frame[column].map(lambda v: NAMES.get(v, v) if isinstance(v, str) else v)


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The small project with ids in Chinese, with quotes, too long, or alike but for their case."""
    folder = tmp_path_factory.mktemp("strange") / "project"
    return take_through(write_small_project(folder, first=renamed).folder)


def test_strange_ids_become_plain_ones_that_lead_back(strange: WholeRun, whole_run: WholeRun) -> None:
    for model, usual in zip(strange.built.models, whole_run.built.models, strict=True):
        ids = model.elements["model_id"]
        assert ids.map(lambda i: re.fullmatch(r"[A-Za-z0-9_.+\-]+", i) is not None).all()
        kinds = model.elements["element"]
        assert not pd.DataFrame({"kind": kinds, "id": ids.str.lower()}).duplicated().any()
        expected = sorted(NAMES.get(i, i) for i in usual.elements["feature_id"])
        assert sorted(model.elements["feature_id"]) == expected


def test_strange_ids_change_no_result(strange: WholeRun, whole_run: WholeRun) -> None:
    assert {r.status for r in strange.results.values()} == {"done"}
    columns = ["runoff_before_m3", "runoff_after_m3", "peak_after_l_s", "sewage_to_storm_before_m3_d"]
    left, right = (w.review.tables["communities"][columns].astype(float) for w in (strange, whole_run))
    pd.testing.assert_frame_equal(left, right, rtol=1e-6)


def with_tank(frames: Frames) -> None:
    """C's downpipe leads into a tank of 2 m3 that overflows to the inlet of the rain pipe."""
    x, y = ORIGIN_X + 80, ORIGIN_Y
    nodes = frames["nodes"]
    node = nodes[nodes["node_id"] == "C-R1"].assign(
        node_id="C-T", kind="storage", invert_m=99.5, geometry=[Point(x + 10, y + 14)]
    )
    frames["nodes"] = gpd.GeoDataFrame(pd.concat([nodes, node], ignore_index=True), crs=CRS)
    laterals = frames["connections"]
    downpipe = laterals["connection_id"] == "C-D1"
    laterals.loc[downpipe, "to_node"] = "C-T"
    laterals.loc[downpipe, "geometry"] = LineString([(x + 10, y + 25), (x + 10, y + 14)])
    tank = {
        "facility_id": "C-TANK",
        "kind": "rain_tank",
        "volume_m3": HELD_M3,
        "area_m2": 2.0,
        "from_node": "C-T",
        "overflow_to": "C-R1",
        "status": "proposed",
        "geometry": Point(x + 10, y + 14),
    }
    frames["facilities"] = gpd.GeoDataFrame([tank], geometry="geometry", crs=CRS)


@pytest.fixture(scope="module")
def tank_run(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The small project with a rain tank in community C."""
    layer = '[layers.facilities]\nsource = "c.gpkg"\nlayer = "facilities"\n\n[rainfall]'
    project = write_small_project(
        tmp_path_factory.mktemp("tank") / "project",
        second=with_tank,
        toml=lambda text: text.replace("[rainfall]", layer),
    )
    return take_through(project.folder)


def test_a_tank_holds_its_volume_up_to_its_overflow(tank_run: WholeRun, tmp_path: Path) -> None:
    model = next(m for m in tank_run.built.models if (m.name, m.scenario) == ("C", "after"))
    inp = read(model, tank_run.built.events[0], tmp_path)
    elements = model.elements.set_index("role")
    storage = inp.STORAGE[elements.loc["tank", "model_id"]]
    overflow = inp.CONDUITS[elements.loc["tank_overflow", "model_id"]]
    plan_m2 = storage.data[2] if isinstance(storage.data, (list, tuple)) else 2.0
    assert (overflow.offset_upstream - storage.elevation) * plan_m2 == pytest.approx(HELD_M3)
    assert elements.loc["tank", "feature_id"] == "C-TANK"
    assert {f.rule for f in tank_run.built.findings if f.severity != "info"} == {"inlet.short"}


def test_the_balance_of_a_tank_closes(tank_run: WholeRun) -> None:
    storm_id = tank_run.built.storms[0].storm_id
    run = tank_run.results[f"C/after/{storm_id}"]
    model = next(m for m in tank_run.built.models if (m.name, m.scenario) == ("C", "after"))
    elements = model.elements.set_index("role")
    tank, overflow = elements.loc["tank", "model_id"], elements.loc["tank_overflow", "model_id"]
    inflow_m3 = run.nodes.loc[tank, "lateral_inflow_m3"]
    spilt_m3 = run.series[f"flow_l_s:{overflow}"].sum() * 60 / 1000
    held_m3 = run.storages.loc[tank, "final_volume_m3"]
    assert held_m3 == pytest.approx(HELD_M3, rel=0.02)
    assert inflow_m3 == pytest.approx(spilt_m3 + held_m3, rel=0.01)
    # the roof's 200 m2 of rain, less 1 mm of storage
    depth_mm = tank_run.built.storms[0].depth_mm
    assert inflow_m3 == pytest.approx(200 * (depth_mm - 1.0) / 1000, rel=0.01)


def test_what_a_tank_holds_does_not_run_off(tank_run: WholeRun, whole_run: WholeRun) -> None:
    storm_id = tank_run.built.storms[0].storm_id
    row = tank_run.review.tables["sponge"].set_index(["community_id", "scenario"]).loc[("C", "after")]
    without = whole_run.review.tables["sponge"].set_index(["community_id", "scenario"]).loc[("C", "after")]
    outfalls = tank_run.results[f"C/after/{storm_id}"].outfalls
    assert row["tank_held_m3"] == pytest.approx(HELD_M3, rel=0.02)
    assert row["runoff_m3"] == pytest.approx(without["runoff_m3"] - HELD_M3, rel=0.01)
    assert outfalls.loc["C-R2", "volume_m3"] == pytest.approx(row["runoff_m3"], rel=0.01)
