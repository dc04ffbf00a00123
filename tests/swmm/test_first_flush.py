"""First-flush diversion in SWMM against calculation by hand, and against the daily balance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, SmallProject

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.sponge import runoff_series_l_s, sponge_row
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.surfaces.tank_balance import tank_balance
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import STORM_SURFACE_M2
from spongecalc.swmm.first_flush import LEAST_AREA_M2
from spongecalc.swmm.model import SwmmModel

EMPTY = '\n[sponge]\ninitial = "empty"\n'
FACILITIES = '\n[layers.facilities]\nsource = "ab.gpkg"\nlayer = "facilities"\n'
ROOF_M2 = 200.0
FLUSH_MM = 2.0


def change(volume_m3: float, flush_mm: float) -> Callable[[Frames], None]:
    """In A, the roof's downpipe goes to a tank that overflows into the inlet."""

    def changed(frames: Frames) -> None:
        place = Point(ORIGIN_X + 8, ORIGIN_Y + 20)
        node = {
            "node_id": "A-TANK",
            "system": "storm",
            "kind": "storage",
            "ground_m": 100.0,
            "invert_m": 99.6,
            "receives": None,
            "status": "proposed",
            "geometry": place,
        }
        tank = {
            "facility_id": "A-T1",
            "kind": "rain_tank",
            "volume_m3": volume_m3,
            "from_node": "A-TANK",
            "overflow_to": "A-R1",
            "first_flush_mm": flush_mm,
            "demand_m3_d": 0.0,
            "status": "proposed",
            "geometry": place,
        }
        nodes = frames["nodes"]
        frames["nodes"] = gpd.GeoDataFrame([*nodes.to_dict("records"), node], geometry="geometry", crs=CRS)
        laterals = frames["connections"]
        laterals.loc[laterals["connection_id"] == "A-D1", "to_node"] = "A-TANK"
        frames["facilities"] = gpd.GeoDataFrame([tank], geometry="geometry", crs=CRS)

    return changed


def after_of_a(
    small_project: Callable[..., SmallProject], volume_m3: float, flush_mm: float
) -> tuple[Built, SwmmModel]:
    project = load_project(
        small_project(first=change(volume_m3, flush_mm), toml=lambda t: t + FACILITIES + EMPTY).folder
    )
    built = pipeline.build(pipeline.check(project))
    return built, next(m for m in built.models if m.communities == ("A",) and m.scenario == "after")


def storm_of(text: str, rows: list[tuple[str, float]], end: str) -> str:
    """The model under another storm: hourly intensities in mm/h by time, and an end date."""
    series = "".join(f"STORM {clock} {mm_h}\n" for clock, mm_h in rows)
    lines = []
    for line in text.splitlines():
        words = line.split()
        if words[:2] == ["RAIN_GAGE", "INTENSITY"]:
            lines.append("RAIN_GAGE INTENSITY 1:00 1.0 TIMESERIES STORM")
        elif words[:1] == ["END_DATE"]:
            lines.append(f"END_DATE {end}")
        elif words[:1] == ["[TIMESERIES]"]:
            lines += [line, series]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def run_storm(model: SwmmModel, built: Built, rows: list[tuple[str, float]], end: str, folder: Path) -> object:
    folder.mkdir(parents=True)
    inp = folder / "model.inp"
    inp.write_text(storm_of(model.text(built.events[0]), rows, end), encoding="utf-8")
    return run_inp(inp, folder)


