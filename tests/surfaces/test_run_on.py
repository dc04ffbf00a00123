"""Ground that runs on to lawns, paving and gardens: as the survey names it, and by a DEM whose ways are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import Point, box
from tests.planting import X, Y, add, both, edit, shape
from tests.small_project import CRS, ORIGIN_X, Change, Frames, write_small_project

from spongecalc.catalogue.catalogue import shipped
from spongecalc.layers.finding import Finding
from spongecalc.layers.named_sources import named_sources
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.surfaces.run_on import RunOn, run_on_of, source_words
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.model import SwmmModel

DEM = '\n[layers.dem]\nsource = "dem.tif"\n'
FACILITIES = '\n[layers.facilities]\nsource = "c.gpkg"\nlayer = "facilities"\n'
Ground = Callable[[np.ndarray, np.ndarray], np.ndarray]


def southward(_: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The north is high: water runs south at 2 %."""
    return 99.8 + 0.02 * y


def eastward(x: np.ndarray, _: np.ndarray) -> np.ndarray:
    return 100.4 - 0.01 * (x - 80)


def write_dem(path: Path, ground: Ground) -> None:
    """Cells of 1 m around the three communities; ``ground`` is told x and y from the south-west corner of A."""
    columns, rows = np.meshgrid(np.arange(-20, 140), np.arange(60, -20, -1))
    data = ground(columns + 0.5, rows - 0.5).astype("float32")
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": CRS, "nodata": -9999.0}
    place = from_origin(ORIGIN_X - 20, Y + 60, 1, 1)
    with rasterio.open(path, "w", height=80, width=160, transform=place, **profile) as raster:
        raster.write(data, 1)


def built(
    folder: Path, change: Change, ground: Ground | None = None, settings: str = ""
) -> tuple[dict[str, SwmmModel], Sequence[Finding]]:
    """Models of community C by scenario, and all findings."""
    toml = DEM if ground is not None else ""
    frames_of: list[str] = []

    def changed(frames: Frames) -> None:
        change(frames)
        frames_of.extend(frames)

    path = folder / "p"
    project = write_small_project(path, second=changed)
    text = (path / "spongecalc.toml").read_text(encoding="utf-8")
    toml += FACILITIES if "facilities" in frames_of else ""
    (path / "spongecalc.toml").write_text(text + toml + settings, encoding="utf-8")
    if ground is not None:
        write_dem(path / "dem.tif", ground)
    done = pipeline.build(pipeline.check(load_project(project.folder)))
    return {m.scenario: m for m in done.models if m.name == "C"}, done.findings


def lawn(x0: float, y0: float, x1: float, y1: float, **values: object) -> Change:
    """A part of C's green, in metres from its corner, is a sunken lawn."""
    place = box(X + x0, Y + y0, X + x1, Y + y1)
    rest = box(X, Y + 15, X + 40, Y + 40).difference(box(X + 5, Y + 25, X + 25, Y + 35)).difference(place)
    return both(
        add("surfaces", "C-G", surface_id="C-K", cover="sunken_green", geometry=place, **values),
        shape("surfaces", "C-G", rest),
    )


def ground_of(model: SwmmModel) -> dict[str, Subcatchment]:
    return {a.name: a for a in model.areas if a.kind == "ground"}


def test_of_a_plane_exactly_the_ground_above_the_lawn_runs_on_to_it(tmp_path: Path) -> None:
    """South of 10 m of green between x = 30 and 40 lies the lawn; all else of the green runs over the lane."""
    models, found = built(tmp_path, lawn(30, 15, 40, 20), southward)
    assert not [f for f in found if f.rule.startswith(("receives", "dem"))]
    after = ground_of(models["after"])
    assert sorted(after) == ["L1_sunken_green.C-R1", "S_C-R1", "U_L1_sunken_green.C-R1"]
    above, below, rest = after["U_L1_sunken_green.C-R1"], after["L1_sunken_green.C-R1"], after["S_C-R1"]
    assert above.covers_m2 == pytest.approx({"green": 200.0})
    assert above.geometry.symmetric_difference(box(X + 30, Y + 20, X + 40, Y + 40)).area == pytest.approx(0)
    assert below.covers_m2 == pytest.approx({"sunken_green": 50.0})
    assert (above.runs_on_to, below.runs_on_to, rest.runs_on_to) == (below.name, "", "")
    assert dict(above.run_on_m2) == pytest.approx({"dem": 200.0})
    # Of 800 m2 of green 250 are the lawn and what runs on to it; the rest passes over the lane's paving.
    assert rest.covers_m2 == pytest.approx({"green": 550.0, "permeable_concrete": 600.0})
    assert dict(rest.paving_run_on.covers_m2) == pytest.approx({"green": 550.0})
    # Ten columns of the lane lie below the lawn, where no run-on comes; in one the inlet takes it half-way.
    assert rest.receiving_m2 == pytest.approx(450, abs=8)
    assert rest.receiving_m2 < 450
    assert sum(rest.paving_m2.values()) == pytest.approx(600)
    before = ground_of(models["before"])["S_C-C1"]
    assert (before.paving_run_on, dict(before.run_on_m2)) == (RunOn(), {})


