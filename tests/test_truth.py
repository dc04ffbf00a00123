"""Results that can be worked out by hand, through all the steps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shapely import box

from spongecalc.assess.communities import is_summed
from spongecalc.catalogue.catalogue import shipped
from spongecalc.decimals import decimals
from tests.conftest import WholeRun, take_through
from tests.small_project import ORIGIN_X, ORIGIN_Y, SIDE_M, TOML, Frames, community, write_delivery

CONSTANT = 'formula = {A = 100, C = 0, b = 0, n = 1e-6, source = "nearly constant"}'
NO_RAIN = 'formula = {A = 1e-9, C = 0, b = 0, n = 0.5, source = "almost nothing"}'
PLACE = 'formula = "昆明 (新)"'
PAVED = ("communities", "nodes", "pipes", "surfaces")


def paved_square() -> Frames:
    """One inlet, one pipe, one outfall, and a square of concrete."""
    frames = {name: frame for name, frame in community("A", 0).items() if name in PAVED}
    for name in ("nodes", "pipes"):
        frames[name] = frames[name][frames[name]["system"] == "storm"].assign(status="existing")
    square = box(ORIGIN_X, ORIGIN_Y, ORIGIN_X + SIDE_M, ORIGIN_Y + SIDE_M)
    frames["surfaces"] = frames["surfaces"].iloc[[0]].assign(status="existing", geometry=[square])
    return frames


def one_community(folder: Path, frames: Frames, formula: str, duration: str) -> WholeRun:
    folder.mkdir()
    write_delivery(folder / "a.gpkg", frames)
    layers = "\n".join(f'[layers.{name}]\nsource = "a.gpkg"\nlayer = "{name}"' for name in frames)
    text = TOML.format(layers=layers).replace(PLACE, formula).replace('"2 h"', f'"{duration}"')
    (folder / "spongecalc.toml").write_text(text, encoding="utf-8")
    return take_through(folder)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The paved square under 100 L/(s ha) for six hours."""
    return one_community(tmp_path_factory.mktemp("steady") / "p", paved_square(), CONSTANT, "6 h")