def test_the_first_millimetres_do_not_reach_the_tank(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    built, model = after_of_a(small_project, 20.0, FLUSH_MM)
    result = run_storm(model, built, [("0:00", 12.0), ("1:00", 0.0)], "06/02/2025", tmp_path / "one")
    ran_off = float(result.subcatchments.loc["R_A-D1", "runoff_m3"])
    # 12 mm less 1 mm of depression storage on 200 m2
    assert ran_off == pytest.approx(0.011 * ROOF_M2, rel=0.01)
    let_off = FLUSH_MM / 1000 * ROOF_M2
    held = float(result.storages.loc["A-TANK", "final_volume_m3"])
    assert held == pytest.approx(ran_off - let_off, rel=0.01)
    # and less than the first flush never gets there
    small = run_storm(model, built, [("0:00", 2.5), ("1:00", 0.0)], "06/02/2025", tmp_path / "small")
    assert float(small.storages.loc["A-TANK", "final_volume_m3"]) == pytest.approx(0.0, abs=0.001)
    assert small.worst_continuity_error_percent < 1


def test_each_spell_is_let_off_anew_as_in_the_daily_balance(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    built, model = after_of_a(small_project, 20.0, FLUSH_MM)
    # 10 mm on the first day, two dry ones, 8 mm on the fourth; days begin at noon as the model does
    rows = [("0:00", 10.0), ("1:00", 0.0), ("72:00", 8.0), ("73:00", 0.0)]
    result = run_storm(model, built, rows, "06/06/2025", tmp_path / "spells")
    whole = float(result.subcatchments.loc["R_A-D1", "runoff_m3"])
    # Without evaporation the roof's depression storage stays full after the first rain.
    inflow = [9.0 / 1000 * ROOF_M2, 0.0, 0.0, whole - 9.0 / 1000 * ROOF_M2]
    daily = tank_balance(inflow, 20.0, 0.0, roof_m2=ROOF_M2, first_flush_mm=FLUSH_MM)
    assert daily.first_flush_m3 == pytest.approx(2 * FLUSH_MM / 1000 * ROOF_M2)
    held = float(result.storages.loc["A-TANK", "final_volume_m3"])
    assert held == pytest.approx(daily.stored_m3, rel=0.02)


def test_a_chamber_is_no_smaller_than_swmms_least_surface() -> None:
    assert float(STORM_SURFACE_M2) < LEAST_AREA_M2


def test_without_first_flush_there_is_no_chamber(small_project: Callable[..., SmallProject]) -> None:
    built, model = after_of_a(small_project, 20.0, 0.0)
    text = model.text(built.events[0])
    assert "__FLUSH" not in text
    assert "[CONTROLS]" not in text


def test_the_communitys_runoff_counts_what_is_let_off(small_project: Callable[..., SmallProject]) -> None:
    built, model = after_of_a(small_project, 3.0, FLUSH_MM)
    results = pipeline.run(built, 1)
    system = next(s for s in built.checked.systems if s.communities == ("A",) and s.scenario == "after")
    storm = built.storms[0].storm_id
    own = {storm: next(r for key, r in results.items() if key.startswith(f"A/after/{storm}"))}
    modelled = Modelled(system, model, own)
    row = sponge_row(modelled, "A", storm)
    # the storm fills the tank: 3 m3 held, and the first flush ran off with the rest
    assert float(str(row["tank_held_m3"])) == pytest.approx(3.0, rel=0.03)
    series = runoff_series_l_s(modelled, "A", storm)
    step_s = float(series.index[1] - series.index[0]) * 60
    assert float(series.sum()) * step_s / 1000 == pytest.approx(float(str(row["runoff_m3"])), rel=0.05)


def test_a_tank_that_overflows_to_an_outfall_lets_off_there(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    """Pipe, overflow and first flush end at one outfall of the survey: each at a copy of its own, and it runs."""

    def to_outfall(frames: Frames) -> None:
        change(2.0, FLUSH_MM)(frames)
        frames["facilities"]["overflow_to"] = "A-R2"

    project = load_project(small_project(first=to_outfall, toml=lambda t: t + FACILITIES + EMPTY).folder)
    built = pipeline.build(pipeline.check(project, ["A"], ["after"]))
    (model,) = built.models
    result = run_storm(model, built, [("0:00", 25.0), ("1:00", 0.0)], "06/03/2025", tmp_path / "run")
    assert result.status == "done", result.messages
    # A day and a half after the hour of rain the chamber has let off all of its water, to the outfall.
    ran_off = 0.024 * ROOF_M2
    assert float(result.storages.loc["A-TANK", "final_volume_m3"]) == pytest.approx(2.0, rel=0.01)
    here = model.elements.loc[model.elements["feature_id"] == "A-R2", "model_id"].tolist()
    assert len(here) == 3
    (let_off_at,) = (row[2] for row in model.sections["OUTLETS"] if row[0] == "A-TANK__LETOFF")
    assert result.outfalls.loc[let_off_at, "volume_m3"] == pytest.approx(FLUSH_MM / 1000 * ROOF_M2, rel=0.02)
    spilled = ran_off - 2.0 - FLUSH_MM / 1000 * ROOF_M2
    over = next(c for c in here if c not in (let_off_at, "A-R2"))
    assert result.outfalls.loc[over, "volume_m3"] == pytest.approx(spilled, rel=0.03)