def test_the_widths_of_the_parts_add_up_to_the_inlets(tmp_path: Path) -> None:
    with_dem, _ = built(tmp_path / "a", lawn(30, 15, 40, 20), southward)
    without, _ = built(tmp_path / "b", lawn(30, 15, 40, 20))
    for scenario, parts in (("after", 3), ("before", 3)):
        with_parts = [a for a in with_dem[scenario].areas if a.kind == "ground"]
        plain = [a for a in without[scenario].areas if a.kind == "ground"]
        assert (len(with_parts), len(plain)) == (parts, 2)
        for column in ("area_m2", "width_m"):
            assert sum(getattr(a, column) for a in with_parts) == pytest.approx(
                sum(getattr(a, column) for a in plain)
            )
        # Without a DEM the slope is the setting's; with it the inlet's whole ground has one.
        assert len({round(a.slope_percent, 9) for a in with_parts}) == 1


def test_swmm_is_told_the_lawn_as_outlet_and_the_shares_led_over_paving(tmp_path: Path) -> None:
    models, _ = built(tmp_path, lawn(30, 15, 40, 20), southward)
    sections = models["after"].sections
    outlets = {r[0]: r[2] for r in sections["SUBCATCHMENTS"] if len(r) > 1}
    assert outlets["U_L1_sunken_green.C-R1"] == "L1_sunken_green.C-R1"
    assert outlets["L1_sunken_green.C-R1"] == outlets["S_C-R1"] == "C-R1__GUTTER"
    roles = dict(zip(models["after"].elements["model_id"], models["after"].elements["role"], strict=True))
    assert roles["U_L1_sunken_green.C-R1"] == "ground_running_on"
    # All the plain ground is green, and all of it passes over the paving that receives, none over the other.
    shares = sorted((float(r[3]), float(r[6]), float(r[10])) for r in sections["LID_USAGE"])
    assert [s[1:] for s in shares] == [(0.0, 0.0), (0.0, 100.0)]
    assert sum(s[0] for s in shares) == pytest.approx(600, abs=0.02)


def test_water_that_goes_east_runs_on_to_a_lawn_in_the_east(tmp_path: Path) -> None:
    models, _ = built(tmp_path, lawn(30, 36, 40, 40), eastward)
    above = ground_of(models["before"])["U_L1_sunken_green.C-C1"]
    # Four rows of 30 cells north of the house, which begins at y = 35; none of it is turned aside.
    assert above.covers_m2 == pytest.approx({"green": 120.0})


def test_switched_off_and_without_a_dem_nothing_runs_on(tmp_path: Path) -> None:
    off, _ = built(tmp_path / "off", lawn(30, 15, 40, 20), southward, "\n[surfaces]\nrun_on_by_dem = false\n")
    none, found = built(tmp_path / "none", lawn(30, 15, 40, 20))
    for models in (off, none):
        assert sorted(ground_of(models["after"])) == ["O_sunken_green.C-R1", "S_C-R1"]
        assert all(not a.run_on_m2 for a in models["after"].areas)
        assert all(not a.receiving_m2 for a in models["after"].areas)
    said = {
        (f.feature.community_id, f.found["scenario"], f.found["reason"])
        for f in found
        if f.rule == "receives.no_dem"
    }
    # A and B have paving after the works; before them only C has something that could receive.
    assert said == {(c, "after", "dem.none") for c in "ABC"} | {("C", "before", "dem.none")}


