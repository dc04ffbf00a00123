"""Sewage on the surface, shares of sewage that go astray, and grades: from SWMM's runs of a small project."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.bare_engine import FLOW, SEWAGE, link_series, node_series
from tests.conftest import WholeRun
from tests.network.systems import system

from spongecalc.assess.modelled import Modelled, join_results
from spongecalc.assess.separation import traced_system
from spongecalc.assess.separation_grades import grade_rows, grade_table, sewage_shares_percent
from spongecalc.assess.spills import spill_rows, spill_table, spilled_m3, spills_known
from spongecalc.batch.runs import plan_runs
from spongecalc.batch.traced_runs import plan_traced_runs
from spongecalc.network.cross_connections import cross_connections
from spongecalc.network.graph import drainage_graph
from spongecalc.network.joint_paths import features_on_the_way
from spongecalc.network.sources import sources
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import storm_event, traced_event
from spongecalc.swmm.gutter_water import with_gutter_water
from spongecalc.swmm.model import build_model
from spongecalc.swmm.run_result import RunResult


@pytest.fixture(scope="module")
def modelled(whole_run: WholeRun) -> dict[tuple[str, str], Modelled]:
    joined = join_results(whole_run.built.checked.systems, whole_run.built.models, whole_run.results)
    return {(m.model.name, m.model.scenario): m for m in joined}


def narrow(frames: dict) -> None:
    """The old pipe is too narrow for a storm."""
    pipes = frames["pipes"]
    pipes.loc[pipes["pipe_id"] == "A-PC", ["diameter_mm", "sediment_mm"]] = [40.0, 0.0]


def test_what_floods_holds_the_sewage_that_the_tracer_shows(whole_run: WholeRun, tmp_path: Path) -> None:
    settings = whole_run.built.checked.project.settings
    before = system("before", narrow)
    model = build_model(before, settings, whole_run.built.storms)
    headline = whole_run.built.storms[0]
    plain = storm_event(headline, settings.simulation, report_all=True)
    traced = traced_event(headline, settings.simulation, settings.separation.storm_carrier_l_s)
    runs = {
        **{r.event.storm_id: r for r in plan_runs((model,), (plain,), tmp_path, keep_out=False)},
        **{r.event.storm_id: r for r in plan_traced_runs((model,), traced, tmp_path)},
    }
    results = {}
    for storm_id, run in runs.items():
        inp = tmp_path / f"{storm_id}.inp"
        inp.write_text(run.text, encoding="utf-8")
        found = run_inp(inp, tmp_path / storm_id, mark_s=run.event.mark_s, series=run.series)
        results[storm_id] = with_gutter_water(found, run.gutters)
    one = Modelled(before, model, results)
    spills = spill_table(spill_rows(one, "P3-120", 0.1), ("before", "after"))
    row = spills.iloc[0]
    assert (row["event"], row["basis"], row["node_id"]) == ("storm", "tracer", "A-C1")
    assert spilled_m3(spills, "A", "before") == pytest.approx(row["sewage_m3"])
    # The bare engine, both texts: what floods without carrier, times the share of sewage two hours later by the
    # clock of the other run, which begins with two hours of dry weather.
    # The inlet's node floods through its grate.
    floods = link_series(runs["P3-120"].text, tmp_path / "bare", (FLOW,))["A-C1__BACK"][0]
    with_carrier = link_series(runs["traced"].text, tmp_path / "bare flow", (FLOW,))["A-C1__BACK"][0]
    shares = node_series(runs["traced"].text, tmp_path / "bare traced", (SEWAGE,))["A-C1"]
    share = shares[0][120:][: len(floods)] / 100
    volume_m3 = floods.sum() * 60 / 1000
    assert volume_m3 > 1
    assert row["flooded_m3"] == pytest.approx(volume_m3, rel=0.01)
    assert row["sewage_m3"] == pytest.approx((floods * share).sum() * 60 / 1000, rel=0.01)
    # With the carrier more water floods.
    assert row["flooded_m3"] < with_carrier.sum() * 60 / 1000


def test_sewage_that_floods_in_dry_weather_is_without_the_carrier(whole_run: WholeRun) -> None:
    """By hand: 120 residents x 120 l x 0.85 are 0.1417 l/s; 0.1 l/s of carrier enter with them at one node."""
    settings = whole_run.built.checked.project.settings
    before = system("before")
    model = build_model(before, settings, whole_run.built.storms)
    nodes = pd.DataFrame({"flood_volume_m3_after_mark": [2.0]}, index=["A-C1"])
    dry = RunResult("done", nodes=nodes)
    (row,) = spill_rows(Modelled(before, model, {"dry": dry}), "P3-120", 0.1)
    expected_m3 = 2.0 * 0.14167 / (0.14167 + 0.1)
    assert (row["event"], row["basis"]) == ("dry", "all")
    assert row["flooded_m3"] == row["sewage_m3"] == pytest.approx(expected_m3, rel=1e-3)


def test_a_separated_community_spills_nothing(modelled: dict) -> None:
    one = modelled["A", "after"]
    spills = spill_table(spill_rows(one, "P3-120", 0.1), ("before", "after"))
    assert spills.empty
    assert spills_known(one, "P3-120")
    assert spilled_m3(spills, "A", "after") == 0.0
    failed = Modelled(one.system, one.model, {})
    assert not spills_known(failed, "P3-120")


def test_shares_are_of_one_run_and_never_above_all(modelled: dict) -> None:
    assert sewage_shares_percent(modelled["A", "before"], "A") == (100.0, 100.0)
    assert sewage_shares_percent(modelled["A", "after"], "A") == (0.0, 0.0)


def test_a_combined_sewer_to_the_works_mixes_all_and_sends_nothing_to_rain(modelled: dict) -> None:
    one = modelled["A", "before"]
    nodes = one.system.nodes.assign(receives="municipal_combined")
    changed = type(one.system)(**{**one.system.__dict__, "nodes": nodes})
    assert sewage_shares_percent(Modelled(changed, one.model, one.results), "A") == (100.0, 0.0)


def test_grades_say_none_heavy_and_follow_the_projects_limits(whole_run: WholeRun, modelled: dict) -> None:
    settings = whole_run.built.checked.project.settings
    ones = [modelled["A", "before"], modelled["A", "after"]]
    rows = [row for one in ones for row in grade_rows(traced_system(one, settings.separation), settings)]
    table = grade_table(rows, ("before", "after")).set_index("scenario")
    assert table.loc["before", "grade"] == "heavy"
    assert table.loc["after", "grade"] == "none"
    # T/CECS 758-2020, 7.2.3: both nodes of 30 m of combined pipe, the only one before.
    assert table.loc["before", "density_per_km"] == pytest.approx(2 / 0.030)
    assert table.loc["after", "density_per_km"] == 0
    row = whole_run.review.tables["communities"].set_index("community_id").loc["A"]
    assert row["separation_grade_before"] == "heavy"
    assert row["misplaced_sewage_before_percent"] == 100.0
    assert pd.isna(whole_run.review.tables["communities"].iloc[-1]["separation_grade_before"])


def test_the_way_of_a_joint_is_its_laterals_and_pipes() -> None:
    before = system("before")
    graph = drainage_graph(before)
    joint = cross_connections(before, graph)[0]
    assert features_on_the_way(joint, graph, sources(before)) == ("A-D0", "A-K0", "A-PC", "A-T0")

    def misconnect(frames: dict) -> None:
        laterals = frames["connections"]
        laterals.loc[laterals["connection_id"] == "A-K1", "to_node"] = "A-R1"

    after = system("after", misconnect)
    graph = drainage_graph(after)
    joint = cross_connections(after, graph)[0]
    assert features_on_the_way(joint, graph, sources(after)) == ("A-K1", "A-PR")
