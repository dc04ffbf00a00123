"""A street worked by hand: three inlets on a slope and one in a sag, by SWMM's gutters and by the coupled grid.

A square of 100 m drains to the head of a street of 2 m between walls that falls by 2 %; the street ends in a
hollow with an inlet at its bottom. Steady rain is chosen so that the first grate takes its rated 20 l/s, the next
two what their rims let in, and the hollow gets more than its grate takes. No water has a way out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from shapely import LineString, Point, box, union_all

from spongecalc.batch.runs import execute, plan_runs
from spongecalc.ground.of_system import ground_of
from spongecalc.overland.coupled_model import coupled_run, perform
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.model import build_model
from spongecalc.swmm.open_model import OpenModel
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, write_delivery

CELL_M = 2.0
RAIN_MM_H = 36.0
RAIN_S = 3600.0
INLETS_X_M = {"I1": 41.0, "I2": 81.0, "I3": 121.0, "I4": 181.0}

# HEC-22, 4.4: a grate in a sag takes 1.66 P d^1.5 until it is drowned; P = 2.4 m for 750 x 450 mm, rated 20 l/s.
WEIR, RIM_M, RATED_M3_S = 1.66, 2.4, 0.020
# Manning's n of asphalt in covers.csv, as the grid has it; the street's width and its fall.
N, WIDTH_M, FALL = 0.011, 2.0, 0.02
# Asphalt is wetted before it drains (covers.csv): so long no rain runs off.
WETTING_MM = 1.5

TOML = """
name = "a street"
language = "en"
crs = "EPSG:4543"

{layers}

[layers.dem]
source = "dem.tif"

[rainfall]
formula = "昆明 (新)"
own_formula = false

[[storms]]
return_period = "3 a"
duration = "1 h"

[simulation]
recession = "10 min"

[ponding]
margin = "10 m"
street_width = "2 m"
street_cross_fall = 0
street_roughness = 0.011
"""


def level_m(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The ground: a square that leans to the street's head, the street, the hollow; walls of 3 m around."""
    square = 103.2 + 0.03 * np.abs(x) + 0.03 * np.maximum(np.abs(y) - 1, 0)
    street = 103.2 - FALL * x
    hollow = 99.6 + FALL * np.maximum(np.abs(x - 181), np.abs(y))
    in_square = (x > -100) & (x < 0) & (np.abs(y) < 50)
    in_street = (x > 0) & (x < 160) & (np.abs(y) < 1)
    in_hollow = (np.abs(x - 181) < 21) & (np.abs(y) < 21)
    return np.select([in_square, in_street, in_hollow], [square, street, hollow], 110.0)


def by_hand() -> tuple[dict[str, float], dict[str, float], float]:
    """Flow to each inlet, what it takes, and what the hollow gains, in m3/s, once the flow is steady."""
    rain_m_s = RAIN_MM_H / 1000 / 3600
    # Nearest inlet: the square and 61 m of street; 40 m; half the way to the hollow's inlet; the rest.
    own_m2 = {
        "I1": 100 * 100 + WIDTH_M * 61,
        "I2": WIDTH_M * 40,
        "I3": WIDTH_M * (151 - 101),
        "I4": WIDTH_M * (160 - 151) + 42 * 42,
    }
    to, takes, above = {}, {}, 0.0
    for inlet in ("I1", "I2", "I3"):
        to[inlet] = above + rain_m_s * own_m2[inlet]
        # The depth at which grate and street together carry what comes: by halving.
        low, high = 0.0, 0.5
        for _ in range(60):
            d = (low + high) / 2
            on = WIDTH_M * FALL**0.5 / N * d ** (5 / 3)
            grate = min(WEIR * RIM_M * d**1.5, RATED_M3_S)
            low, high = (low, d) if on + grate > to[inlet] else (d, high)
        takes[inlet] = grate
        above = to[inlet] - takes[inlet]
    to["I4"] = above + rain_m_s * own_m2["I4"]
    takes["I4"] = RATED_M3_S
    return to, takes, to["I4"] - takes["I4"]


def write_street(folder: Path) -> None:
    area = union_all([box(-100, -50, 0, 50), box(0, -1, 160, 1), box(160, -21, 202, 21)])
    shift = lambda g: gpd.GeoSeries([g]).translate(ORIGIN_X, ORIGIN_Y).iloc[0]  # noqa: E731
    x = [*INLETS_X_M.values(), 199.0]
    names = [*INLETS_X_M, "OUT"]
    ground = [float(level_m(np.array(v), np.array(0.0))) for v in x]
    invert = [*(g - 1.5 for g in ground[:4]), ground[3] - 2.0]
    nodes = pd.DataFrame(
        {
            "node_id": names,
            "system": "storm",
            "kind": ["inlet"] * 4 + ["outfall"],
            "ground_m": ground,
            "invert_m": invert,
            "receives": [None] * 4 + ["river"],
            "status": "existing",
        }
    )
    points = [shift(Point(v, 0.0)) for v in x]
    pipes = pd.DataFrame(
        {
            "pipe_id": [f"P{n}" for n in range(1, 5)],
            "system": "storm",
            "from_node": names[:4],
            "to_node": names[1:],
            "diameter_mm": 500.0,
            "material": "HDPE",
            "roughness": 0.011,
            "invert_up_m": invert[:4],
            "invert_down_m": invert[1:],
            "status": "existing",
        }
    )
    frames = {
        "communities": gpd.GeoDataFrame(
            {"community_id": ["S"], "name": ["street"], "phase": ["1"]}, geometry=[shift(area)], crs=CRS
        ),
        "nodes": gpd.GeoDataFrame(nodes, geometry=points, crs=CRS),
        "pipes": gpd.GeoDataFrame(pipes, geometry=[LineString(pair) for pair in pairwise(points)], crs=CRS),
        "surfaces": gpd.GeoDataFrame(
            {"surface_id": ["A"], "cover": ["asphalt"], "status": ["existing"]}, geometry=[shift(area)], crs=CRS
        ),
    }
    folder.mkdir(parents=True)
    write_delivery(folder / "street.gpkg", frames)
    layers = "\n".join(f'[layers.{layer}]\nsource = "street.gpkg"\nlayer = "{layer}"' for layer in frames)
    (folder / "spongecalc.toml").write_text(TOML.format(layers=layers), encoding="utf-8")
    columns, rows = 170, 70
    transform = Affine(CELL_M, 0, ORIGIN_X - 120, 0, -CELL_M, ORIGIN_Y + 71)
    cell_x = -120 + CELL_M * (np.arange(columns) + 0.5)
    cell_y = 71 - CELL_M * (np.arange(rows) + 0.5)
    data = level_m(*np.meshgrid(cell_x, cell_y)).astype("float32")
    with rasterio.open(
        folder / "dem.tif",
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=CRS,
        transform=transform,
    ) as sink:
        sink.write(data, 1)