def test_a_share_typed_for_paving_stands_in_for_the_dem(tmp_path: Path) -> None:
    models, _ = built(tmp_path, lawn(30, 15, 40, 20), southward, "\n[surfaces]\nrun_on_percent = 30\n")
    assert not any(a.receiving_m2 for a in models["after"].areas)
    (usage,) = models["after"].sections["LID_USAGE"]
    assert (float(usage[6]), float(usage[10])) == (30.0, 0.0)


def test_what_the_survey_names_runs_on_and_nothing_else(tmp_path: Path) -> None:
    """The list is whole: with a DEM too, the green above the lawn does not run on to it, the lane does."""
    models, found = built(tmp_path, lawn(30, 15, 40, 20, receives_from="C-L0；C-L1"), southward)
    assert not [f for f in found if f.rule.startswith("receives")]
    before = ground_of(models["before"])
    assert before["U_L1_sunken_green.C-C1"].covers_m2 == pytest.approx({"concrete": 600.0})
    assert dict(before["U_L1_sunken_green.C-C1"].run_on_m2) == pytest.approx({"given": 600.0})
    after = ground_of(models["after"])
    # What comes over the paving of the lane passes over the lawn: paving and all that runs on to it go there.
    assert after["U_L1_sunken_green.C-R1"].covers_m2 == pytest.approx({"permeable_concrete": 600.0})
    assert after["S_C-R1"].covers_m2 == pytest.approx({"green": 750.0})


def test_paving_receives_what_is_named_over_all_of_it(tmp_path: Path) -> None:
    models, found = built(tmp_path, edit("surfaces", "C-L1", receives_from="C-G"))
    assert not [f for f in found if f.feature.community_id == "C" and f.rule.startswith("receives")]
    ground = ground_of(models["after"])["S_C-R1"]
    assert ground.receiving_m2 == pytest.approx(600)
    assert dict(ground.paving_run_on.covers_m2) == pytest.approx({"green": 800.0})
    assert dict(ground.run_on_m2) == pytest.approx({"given": 800.0})


def garden(**values: object) -> Change:
    def change(frames: Frames) -> None:
        row = {"facility_id": "C-RG", "kind": "rain_garden", "status": "proposed", **values}
        bed = box(X + 30, Y + 20, X + 35, Y + 26)
        frames["facilities"] = gpd.GeoDataFrame([{**row, "geometry": bed}], geometry="geometry", crs=CRS)

    return change


def test_a_garden_gets_what_is_named_else_what_lies_above_it(tmp_path: Path) -> None:
    models, found = built(tmp_path / "a", garden(receives_from="C-G", catchment_m2=99.0))
    (unit,) = ground_of(models["after"])["S_C-R1"].units
    assert unit.run_on is not None
    assert dict(unit.run_on.covers_m2) == pytest.approx({"green": 770.0})
    assert unit.catchment_m2 == pytest.approx(770)
    rules = [f.rule for f in found if f.feature.feature_id == "C-RG"]
    assert "receives.catchment_unused" in rules
    assert "facility.catchment_assumed" not in rules
    by_dem, found = built(tmp_path / "b", garden(), southward)
    (unit,) = ground_of(by_dem["after"])["S_C-R1"].units
    assert unit.run_on is not None
    assert dict(unit.run_on.covers_m2) == pytest.approx({"green": 5 * 14.0})
    assert "facility.catchment_assumed" not in {f.rule for f in found}
    stated, _ = built(tmp_path / "c", garden(catchment_m2=99.0), southward)
    (unit,) = ground_of(stated["after"])["S_C-R1"].units
    assert (unit.run_on, unit.catchment_m2) == (None, 99.0)


def test_a_roof_that_sheds_to_the_ground_runs_on(tmp_path: Path) -> None:
    def no_downpipes(frames: Frames) -> None:
        lawn(30, 15, 40, 20, receives_from="C-H")(frames)
        rows = frames["connections"]
        frames["connections"] = rows[rows["kind"] != "roof_drain"]

    models, found = built(tmp_path, no_downpipes)
    assert not [f for f in found if f.rule in ("receives.roof_in_pipes", "receives.unknown")]
    above = ground_of(models["after"])["U_L1_sunken_green.C-R1"]
    assert above.covers_m2 == pytest.approx({"roof": 200.0})


