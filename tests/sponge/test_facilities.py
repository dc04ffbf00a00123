"""Rain gardens, trenches, wells and green roofs from their layer to the tables and the report."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely import Point, box
from swmm_api import read_inp_file
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, SmallProject

from spongecalc.catalogue.catalogue import shipped
from spongecalc.design.design_checks import drained_areas
from spongecalc.project.load import load_project
from spongecalc.sponge.volume_method import volume_method
from spongecalc.steps import pipeline, sponge
from spongecalc.steps.model_files import ModelFiles
from spongecalc.surfaces.cover_mix import mix
from spongecalc.surfaces.infiltration_unit import UnitInUse, unit_of
from spongecalc.surfaces.rational_method import runoff_coefficients
from spongecalc.surfaces.subcatchment import Subcatchment

FACILITIES = '\n[layers.facilities]\nsource = "ab.gpkg"\nlayer = "facilities"\n'


def facility(key: str, kind: str, geometry: shapely.Geometry, **more: object) -> dict[str, object]:
    return {"facility_id": key, "kind": kind, "status": "proposed", "geometry": geometry, **more}


def place(x: float, y: float) -> Point:
    return Point(ORIGIN_X + x, ORIGIN_Y + y)


def with_facilities(frames: Frames) -> None:
    """In A (house at 5..25 x 25..35, green north of y = 15): one of each kind, and three that cannot be."""
    bed = box(ORIGIN_X + 30, ORIGIN_Y + 20, ORIGIN_X + 35, ORIGIN_Y + 26)
    roof = box(ORIGIN_X + 5, ORIGIN_Y + 25, ORIGIN_X + 15, ORIGIN_Y + 35)
    rows = [
        facility("A-RG", "rain_garden", bed, catchment_m2=200.0, ponding_mm=150.0),
        facility("A-GR", "green_roof", roof, area_m2=112.0),
        facility("A-WELL", "infiltration_well", place(35, 5), subgrade_mm_h=20.0),
        facility("A-IT", "infiltration_trench", place(20, 18), area_m2=8.0, volume_m3=4.0),
        facility("A-NOAREA", "rain_garden", place(38, 38)),
        facility("A-HOUSE", "rain_garden", place(20, 30), area_m2=4.0),
        facility("A-EDGE", "infiltration_trench", place(0.3, 38), area_m2=4.0),
    ]
    frames["facilities"] = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def test_every_facility_is_modelled_or_named(small_project: Callable[..., SmallProject], tmp_path: Path) -> None:
    extra = FACILITIES + '\n[sponge]\ntarget = "45 %"\ngenerated_years = 1\n'
    project = load_project(small_project(first=with_facilities, toml=lambda t: t + extra).folder)
    built = pipeline.build(pipeline.check(project))
    found = {(f.rule, f.feature.feature_id) for f in built.findings if f.feature.layer == "facilities"}
    assert ("facility.no_area", "A-NOAREA") in found
    assert ("facility.no_room", "A-HOUSE") in found
    assert ("facility.little_room", "A-EDGE") in found
    assert ("facility.catchment_assumed", "A-IT") in found
    # 112 m2 stated, 100 m2 drawn; the others' outlines have no area stated or none drawn.
    assert [f for f in found if f[0] == "facility.area_differs"] == [("facility.area_differs", "A-GR")]
    assert not [f for f in found if f[0] == "facility.not_modelled"]
    models = {(m.communities[0], m.scenario): m for m in built.models}
    after = models["A", "after"]
    # Each square metre is there once: roof 200 m2, ground 1400 m2.
    assert sum(a.area_m2 for a in after.areas) == pytest.approx(1600, rel=1e-6)
    assert all(a.plain_m2 > 0 for a in after.areas)
    units = {u.facility_id: u for a in after.areas for u in a.units}
    assert set(units) == {"A-RG", "A-GR", "A-WELL", "A-IT", "A-EDGE"}
    assert units["A-RG"].area_m2 == pytest.approx(30)
    assert units["A-GR"].area_m2 == pytest.approx(100)
    assert 2 < units["A-EDGE"].area_m2 < 3
    # 4 m3 in 8 m2 of gravel with 38 % voids
    assert units["A-IT"].unit.base_mm == pytest.approx(4000 / 8 / 0.38)
    file = next(path for path in ModelFiles(built) if path.parts[-2:] == ("A", "after.inp"))
    inp = tmp_path / "after.inp"
    inp.write_text(ModelFiles(built)[file], encoding="utf-8")
    read = read_inp_file(inp)
    kinds = {name: control.lid_kind for name, control in read["LID_CONTROLS"].items()}
    assert {kinds[f"LID_{k}"] for k in ("A-RG", "A-WELL", "A-IT", "A-GR")} == {"BC", "IT", "GR"}
    # before the works there are none, and B has none at all
    assert not [a for a in models["A", "before"].areas if a.units]
    assert "LID_A" not in ModelFiles(built)[file.with_name("before.inp")]
    question = sponge.asked(built)
    performance, _ = sponge.sponge_performance(question, None, 1)
    assert not performance.failed
    ways = performance.ways.set_index(["community_id", "scenario"])
    with_units, without = (float(ways.loc[(c, "after"), "capture_event_percent"]) for c in "AB")
    assert with_units > without + 3
    # Its green roof of 150 mm counts as a roof there.
    assert (
        ways.loc[("A", "after"), "capture_volume_percent"]
        > ways.loc[("B", "after"), "capture_volume_percent"] + 3
    )
    volumes = {c: float(ways.loc[(c, "after"), "held_volume_m3"]) for c in "AB"}
    # rain garden 30 m2 of 150 x 0.9 + 500 x 0.3 + 250 x 0.38; well 1.13 m2 of 760 mm; trenches 4 m3 and part of
    # 4 m2 of 380 mm;
    # the paving under the well's disc is gone from A
    own = 30 * 0.38 + 1.13 * 0.76 + 4.0 + units["A-EDGE"].area_m2 * 0.38
    paving = (180 * 0.18 + 200 * 0.38) / 1000
    own_rows = performance.facilities.set_index(["community_id", "facility_id"])
    assert own_rows.loc[("A", "A-RG"), "held_volume_m3"] == pytest.approx(30 * 0.38)
    assert own_rows.loc[("A", "A-RG"), "drained_m2"] == pytest.approx(230)
    assert performance.facilities.groupby("community_id")["held_volume_m3"].sum()["A"] == pytest.approx(
        volumes["A"]
    )
    assert volumes["A"] - volumes["B"] == pytest.approx(own - 1.13 * paving, rel=0.005)
    # the guide counts no voids of paving, and of the trench only what seeps out of it
    control = own_rows["control_volume_m3"]
    assert control["A", "A-IT"] < own_rows.loc[("A", "A-IT"), "held_volume_m3"]
    paved = performance.facilities[performance.facilities["facility"] == "permeable_paving"]
    assert (paved["held_volume_m3"] > 0).all() and (paved["control_volume_m3"] == 0).all()
    assert performance.facilities.groupby("community_id")["control_volume_m3"].sum()["A"] == pytest.approx(
        float(ways.loc[("A", "after"), "control_volume_m3"])
    )


def test_the_volume_method_with_a_rain_garden_by_hand() -> None:
    row = type("Row", (), {"kind": "rain_garden", "volume_m3": 3.0, "base_kind": None})()
    garden = unit_of(row, 20.0)
    # 3 m3 on 20 m2 are 150 mm, fewer than soil and gravel hold: no ponding is left
    assert garden.ponding_mm == 0
    row.volume_m3 = 10.0
    garden = unit_of(row, 20.0)
    assert garden.control_mm == pytest.approx(500)
    area = Subcatchment(
        "ground",
        "nodes",
        "N",
        "A",
        "N",
        1000.0,
        50.0,
        1.0,
        mix({"concrete": 600.0, "green": 380.0}, shipped().covers),
        {},
        {"concrete": 600.0, "green": 380.0, "rain_garden": 20.0},
        shapely.Point(0, 0),
        (UnitInUse("G", garden, 20.0, 700.0),),
    )
    phi = shipped().volume_coefficients()

    def curve(mm: float) -> float:
        return 100 * (1 - math.exp(-mm / 20))

    found = volume_method((area,), (), curve, shipped())
    # all concrete and 100 m2 of green drain to it; 280 m2 of green are left
    reaching = 20 + phi["concrete"] * 600 + phi["green"] * 100
    lost = reaching * math.exp(-1000 * 10 / reaching / 20) + phi["green"] * 280
    assert found.capture_percent == pytest.approx(100 * (1 - lost / 1000))
    assert found.volume_m3 == pytest.approx(10)


@pytest.mark.parametrize(("soil_mm", "phi", "psi"), [(299, 0.85, 0.90), (300, 0.35, 0.40)])
def test_a_green_roof_has_the_guides_coefficients_from_300_mm_of_substrate(soil_mm, phi, psi) -> None:
    """海绵城市建设技术指南 2014, table 4-3: 0.30-0.40 and 0.40 from 300 mm on; a thinner one is a roof."""
    row = type("Row", (), {"kind": "green_roof", "soil_mm": soil_mm, "volume_m3": math.nan, "base_kind": None})()
    unit = unit_of(row, 100.0)
    area = Subcatchment(
        "roof",
        "buildings",
        "B",
        "A",
        "N",
        100.0,
        10.0,
        2.0,
        mix({"roof": 0.0}, shipped().covers),
        {},
        {"roof": 0.0, "green_roof": 100.0},
        shapely.Point(0, 0),
        (UnitInUse("G", unit, 100.0, 0.0),),
    )
    found = volume_method((area,), (), lambda _: 0.0, shipped())
    assert found.coefficient == pytest.approx(phi)
    assert found.volume_m3 == 0
    (drained,) = drained_areas((area,))
    coefficients = runoff_coefficients(shipped(), {})
    assert sum(coefficients[c] * m2 for c, m2 in drained.covers_m2.items()) == pytest.approx(psi * 100)
