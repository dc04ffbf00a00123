"""Detention basins in SWMM: the peak falls and the volume stays, against calculation by hand; and bad data."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box
from tests.conftest import take_through
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, write_small_project

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.ponding import ponding_sites
from spongecalc.assess.sponge import sponge_row
from spongecalc.language import has_text
from spongecalc.layers.finding import Finding
from spongecalc.network.graph import drainage_graph, is_overflow
from spongecalc.project.load import load_project
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.sponge.event_runs import sites_of
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.swmm.basin import Basin, basins_of
from spongecalc.swmm.basin_outlet import emptying_h, outlet_for_mm
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.model import SwmmModel, build_model
from spongecalc.swmm.run_result import RunResult, SeriesRequest

FACILITIES = '\n[layers.facilities]\nsource = "ab.gpkg"\nlayer = "facilities"\n'
PLACE, OUT = Point(ORIGIN_X + 30, ORIGIN_Y + 8), Point(ORIGIN_X + 40, ORIGIN_Y + 8)
FLOOR_M, AREA_M2, VOLUME_M3, OUTLET_MM = 98.75, 20.0, 18.0, 50.0
DEPTH_M = VOLUME_M3 / AREA_M2
WIDTH_M = 2.0
BASIN: dict[str, object] = {
    "facility_id": "A-DB",
    "kind": "detention_basin",
    "volume_m3": VOLUME_M3,
    "area_m2": AREA_M2,
    "outlet_mm": OUTLET_MM,
    "from_node": "A-B",
    "overflow_to": "A-R2",
    "status": "proposed",
    "geometry": PLACE,
}


def appended(frame: gpd.GeoDataFrame, *rows: dict[str, object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame([*frame.to_dict("records"), *rows], geometry="geometry", crs=CRS)


def with_basin(frames: Frames) -> None:
    """In A the rain pipe ends, above the water, in a basin before the outfall; nothing else leaves that."""
    node = {
        "node_id": "A-B",
        "system": "storm",
        "kind": "storage",
        "ground_m": 101.0,
        "invert_m": FLOOR_M,
        "status": "proposed",
        "geometry": PLACE,
    }
    nodes = appended(frames["nodes"], node)
    # Without a pipe of A at it, the outfall on the border would be taken for B's.
    nodes["community_id"] = nodes["node_id"].str[0]
    nodes.loc[nodes["node_id"] == "A-R1", ["ground_m", "invert_m"]] = [101.0, 99.9]
    frames["nodes"] = nodes
    pipes = frames["pipes"]
    rain = pipes["pipe_id"] == "A-PR"
    pipes.loc[rain, "to_node"] = "A-B"
    pipes.loc[rain, ["invert_up_m", "invert_down_m"]] = [99.9, 99.8]
    pipes.loc[rain, "geometry"] = LineString([(ORIGIN_X + 10, ORIGIN_Y + 8), PLACE])
    frames["facilities"] = gpd.GeoDataFrame([BASIN], geometry="geometry", crs=CRS)


@dataclass(frozen=True)
class Case:
    """The built project, and A after the works."""

    built: Built
    system: DrainageSystem

    def with_(
        self, pipe_up_m: float | None = None, node: dict[str, object] | None = None, **more: object
    ) -> Case:
        """The same with columns of the basin or its node changed, and a pipe that leaves it."""
        system = self.system
        facilities = system.facilities.copy()
        for column, value in more.items():
            facilities[column] = value
        nodes, pipes = system.nodes.copy(), system.pipes
        for column, value in (node or {}).items():
            nodes.loc[nodes["node_id"] == "A-B", column] = value
        if pipe_up_m is not None:
            first = pipes.set_index("pipe_id", drop=False).loc["A-PR"].to_dict()
            ends = {"from_node": "A-B", "to_node": "A-R2", "invert_up_m": pipe_up_m, "invert_down_m": 98.7}
            pipes = appended(pipes, first | ends | {"pipe_id": "A-PQ", "geometry": LineString([PLACE, OUT])})
        return Case(self.built, replace(system, facilities=facilities, nodes=nodes, pipes=pipes))

    @property
    def settings(self) -> Settings:
        return self.built.checked.project.settings

    def found(self) -> dict[str, Finding]:
        return {f.rule: f for f in basins_of(self.system, self.settings.basins)[1]}

    def basin(self) -> Basin:
        (one,) = basins_of(self.system, self.settings.basins)[0]
        return one

    def model(self) -> SwmmModel:
        return build_model(self.system, self.settings, self.built.storms)

    def run(self, folder: Path, **series: tuple[str, ...]) -> RunResult:
        """The design storm with every element reported every few seconds, and short steps."""
        text = self.model().text(self.built.events[0])
        return run(with_options(text, REPORT_STEP="00:00:10", ROUTING_STEP="0.5"), folder, **series)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    project = write_small_project(
        tmp_path_factory.mktemp("basin") / "project", first=with_basin, toml=lambda text: text + FACILITIES
    )
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    system = next(s for s in built.checked.systems if s.communities == ("A",) and s.scenario == "after")
    return Case(built, system)


def with_options(text: str, **options: str) -> str:
    lines = []
    for line in text.splitlines():
        first = next(iter(line.split()), "")
        lines.append(f"{first} {options[first]}" if first in options else line)
    return "\n".join(lines) + "\n"


def run(text: str, folder: Path, **series: tuple[str, ...]) -> RunResult:
    folder.mkdir(parents=True)
    inp = folder / "model.inp"
    inp.write_text(text, encoding="utf-8")
    result = run_inp(inp, folder, series=SeriesRequest(**series))
    assert result.status == "done", result.messages
    assert result.worst_continuity_error_percent < 1
    return result


def rows(model: SwmmModel, section: str) -> dict[str, tuple[str, ...]]:
    return {r[0]: tuple(r) for r in model.sections[section] if not r[0].startswith(";")}


def orifice_l_s(depth_m: float, diameter_mm: float) -> float:
    """A round orifice at the floor by the textbook: full from its crown on, below it as the 1.5th power."""
    d = diameter_mm / 1000
    full = 0.62 * math.pi / 4 * d**2 * math.sqrt(2 * 9.81) * 1000
    if depth_m >= d:
        return full * math.sqrt(depth_m - d / 2)
    return full * math.sqrt(d / 2) * (max(depth_m, 0.0) / d) ** 1.5


def level_pool(inflow_l_s: pd.Series, volume_m3: float, outlet_mm: float) -> pd.DataFrame:
    """Depth and outflow of the basin under an inflow, by the storage equation in steps of a second."""
    minutes = inflow_l_s.index.to_numpy(float)
    seconds = np.arange(minutes[0] * 60, minutes[-1] * 60 + 1)
    depth, found = 0.0, []
    for flow in np.interp(seconds / 60, minutes, inflow_l_s.to_numpy(float)):
        throttle = orifice_l_s(depth, outlet_mm)
        over = 1.7 * WIDTH_M * max(depth - volume_m3 / AREA_M2, 0.0) ** 1.5 * 1000
        found.append((depth, throttle, over))
        depth = max(depth + (flow - throttle - over) / 1000 / AREA_M2, 0.0)
    return pd.DataFrame(found, columns=["depth_m", "throttle_l_s", "overflow_l_s"], index=seconds / 60)


def test_a_basin_is_a_storage_with_an_orifice_at_its_floor_and_a_weir(case: Case) -> None:
    model = case.model()
    assert not case.found()
    _, floor, depth, *_, area, _, _ = rows(model, "STORAGE")["A-B"]
    assert (float(floor), float(depth), float(area)) == (FLOOR_M, 2.25, AREA_M2)
    _, start, end, kind, offset, coefficient, *_ = rows(model, "ORIFICES")["A-DB__THROTTLE"]
    assert (start, end, kind, float(offset), float(coefficient)) == ("A-B", "A-R2", "SIDE", FLOOR_M, 0.62)
    _, start, end, kind, crest, *_ = rows(model, "WEIRS")["A-DB__OVERFLOW"]
    # SWMM lets one link end at an outfall: the second has a copy of it
    assert (start, end, kind, float(crest)) == ("A-B", "A-R2__2", "TRANSVERSE", FLOOR_M + DEPTH_M)
    assert rows(model, "XSECTIONS")["A-DB__THROTTLE"][2] == "0.050"
    # The weir is as high as the rim above its crest: above its section it would be an opening.
    assert float(rows(model, "XSECTIONS")["A-DB__OVERFLOW"][2]) == pytest.approx(2.25 - DEPTH_M)
    elements = model.elements.set_index("model_id")
    assert elements.loc["A-B", ["role", "layer", "feature_id"]].tolist() == ["basin", "nodes", "A-B"]
    assert elements.loc["A-DB__THROTTLE", "feature_id"] == "A-DB"


def test_the_peak_falls_and_the_volume_stays(case: Case, tmp_path: Path) -> None:
    held = case.run(tmp_path / "held")
    bare = case.with_(pipe_up_m=FLOOR_M)
    passing = replace(bare, system=replace(bare.system, facilities=bare.system.facilities.iloc[:0]))
    through = passing.run(tmp_path / "through")
    before, after = (r.outfalls.filter(like="A-R2", axis=0) for r in (through, held))
    assert float(after["peak_l_s"].max()) < 0.4 * float(before["peak_l_s"].max())
    left_m3 = float(held.storages.loc["A-B", "final_volume_m3"])
    assert float(after["volume_m3"].sum()) + left_m3 == pytest.approx(float(before["volume_m3"].sum()), rel=0.01)
    assert float(held.nodes["flood_volume_m3"].sum()) == 0


@pytest.mark.parametrize(("volume_m3", "overflows"), [(VOLUME_M3, False), (8.0, True)])
def test_swmm_routes_as_the_level_pool_does(
    case: Case, tmp_path: Path, volume_m3: float, overflows: bool
) -> None:
    links = ("A-PR", "A-DB__THROTTLE", "A-DB__OVERFLOW")
    result = case.with_(volume_m3=volume_m3).run(tmp_path / "run", link_flow=links, node_depth=("A-B",))
    pool = level_pool(result.series["flow_l_s:A-PR"], volume_m3, OUTLET_MM)
    throttle, over = (result.series[f"flow_l_s:{name}"] for name in links[1:])
    depth = result.series["depth_m:A-B"]
    assert float(depth.max()) == pytest.approx(float(pool["depth_m"].max()), rel=0.02)
    assert float(throttle.max()) == pytest.approx(float(pool["throttle_l_s"].max()), rel=0.02)
    assert (float(over.max()) > 0.5) == overflows
    assert float(over.max()) == pytest.approx(float(pool["overflow_l_s"].max()), rel=0.05, abs=0.01)
    assert float(depth.iloc[-1]) == pytest.approx(float(pool["depth_m"].iloc[-1]), rel=0.05)
    # the greatest difference over the whole event
    expected = np.interp(depth.index.to_numpy(float), pool.index.to_numpy(float), pool["depth_m"].to_numpy(float))
    assert float(np.abs(depth.to_numpy(float) - expected).max()) < 0.02 * float(depth.max())


def test_a_full_basin_empties_in_the_time_reckoned_by_hand(case: Case, tmp_path: Path) -> None:
    text = case.model().text(case.built.events[-1])
    # in the row of its storage the third figure is the depth at the start
    full, count = re.subn(r"^(A-B +\S+ +\S+) +0 +FUNCTIONAL", rf"\1 {DEPTH_M:.3f} FUNCTIONAL", text, flags=re.M)
    assert count == 1
    dry = with_options(full, REPORT_STEP="00:00:10", ROUTING_STEP="1", NODES="ALL")
    depth = run(dry, tmp_path / "run", node_depth=("A-B",)).series["depth_m:A-B"]
    assert float(depth.iloc[0]) == pytest.approx(DEPTH_M, rel=0.01)
    reached_min = float(depth.index[int(np.argmax(depth.to_numpy(float) <= OUTLET_MM / 1000))])
    # 2 x 20 (sqrt(0.875) - sqrt(0.025)) / (0.62 x 0.001963 x sqrt(19.62)) = 5766 s
    assert emptying_h(AREA_M2, DEPTH_M, OUTLET_MM) * 3600 == pytest.approx(5766, abs=2)
    assert reached_min * 60 == pytest.approx(5766, rel=0.02)


def test_the_assumed_throttle_is_the_smallest_that_empties_in_time() -> None:
    for area_m2, depth_m in ((200.0, 1.5), (2000.0, 1.0), (20000.0, 3.0)):
        size_mm = outlet_for_mm(area_m2, depth_m, 24.0, 10.0)
        assert emptying_h(area_m2, depth_m, size_mm) <= 24.0
        assert emptying_h(area_m2, depth_m, size_mm - 1.1) > 24.0
    assert outlet_for_mm(5.0, 1.0, 24.0, 50.0) == 50.0


def test_without_outlet_mm_a_throttle_is_assumed_and_said(case: Case) -> None:
    large = case.with_(outlet_mm=math.nan, volume_m3=900.0, area_m2=1000.0)
    finding = large.found()["basin.outlet_assumed"]
    assert large.basin().throttle_mm == outlet_for_mm(1000.0, 0.9, 24.0, 50.0)
    assert finding.found["diameter"] == f"{large.basin().throttle_mm:.0f}"
    assert finding.severity == "warning"
    for language in ("zh", "en"):
        assert "24" in finding.message(language)
        assert "outlet_mm" in finding.action(language)
    assert large.with_(outlet_mm=40.0).found().keys() == {"basin.empties_slowly"}


def test_a_pipe_at_the_floor_empties_the_basin_if_no_throttle_is_given(case: Case) -> None:
    piped = case.with_(pipe_up_m=FLOOR_M, outlet_mm=math.nan)
    assert piped.found()["basin.pipe_empties"].found["pipes"] == "A-PQ"
    model = piped.model()
    assert not rows(model, "ORIFICES")
    assert rows(model, "CONDUITS")["A-PQ"][1:3] == ("A-B", "A-R2")


def test_a_throttle_stands_before_the_pipe_that_leaves(case: Case, tmp_path: Path) -> None:
    piped = case.with_(pipe_up_m=FLOOR_M, overflow_to=None)
    assert not piped.found()
    model = piped.model()
    assert rows(model, "ORIFICES")["A-DB__THROTTLE"][1:3] == ("A-B", "A-B__OUT")
    assert rows(model, "WEIRS")["A-DB__OVERFLOW"][1:3] == ("A-B", "A-B__OUT")
    assert rows(model, "CONDUITS")["A-PQ"][1:3] == ("A-B__OUT", "A-R2")
    result = piped.run(tmp_path / "run", link_flow=("A-PR", "A-PQ"))
    pool = level_pool(result.series["flow_l_s:A-PR"], VOLUME_M3, OUTLET_MM)
    # the pipe behind it, full a little, takes some centimetres of head
    assert float(result.series["flow_l_s:A-PQ"].max()) == pytest.approx(
        float(pool["throttle_l_s"].max()), rel=0.05
    )


def test_a_pipe_above_the_overflow_does_not_empty_the_basin(case: Case) -> None:
    high = case.with_(pipe_up_m=FLOOR_M + DEPTH_M + 0.1, overflow_to=None)
    assert not high.found()
    assert high.basin().throttle_to == "A-R2"
    assert not high.basin().has_chamber


def test_where_it_overflows_too_high_the_outlet_goes_on_down_the_drain(case: Case) -> None:
    system = case.system
    step = {
        **system.nodes.set_index("node_id", drop=False).loc["A-R1"].to_dict(),
        "node_id": "A-M",
        "invert_m": 99.0,
    }
    pipe = {**system.pipes.set_index("pipe_id", drop=False).loc["A-PR"].to_dict(), "pipe_id": "A-PM"}
    pipe |= {"from_node": "A-M", "to_node": "A-R2", "invert_up_m": 99.0, "invert_down_m": 98.7}
    longer = replace(system, nodes=appended(system.nodes, step), pipes=appended(system.pipes, pipe))
    further = Case(case.built, longer).with_(overflow_to="A-M")
    assert further.found()["basin.outlet_further"].found == {"node": "A-R2", "near": "A-M"}
    assert (further.basin().overflow_to, further.basin().throttle_to) == ("A-M", "A-R2")
    higher = replace(longer, nodes=longer.nodes.assign(invert_m=longer.nodes["invert_m"].replace(99.0, 100.0)))
    above = Case(case.built, higher).with_(overflow_to="A-M")
    assert "basin.overflow_uphill" in above.found()


BAD: dict[str, tuple[dict[str, object], bool]] = {
    "basin.no_volume": ({"volume_m3": 0.0}, False),
    "basin.no_node": ({"from_node": None}, False),
    "basin.no_room": ({"node": {"ground_m": FLOOR_M + 0.1}}, False),
    "basin.little_room": ({"node": {"ground_m": FLOOR_M + 0.8}}, True),
    "basin.area_assumed": ({"area_m2": math.nan}, True),
    "basin.same_node": ({"overflow_to": "A-B"}, True),
    "basin.unknown_overflow": ({"overflow_to": "nowhere"}, True),
    "basin.no_way_out": ({"overflow_to": None}, True),
    "basin.no_gravity_outlet": ({"node": {"invert_m": 98.0}}, True),
    "basin.overflow_uphill": ({"node": {"invert_m": 97.0}}, True),
}


@pytest.mark.parametrize("rule", BAD)
def test_bad_data_is_named_with_what_to_do(case: Case, rule: str) -> None:
    changed, modelled = BAD[rule]
    bad = case.with_(**changed)  # type: ignore[arg-type]
    finding = bad.found()[rule]
    assert (finding.feature.layer, finding.feature.feature_id, finding.feature.community_id) == (
        "facilities",
        "A-DB",
        "A",
    )
    for language in ("zh", "en"):
        assert "{" not in finding.message(language) + finding.action(language)
    elements = bad.model().elements
    assert (elements["role"] == "basin").any() == modelled


@pytest.mark.parametrize("node", ["A-R2", "elsewhere"])
def test_an_outfall_or_an_unknown_node_is_no_place(case: Case, node: str) -> None:
    assert case.with_(from_node=node).found()["basin.no_node"].found["node"] == node


def test_what_does_not_fit_below_the_ground_is_not_held(case: Case) -> None:
    shape = case.with_(node={"ground_m": FLOOR_M + 0.8}).basin().shape
    assert shape.crest_m == pytest.approx(FLOOR_M + 0.6)
    assert shape.area_m2 * (shape.crest_m - shape.bottom_m) == pytest.approx(12.0)


@pytest.mark.parametrize("outlet_mm", [0.0, -5.0])
def test_a_size_that_cannot_be_is_taken_as_none(case: Case, outlet_mm: float) -> None:
    assert "basin.outlet_assumed" in case.with_(outlet_mm=outlet_mm).found()


@pytest.mark.parametrize("invert_m", [97.0, 98.0])
def test_a_basin_below_its_drain_fills_to_its_way_out(case: Case, tmp_path: Path, invert_m: float) -> None:
    low = case.with_(node={"invert_m": invert_m}, volume_m3=10.0)
    result = low.run(tmp_path / "run")
    came_m3 = float(result.nodes.loc[["A-R1", "A-R1__GUTTER"], "lateral_inflow_m3"].sum())
    left_m3 = float(result.outfalls.filter(like="A-R2", axis=0)["volume_m3"].sum())
    held_m3 = float(result.storages.loc["A-B", "final_volume_m3"])
    # no water leaves below the weir, nor below the outfall's invert
    assert held_m3 >= AREA_M2 * (max(98.7, invert_m + 10.0 / AREA_M2) - invert_m) * 0.99
    assert left_m3 + held_m3 == pytest.approx(came_m3, rel=0.01)


def test_an_outline_gives_the_area(case: Case) -> None:
    drawn = case.with_(area_m2=math.nan, geometry=box(ORIGIN_X + 28, ORIGIN_Y + 6, ORIGIN_X + 33, ORIGIN_Y + 10))
    assert not drawn.found()
    assert drawn.basin().shape.area_m2 == pytest.approx(20.0)


def test_of_two_at_one_node_the_first_is_modelled(case: Case) -> None:
    system = case.system
    two = replace(system, facilities=appended(system.facilities, BASIN | {"facility_id": "A-DB2"}))
    basins, findings = basins_of(two, case.settings.basins)
    assert [b.facility_id for b in basins] == ["A-DB"]
    assert [(f.rule, f.feature.feature_id) for f in findings] == [("basin.shares_node", "A-DB2")]


def test_two_basins_in_a_row_empty_one_into_the_other(case: Case, tmp_path: Path) -> None:
    system = case.system
    lower = {**system.nodes.set_index("node_id", drop=False).loc["A-B"].to_dict(), "node_id": "A-B2"}
    nodes = appended(system.nodes, lower | {"invert_m": 98.72, "geometry": Point(ORIGIN_X + 35, ORIGIN_Y + 8)})
    second = BASIN | {"facility_id": "A-DB2", "from_node": "A-B2", "outlet_mm": 30.0, "community_id": "A"}
    facilities = appended(system.facilities.assign(overflow_to="A-B2"), second)
    row = Case(case.built, replace(system, nodes=nodes, facilities=facilities))
    result = row.run(tmp_path / "run")
    total_m3 = float(result.outfalls.filter(like="A-R2", axis=0)["volume_m3"].sum())
    held_m3 = float(result.storages["final_volume_m3"].sum())
    came_m3 = float(result.nodes.loc[["A-R1", "A-R1__GUTTER"], "lateral_inflow_m3"].sum())
    assert total_m3 + held_m3 == pytest.approx(came_m3, rel=0.01)
    peaks = result.links["peak_l_s"]
    assert peaks["A-DB2__THROTTLE"] < peaks["A-DB__THROTTLE"] < peaks["A-PR"]


def test_before_the_works_there_is_no_basin(case: Case) -> None:
    before = next(m for m in case.built.models if m.communities == ("A",) and m.scenario == "before")
    assert not before.elements["role"].str.startswith("basin").any()
    assert not before.findings or all(f.feature.feature_id != "A-DB" for f in before.findings)
    named = [f for f in case.built.checked.findings if f.feature.layer == "facilities"]
    assert not named


def test_a_basin_that_nothing_else_leaves_is_the_way_on_and_no_overflow(case: Case) -> None:
    key = ("facilities", "A-DB")
    assert not is_overflow(drainage_graph(case.system), "A-B", "A-R2", key)
    assert is_overflow(drainage_graph(case.with_(pipe_up_m=FLOOR_M).system), "A-B", "A-R2", key)


def test_a_basin_delays_the_runoff_and_takes_nothing_of_it(case: Case, tmp_path: Path) -> None:
    storm = case.built.storms[0].storm_id
    model = case.model()
    areas = {"subcatchment_runoff": True}
    inp = tmp_path / "model.inp"
    inp.write_text(model.text(case.built.events[0]), encoding="utf-8")
    result = run_inp(inp, tmp_path / "out", series=SeriesRequest(**areas))  # type: ignore[arg-type]
    row = sponge_row(Modelled(case.system, model, {storm: result}), "A", storm)
    assert float(result.storages.loc["A-B", "final_volume_m3"]) > 1
    assert row["tank_held_m3"] == 0
    assert row["runoff_m3"] == row["surface_runoff_m3"]
    (site,) = sites_of([case.system], [model], case.settings)
    assert site.tanks == ()


def test_a_basin_that_floods_is_a_ponding_site(case: Case, tmp_path: Path) -> None:
    small = case.with_(volume_m3=2.0, overflow_to=None, node={"ground_m": FLOOR_M + 0.5})
    storm = case.built.storms[0].storm_id
    result = small.run(tmp_path / "run")
    modelled = Modelled(small.system, small.model(), {storm: result})
    sites = ponding_sites(modelled, storm, 3.0, case.settings.ponding)
    flooded_m3 = float(result.nodes.loc["A-B", "flood_volume_m3"])
    # nothing leads away: all that came and does not fit below the ground
    came_m3 = float(result.nodes.loc[["A-R1", "A-R1__GUTTER"], "lateral_inflow_m3"].sum())
    assert flooded_m3 == pytest.approx(came_m3 - 0.5 * AREA_M2, rel=0.02)
    assert sites.set_index("node_id").loc["A-B", "volume_m3"] == pytest.approx(flooded_m3)


def test_a_project_with_good_and_bad_basins_goes_through(tmp_path: Path) -> None:
    def change(frames: Frames) -> None:
        with_basin(frames)
        bad = [
            BASIN | {"facility_id": "B-SAME", "from_node": "B-R1", "overflow_to": "B-R1", "outlet_mm": math.nan},
            BASIN | {"facility_id": "B-NONE", "from_node": None, "volume_m3": 0.0},
        ]
        frames["facilities"] = appended(frames["facilities"], *bad)

    project = write_small_project(tmp_path / "project", first=change, toml=lambda text: text + FACILITIES)
    whole = take_through(project.folder)
    assert {r.status for r in whole.results.values()} == {"done"}
    named = {(f.rule, f.feature.feature_id) for f in whole.built.findings if f.rule.startswith("basin.")}
    assert named == {
        ("basin.same_node", "B-SAME"),
        ("basin.pipe_empties", "B-SAME"),
        ("basin.little_room", "B-SAME"),
        ("basin.no_volume", "B-NONE"),
        ("basin.no_node", "B-NONE"),
    }
    told = whole.review.tables["basins"]
    assert told[["facility_id", "scenario"]].to_numpy().tolist() == [["A-DB", "after"], ["B-SAME", "after"]]
    ours = told.set_index("facility_id").loc["A-DB"]
    assert ours["volume_m3"] == pytest.approx(VOLUME_M3)
    assert 0 < ours["throttle_peak_l_s"] < 0.4 * ours["inflow_peak_l_s"]
    assert 0 < ours["final_volume_m3"] < ours["max_volume_m3"] < VOLUME_M3
    assert ours["flooded_m3"] == ours["overflow_peak_l_s"] == 0
    for language in ("zh", "en"):
        assert all(has_text(f"report.column.{c}", language) for c in told.columns)