def second_inlet(frames: Frames) -> None:
    """Two inlets, in the west and the east, and a lawn in the areas of both."""
    lawn(10, 15, 40, 20)(frames)
    nodes = frames["nodes"]
    east = nodes[nodes["node_id"] == "C-R1"].assign(node_id="C-I2", geometry=[Point(X + 38, Y + 8)])
    frames["nodes"] = gpd.GeoDataFrame(pd.concat([nodes, east], ignore_index=True), crs=CRS)


def test_a_lawn_in_two_inlets_areas_is_one_hollow(tmp_path: Path) -> None:
    models, _ = built(tmp_path, second_inlet, southward)
    after = ground_of(models["after"])
    lawns = [a for a in after.values() if a.lawn]
    assert [a.covers_m2 for a in lawns] == [pytest.approx({"sunken_green": 150.0})]
    # Its larger part lies nearer to the eastern inlet: x = 24 is half-way.
    assert lawns[0].outlet_node == "C-I2"
    above = after[f"U_{lawns[0].name}"]
    assert above.outlet_node == "C-I2"
    assert sum(a.area_m2 for a in models["after"].areas) == pytest.approx(1600)


def renamed(frames: Frames) -> None:
    """The same with other ids, whose order is the other way round."""
    second_inlet(frames)
    for layer, column, pairs in (
        ("nodes", "node_id", {"C-I2": "C-A2", "C-R1": "C-Z1"}),
        ("surfaces", "surface_id", {"C-K": "C-A", "C-G": "C-Z"}),
    ):
        frames[layer][column] = frames[layer][column].replace(pairs)
    for layer, columns in (("pipes", ("from_node", "to_node")), ("connections", ("to_node",))):
        for column in columns:
            frames[layer][column] = frames[layer][column].replace({"C-R1": "C-Z1"})


def test_other_ids_change_names_and_nothing_else(tmp_path: Path) -> None:
    def figures(models: dict[str, SwmmModel]) -> list[object]:
        return sorted(
            (
                round(a.area_m2, 6),
                round(a.width_m, 6),
                round(a.slope_percent, 6),
                sorted((c, round(m, 6)) for c, m in a.covers_m2.items()),
                round(a.receiving_m2, 6),
                round(a.paving_run_on.area_m2, 6),
                bool(a.runs_on_to),
                a.lawn,
            )
            for a in models["after"].areas
        )

    one, _ = built(tmp_path / "a", second_inlet, southward)
    other, _ = built(tmp_path / "b", renamed, southward)
    assert figures(one) == figures(other)


def test_a_chain_of_lawns_ends_at_the_last_ones_inlet(tmp_path: Path) -> None:
    def chain(frames: Frames) -> None:
        both(
            lawn(30, 15, 40, 20, receives_from="C-G"),
            add("surfaces", "C-G", surface_id="C-K2", cover="sunken_green", receives_from="C-K"),
        )(frames)
        shape("surfaces", "C-K2", box(X + 30, Y + 10, X + 40, Y + 15))(frames)
        for lane in ("C-L0", "C-L1"):
            shape("surfaces", lane, box(X, Y, X + 40, Y + 15).difference(box(X + 30, Y + 10, X + 40, Y + 15)))(
                frames
            )

    models, found = built(tmp_path, chain)
    assert not [f for f in found if f.severity == "error"]
    after = ground_of(models["after"])
    upper = next(a for a in after.values() if a.lawn and a.runs_on_to)
    lower = next(a for a in after.values() if a.lawn and not a.runs_on_to)
    assert upper.runs_on_to == lower.name
    assert {a.runs_on_to for a in after.values() if not a.lawn} == {"", upper.name}


def test_the_ids_of_a_list() -> None:
    assert named_sources(" A1 ; B2；A1;; ") == ("A1", "B2")
    assert named_sources(None) == named_sources(float("nan")) == ()


def test_run_on_by_cover() -> None:
    found = run_on_of({"green": 30.0, "asphalt": 70.0, "roof": 0.0}, shipped().covers)
    assert found == RunOn((("asphalt", 70.0), ("green", 30.0)), 70.0)
    assert (found.area_m2, found.pervious_m2) == (100.0, 30.0)
    assert [source_words(s) for s in ((), ("dem",), ("dem", "given"))] == ["none", "dem", "given+dem"]
