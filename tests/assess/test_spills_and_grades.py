"""Sewage on the surface, shares of sewage that go astray, and grades: from SWMM's runs of a small project."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import WholeRun
from tests.network.systems import system

from spongecalc.assess.modelled import Modelled, join_results
from spongecalc.assess.separation import traced_system
from spongecalc.assess.separation_grades import grade_rows, grade_table, sewage_shares_percent
from spongecalc.assess.spills import spill_rows, spill_table, spilled_m3, spills_known
from spongecalc.network.cross_connections import cross_connections
from spongecalc.network.graph import drainage_graph
from spongecalc.network.joint_paths import features_on_the_way
from spongecalc.network.sources import sources
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import traced_event
from spongecalc.swmm.model import build_model


@pytest.fixture(scope="module")
def modelled(whole_run: WholeRun) -> dict[tuple[str, str], Modelled]:
    joined = join_results(whole_run.built.checked.systems, whole_run.built.models, whole_run.results)
    return {(m.model.name, m.model.scenario): m for m in joined}


def narrow(frames: dict) -> None:
    """The old pipe is too narrow for a storm."""
    pipes = frames["pipes"]
    pipes.loc[pipes["pipe_id"] == "A-PC", ["diameter_mm", "sediment_mm"]] = [75.0, 0.0]


def test_what_floods_holds_the_sewage_that_the_tracer_shows(whole_run: WholeRun, tmp_path: Path) -> None:
    settings = whole_run.built.checked.project.settings
    before = system("before", narrow)
    model = build_model(before, settings, whole_run.built.storms)
    event = traced_event(whole_run.built.storms[0], settings.simulation, settings.separation.storm_carrier_l_s)
    inp = tmp_path / "model.inp"
    inp.write_text(model.text(event), encoding="utf-8")
    run = run_inp(inp, tmp_path, mark_s=event.mark_s)
    one = Modelled(before, model, {"traced": run})
    node = run.nodes.loc["A-C1"]
    assert node["flood_volume_m3"] > 1
    spills = spill_table(spill_rows(one, "P3-120"), ("before", "after"))
    row = spills.iloc[0]
    assert (row["event"], row["basis"], row["node_id"]) == ("storm", "tracer", "A-C1")
    assert row["flooded_m3"] == pytest.approx(node["flood_volume_m3"])
    assert spilled_m3(spills, "A", "before") == pytest.approx(row["sewage_m3"])
    # Rain, sewage and the carrier are all there is: the two tracers make up the flood but for the carrier.
    both_m3 = 10 * (node["flood_SEWAGE_kg"] + node["flood_RAIN_kg"])
    assert both_m3 == pytest.approx(node["flood_volume_m3"], rel=0.15)
    assert both_m3 < node["flood_volume_m3"]
    # All water enters at this node: carrier and sewage stand in it as they enter, 0.5 l/s to the sewage's flow
    # at noon and after, so that what is missing of the flood follows from the sewage in it.
    pattern = settings.sewage.pattern
    sewage_l_s = 120 * 120 * 0.85 / 86400 * (pattern[12] + pattern[13]) / 2
    carrier_m3 = node["flood_volume_m3"] - both_m3
    assert row["sewage_m3"] == pytest.approx(carrier_m3 * sewage_l_s / 0.5, rel=0.15)


def test_a_separated_community_spills_nothing(modelled: dict) -> None:
    one = modelled["A", "after"]
    spills = spill_table(spill_rows(one, "P3-120"), ("before", "after"))
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
