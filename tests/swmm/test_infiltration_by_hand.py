"""Rain gardens, trenches, wells and green roofs in SWMM against calculation by hand, rain by rain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from spongecalc.catalogue.catalogue import shipped
from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.cover_mix import mix
from spongecalc.surfaces.infiltration_unit import InfiltrationUnit, UnitInUse, kind_values
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import run_runoff

KNOWN = {"concrete": replace(shipped().cover("concrete"), depression_storage_mm=0.0)}
DRY = RunoffClimate((0.0,) * 12, 10.0, 60.0)


def unit(kind: str, **changes: float) -> InfiltrationUnit:
    values = {k: v for k, v in kind_values(kind).items() if k in InfiltrationUnit.__dataclass_fields__}
    return InfiltrationUnit(kind, **{**values, **changes})


def plot(*units: UnitInUse, concrete_m2: float) -> Subcatchment:
    """Concrete ground with facilities in it."""
    own = sum(u.area_m2 for u in units)
    return Subcatchment(
        "ground",
        "nodes",
        "N",
        "A",
        "N",
        concrete_m2 + own,
        50.0,
        1.0,
        mix({"concrete": concrete_m2}, KNOWN),
        {},
        {"concrete": concrete_m2},
        shapely.Point(0, 0).buffer(1),
        units,
    )


def runoff_m3(area: Subcatchment, mm_h: float, hours: int, folder: Path, *, days: int = 1) -> tuple[float, float]:
    """Rain and runoff of an even rain, in m3."""
    wet = tuple((60.0 * h, mm_h) for h in range(hours))
    rain = RainInput(60.0, 24.0 * days, wet)
    text = runoff_text((Ground(("A",), (area,)),), SurfaceSettings(), rain, DRY)
    volumes = run_runoff(text, folder, [86400 * days])
    assert abs(volumes.continuity_percent) < 0.5
    return float(volumes.rain_m3[-1].sum()), float(volumes.runoff_m3[-1].sum())


def test_a_rain_garden_takes_its_rain_and_its_catchments_whole(tmp_path: Path) -> None:
    garden = UnitInUse("G1", unit("rain_garden"), 50.0, 500.0)
    # 20 mm on 50 m2 and from 500 m2 are 11 m3; ponding 180, soil 500 x (0.5 - 0.1) and gravel 95 mm hold 23.75
    rain, runoff = runoff_m3(plot(garden, concrete_m2=950.0), 20.0, 1, tmp_path)
    assert rain == pytest.approx(20.0, rel=0.002)
    assert runoff == pytest.approx(0.020 * 450, rel=0.005)


def test_a_rain_gardens_overflow_is_inflow_less_storage_less_seepage(tmp_path: Path) -> None:
    # a soil that lets all through, so that only the volume counts: 6 h of 20 mm/h, 11 times on the garden
    open_soil = unit("rain_garden", conductivity_mm_h=3000.0, subgrade_mm_h=10.0)
    garden = UnitInUse("G1", open_soil, 50.0, 500.0)
    _, runoff = runoff_m3(plot(garden, concrete_m2=500.0), 20.0, 6, tmp_path)
    inflow_mm = 6 * 20.0 * 11
    held_mm = 200 * 0.9 + 500 * (0.5 - 0.1) + 250 * 0.38
    # Seepage begins when the first water reaches the gravel: within the first hour.
    assert runoff == pytest.approx(50 * (inflow_mm - held_mm - 6 * 10.0) / 1000, rel=0.015)


def test_a_trenchs_overflow_is_inflow_less_storage_less_seepage(tmp_path: Path) -> None:
    trench = UnitInUse("T1", unit("infiltration_trench"), 20.0, 200.0)
    _, runoff = runoff_m3(plot(trench, concrete_m2=300.0), 15.0, 5, tmp_path)
    inflow_mm = 5 * 15.0 * 11
    kept_mm = 1000 * 0.38 + 5 * 2.0
    rest = 0.075 * 100
    assert runoff - rest == pytest.approx(20 * (inflow_mm - kept_mm) / 1000, rel=0.01)


def test_a_well_is_a_trench_of_its_own_depth(tmp_path: Path) -> None:
    well = UnitInUse("W1", unit("infiltration_well", subgrade_mm_h=0.0), 1.13, 56.5)
    _, runoff = runoff_m3(plot(well, concrete_m2=56.5), 10.0, 3, tmp_path)
    # 30 mm on 51 times its area are 1530 mm, of which 2000 x 0.38 stay
    assert runoff == pytest.approx(1.13 * (1530 - 760) / 1000, rel=0.01)


def test_a_green_roof_keeps_what_its_soil_holds_against_gravity(tmp_path: Path) -> None:
    roof = plot(UnitInUse("R1", unit("green_roof"), 100.0, 0.0), concrete_m2=100.0)
    _, runoff = runoff_m3(roof, 12.0, 5, tmp_path, days=6)
    # 60 mm: the bare half sheds all, the planted one all but 150 x (0.3 - 0.1) = 30 mm
    assert runoff == pytest.approx(100 * 0.060 + 100 * 0.030, rel=0.02)


def test_a_lined_rain_garden_gives_its_water_to_the_underdrain(tmp_path: Path) -> None:
    # a soil that lets go at once what is above its field capacity
    lined = replace(unit("rain_garden", conductivity_mm_h=1000.0, conductivity_slope=10.0), base_kind="half")
    _, runoff = runoff_m3(plot(UnitInUse("G1", lined, 50.0, 500.0), concrete_m2=500.0), 10.0, 2, tmp_path, days=9)
    # 220 mm arrive; the soil keeps 500 x (0.2 - 0.1) = 50 mm, the rest drains
    assert runoff == pytest.approx(50 * 0.170, rel=0.03)


def test_without_gravel_it_is_swmms_rain_garden(tmp_path: Path) -> None:
    shallow = unit("rain_garden", base_mm=0.0, subgrade_mm_h=500.0, conductivity_mm_h=1000.0)
    _, runoff = runoff_m3(plot(UnitInUse("G1", shallow, 50.0, 500.0), concrete_m2=500.0), 10.0, 3, tmp_path)
    assert runoff == pytest.approx(0.0, abs=0.01)


def test_facilities_that_want_more_ground_than_there_is_share_it(tmp_path: Path) -> None:
    units = (
        UnitInUse("A1", unit("infiltration_trench"), 10.0, 300.0),
        UnitInUse("B1", unit("infiltration_trench"), 10.0, 100.0),
    )
    area = plot(*units, concrete_m2=200.0)
    text = runoff_text(
        (Ground(("A",), (area,)),),
        SurfaceSettings(),
        RainInput(60.0, 24.0, ((0.0, 1.0),)),
        DRY,
    )
    usage = [line.split() for line in text.split("[LID_USAGE]")[1].splitlines() if line.startswith("G0_")]
    assert [row[6] for row in usage] == ["75.00", "25.00"]
    volumes = run_runoff(text, tmp_path, [86400])
    assert float(volumes.runoff_m3[-1].sum()) == pytest.approx(0.0, abs=1e-3)