@pytest.fixture(scope="module")
def dry(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """Community A without rain."""
    return one_community(tmp_path_factory.mktemp("dry") / "p", community("A", 0), NO_RAIN, "2 h")


@pytest.mark.parametrize("scenario", ["before", "after"])
def test_a_steady_rain_gives_the_rational_peak(steady: WholeRun, scenario: str) -> None:
    rows = steady.review.tables["sponge"].set_index("scenario")
    # Q = q A = 100 L/(s ha) * 0.16 ha
    assert rows.loc[scenario, "peak_l_s"] == pytest.approx(16.0, rel=0.01)
    run = steady.results[f"A/{scenario}/P3-360"]
    assert run.outfalls["peak_l_s"].sum() == pytest.approx(16.0, rel=0.01)


def test_a_steady_rain_runs_off_but_for_the_depression_storage(steady: WholeRun) -> None:
    row = steady.review.tables["sponge"].iloc[0]
    rain_mm = 100 * 0.006 * 60 * 6
    storage_mm = shipped().cover("concrete").depression_storage_mm
    assert storage_mm > 0
    assert row["rainfall_m3"] == pytest.approx(rain_mm / 1000 * 1600, rel=1e-3)
    assert row["surface_runoff_m3"] == pytest.approx((rain_mm - storage_mm) / 1000 * 1600, rel=0.01)
    lost_m3 = row["rainfall_m3"] - row["surface_runoff_m3"]
    assert lost_m3 == pytest.approx(storage_mm / 1000 * 1600, rel=0.15)
    assert row["infiltration_m3"] == 0


def test_no_design_storm_peaks_above_all_its_rain(whole_run: WholeRun) -> None:
    storm = whole_run.built.storms[0]
    bound_l_s = storm.hyetograph.max() / 3600 * 1600
    peaks = whole_run.review.tables["sponge"]["peak_l_s"]
    assert (peaks > 0.1 * bound_l_s).all()
    assert (peaks <= bound_l_s).all()


def test_without_rain_nothing_runs_off_and_nothing_floods(dry: WholeRun) -> None:
    for row in dry.review.tables["sponge"].itertuples():
        assert row.surface_runoff_m3 == 0
        assert row.peak_l_s == 0
    assert dry.review.tables["ponding"].empty
    for run in dry.results.values():
        assert run.nodes["flood_volume_m3"].sum() == 0


@pytest.mark.parametrize("scenario", ["before", "after"])
def test_in_dry_weather_the_sewage_comes_out_again(dry: WholeRun, scenario: str) -> None:
    # 120 residents at 120 L a day, of which 85 % become sewage
    sewage_m3_d = 120 * 0.120 * 0.85
    outfalls = dry.results[f"A/{scenario}/dry"].outfalls
    # 100 mg/l of tracer in the sewage; the clear water that carries it comes on top
    assert outfalls["load_SEWAGE_kg_after_mark"].sum() / 0.1 == pytest.approx(sewage_m3_d, rel=0.01)
    carrier_m3_d = dry.built.events[-1].settings.dry_carrier_l_s * 86.4
    assert outfalls["volume_m3_after_mark"].sum() == pytest.approx(sewage_m3_d + carrier_m3_d, rel=0.01)
    row = dry.review.tables["communities"].set_index("community_id").loc["A"]
    to_storm_m3_d = sewage_m3_d if scenario == "before" else 0
    assert row[f"sewage_to_storm_{scenario}_m3_d"] == pytest.approx(to_storm_m3_d, rel=0.01)


def printed(report: str, line: str, section: str) -> float:
    """The volume in ha m that SWMM's report prints in a section, in m3."""
    part = report[report.index(section) :]
    found = re.search(rf"{line} \.*\s+([\d.]+)", part)
    assert found is not None
    return float(found[1]) * 10_000


def test_runoff_and_flooding_are_those_of_swmms_own_report(whole_run: WholeRun) -> None:
    review = whole_run.review.tables
    for row in review["sponge"].itertuples():
        place = whole_run.folder / "results" / "runs" / row.community_id / row.scenario / row.storm_id
        report = (place / "model.rpt").read_text(encoding="utf-8")
        surface = printed(report, "Surface Runoff", "Runoff Quantity Continuity")
        assert row.surface_runoff_m3 == pytest.approx(surface, abs=5.1)
        assert row.surface_runoff_m3 == pytest.approx(subcatchment_runoff_m3(report), abs=10.1)
        flooding = printed(report, "Flooding Loss", "Flow Routing Continuity")
        nodes = whole_run.results[f"{row.community_id}/{row.scenario}/{row.storm_id}"].nodes
        assert flooding == pytest.approx(0, abs=5.1)
        assert nodes["flood_volume_m3"].sum() >= flooding - 5.1


def subcatchment_runoff_m3(report: str) -> float:
    """The sum of the column "Total Runoff 10^6 ltr" of the report's table of subcatchments."""
    part = report[report.index("Subcatchment Runoff Summary") :]
    part = part[: part.index("Node Depth Summary")]
    rows = re.findall(r"^\s+\S+((?:\s+-?[\d.]+){10})\s*$", part, flags=re.MULTILINE)
    assert rows
    return sum(float(row.split()[7]) for row in rows) * 1000


def test_the_communities_add_up_to_the_total(whole_run: WholeRun) -> None:
    rows = whole_run.review.tables["communities"].set_index("community_id")
    own = rows.drop(index="TOTAL")
    assert own.index.tolist() == ["A", "B", "C"]
    for column in filter(is_summed, own.columns):
        written = own[column].astype(float).round(decimals(column) or 0)
        summed = written.sum(min_count=1)
        assert float(rows.loc["TOTAL", column]) == pytest.approx(summed, nan_ok=True), column
    assert rows.loc["TOTAL", "status"] == "done"


@pytest.mark.parametrize("which", ["whole_run", "steady", "dry"])
def test_every_run_closes_its_balance(which: str, request: pytest.FixtureRequest) -> None:
    results = request.getfixturevalue(which).results
    if which == "dry":
        # A storm without rain holds three hours of sewage only, of which the first fills the pipes.
        results = {name: run for name, run in results.items() if name.endswith("/dry")}
    assert results
    for name, run in results.items():
        assert run.status == "done", name
        assert abs(run.runoff_error_percent) < 1, name
        assert abs(run.routing_error_percent) < 1, name