@dataclass(frozen=True)
class Street:
    """What the inlets take in m3/s and what stands in the hollow in m3 when it is fullest, by either level."""

    takes: dict[str, float]
    ponds_m3: float
    left_m3: float


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("street") / "project"
    write_street(folder)
    built = pipeline.build(pipeline.check(load_project(folder), ["S"], ("before",)))
    steady = pd.Series(RAIN_MM_H, index=np.arange(0.0, RAIN_S / 60, 5.0))
    storm = replace(built.storms[0], hyetograph=steady, step_min=5.0, duration_min=RAIN_S / 60)
    settings, system = built.checked.project.settings, built.checked.systems[0]
    return folder, settings, system, build_model(system, settings, [storm]), storm


@pytest.fixture(scope="module")
def by_gutters(built) -> Street:
    folder, settings, _, model, storm = built
    event = storm_event(storm, settings.simulation, report_all=True)
    (run,) = plan_runs([model], (event,), folder / "level1", keep_out=False)
    result = execute([run], processes=1)[run.run_id]
    assert result.status == "done"
    assert abs(result.routing_error_percent) < 0.5
    takes = {i: float(result.links.at[f"{i}__GRATE", "peak_l_s"]) / 1000 for i in INLETS_X_M}
    away = result.outfalls.loc[result.outfalls.index.str.endswith("__AWAY"), "volume_m3"]
    return Street(takes, float(result.nodes.at["I4__GUTTER", "max_ponded_m3"]), float(away.sum()))


@pytest.fixture(scope="module")
def on_grid(built) -> Street:
    folder, settings, system, model, storm = built
    ground = ground_of(system, settings.ponding, CELL_M)
    run = coupled_run(system, model, settings, storm, ground)
    told: dict[int, float] = {}
    set_inflow = OpenModel.setNodeInflow

    def listen(self: OpenModel, number: int, flow_l_s: float) -> None:
        told[number] = max(told.get(number, 0.0), flow_l_s / 1000)
        set_inflow(self, number, flow_l_s)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OpenModel, "setNodeInflow", listen)
        done = perform(run, folder / "level3")
    assert abs(done.error_percent) < 1
    order = [row[0] for row in model.sections["JUNCTIONS"] if not row[0].startswith(";")]
    takes = {name: told[order.index(name)] for name in INLETS_X_M}
    column = int((160 - (run.ground.transform.c - ORIGIN_X)) / CELL_M)
    ponds_m3 = float(done.frames_mm[:, :, column:].sum(axis=(1, 2)).max()) / 1000 * CELL_M**2
    return Street(takes, ponds_m3, done.balance_m3["left_over_ground"])


def test_the_hand_calculation_is_of_the_case_it_is_meant_for() -> None:
    to, takes, _ = by_hand()
    assert 1000 * to["I1"] == pytest.approx(101.2, abs=0.1)
    # By their rims: 1.66 x 2.4 x 0.0274^1.5 of 82.0 l/s, and 1.66 x 2.4 x 0.0237^1.5 of 65.0 l/s.
    assert [round(1000 * takes[i], 1) for i in ("I1", "I2", "I3")] == [20.0, 18.1, 14.6]
    assert 1000 * to["I4"] == pytest.approx(68.2, abs=0.1)


@pytest.mark.parametrize("inlet", list(INLETS_X_M))
def test_each_inlet_takes_what_the_formula_lets_in(by_gutters: Street, on_grid: Street, inlet: str) -> None:
    takes = by_hand()[1][inlet]
    assert by_gutters.takes[inlet] == pytest.approx(takes, rel=0.1)
    assert on_grid.takes[inlet] == pytest.approx(takes, rel=0.1)
    assert by_gutters.takes[inlet] == pytest.approx(on_grid.takes[inlet], rel=0.1)


def test_the_hollow_holds_what_runs_on_to_it(by_gutters: Street, on_grid: Street) -> None:
    by_hand_m3 = by_hand()[2] * (RAIN_S - 3600 * WETTING_MM / RAIN_MM_H)
    assert by_gutters.ponds_m3 == pytest.approx(by_hand_m3, rel=0.1)
    assert on_grid.ponds_m3 == pytest.approx(by_hand_m3, rel=0.1)
    assert by_gutters.ponds_m3 == pytest.approx(on_grid.ponds_m3, rel=0.1)
    assert by_gutters.left_m3 == 0.0
    assert on_grid.left_m3 < 0.1
