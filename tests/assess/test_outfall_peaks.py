"""What leaves by the outfalls, against what the bare engine saves of the same input files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.bare_engine import INFLOW, node_series
from tests.conftest import WholeRun, take_through
from tests.small_project import Frames, SmallProject

from spongecalc.assess.criteria import verdicts
from spongecalc.assess.modelled import join_results
from spongecalc.assess.outfall_peaks import OutfallsFound, joint_groups, outfalls_of


def test_peaks_are_those_of_the_sum_of_the_outfalls(whole_run: WholeRun, tmp_path: Path) -> None:
    peaks = whole_run.review.tables["outfall_peaks"]
    rows = whole_run.review.tables["outfalls"]
    assert set(rows["outfall_level"]) == {"free"}
    joined = join_results(whole_run.built.checked.systems, whole_run.built.models, whole_run.results)
    seen = 0
    for one in joined:
        found = outfalls_of(one)
        text = one.model.text(whole_run.built.events[0])
        series = node_series(text, tmp_path / one.model.name / one.model.scenario, (INFLOW,))
        flows = np.array([series[c][0] for o in found for c in o.copies])
        community = one.system.communities[0]
        own = peaks[(peaks["community_id"] == community) & (peaks["scenario"] == one.model.scenario)]
        own = own[own["storm_id"] == "P3-120"].set_index("receives")
        if len(joint_groups([m.system.communities for m in joined])[community]) > 1:
            continue
        whole = flows.sum(axis=0)
        assert own.loc["all", "peak_l_s"] == pytest.approx(whole.max(), rel=1e-4)
        # Saved once a minute: the volume by Simpson's coarser sister, the trapezoid.
        volume_m3 = (whole[1:] + whole[:-1]).sum() / 2 * 60 / 1000
        assert own.loc["all", "volume_m3"] == pytest.approx(volume_m3, rel=0.01)
        assert own.loc["all", "peak_l_s"] <= own.drop(index="all")["peak_l_s"].sum() + 1e-9
        seen += 1
    assert seen >= 2


def test_each_outfall_is_held_against_what_its_receiver_accepts(small_project, tmp_path: Path) -> None:
    """A may discharge enough, C next to nothing; of B nothing is said, and it led to other pipes before.

    The outfalls' peaks and answers are those of what the bare engine saves of the same input files.
    """

    def first(frames: Frames) -> None:
        nodes = frames["nodes"]
        enough = (nodes["kind"] == "outfall") & (nodes["node_id"] == "A-R2")
        nodes["receiver_capacity_l_s"] = np.where(enough, 100.0, np.nan)
        nodes.loc[nodes["node_id"] == "B-C2", "receives"] = "municipal_combined"

    def second(frames: Frames) -> None:
        nodes = frames["nodes"]
        outfall = (nodes["kind"] == "outfall") & (nodes["system"] == "storm")
        frames["nodes"] = nodes.assign(receiver_capacity_l_s=np.where(outfall, 0.5, np.nan))

    project: SmallProject = small_project(first=first, second=second)
    run = take_through(project.folder)
    review = run.review
    own_l_s: dict[tuple[str, str], np.ndarray] = {}
    for one in join_results(run.built.checked.systems, run.built.models, run.results):
        text = one.model.text(run.built.events[0])
        series = node_series(text, tmp_path / f"{one.model.name}-{one.model.scenario}", (INFLOW,))
        own_l_s |= {
            (one.model.scenario, o.outfall_id): np.sum([series[c][0] for c in o.copies], axis=0)
            for o in outfalls_of(one)
        }
    rows = review.tables["outfalls"].set_index(["scenario", "outfall_id"])
    assert set(rows.index) == set(own_l_s)
    for place, l_s in own_l_s.items():
        assert rows.loc[place, "peak_l_s"] == pytest.approx(l_s.max(), rel=1e-4)
    said = {o: rows.loc[("after", o), "discharge_verdict"] for s, o in own_l_s if s == "after"}
    # Nobody asks how much sewage more comes to a sewer; what stood before the works is not judged.
    assert said == {"A-R2": "pass", "A-S2": "", "B-R2": "conditional", "B-S2": "", "C-R2": "fail", "C-S2": ""}
    assert set(rows.loc["before", "discharge_verdict"]) == {""}
    communities = review.tables["communities"].set_index("community_id")
    assert own_l_s["after", "A-R2"].max() < 100
    assert communities.loc["A", "outfalls_over"] == communities.loc["B", "outfalls_over"] == "none"
    peaks = {name: f"{own_l_s['after', f'{name}-R2'].max():.2f}" for name in "BC"}
    assert communities.loc["B", "outfalls_to_confirm"] == f"P3-120: B-R2 0.00 → {peaks['B']} l/s"
    assert communities.loc["C", "outfalls_over"] == f"P3-120: C-R2 {peaks['C']} > 0.50 l/s"
    answers = {
        name: next(v.answer for v in verdicts(communities.loc[name].to_dict()) if v.criterion == "outflow")
        for name in "ABC"
    }
    assert answers == {"A": "pass", "B": "conditional", "C": "fail"}
    # The ground's peak falls in all three: the clause on rebuilding is met whatever leaves.
    assert set(communities.loc[list("ABC"), "ground_peak_rises"]) == {"none"}
    peaks = review.tables["outfall_peaks"]
    storm = peaks[(peaks["scenario"] == "after") & (peaks["receiver_capacity_l_s"] == 0.5)]
    assert len(storm)
    assert storm["capacity_used_percent"].tolist() == pytest.approx((100 * storm["peak_l_s"] / 0.5).tolist())
    checks = review.tables["design_checks"]
    own = checks[checks["check"] == "receiver_capacity"].set_index("feature_id")
    assert own["verdict"].to_dict() == {"A": "pass", "B": "not_checkable", "C": "fail"}
    assert own["reason"].to_dict() == {"A": "", "B": "owner_confirms", "C": ""}
    assert own.loc["C", "excess"] == pytest.approx(own.loc["C", "value"] - 0.5)


def test_communities_of_one_network_are_one_group_in_every_scenario() -> None:
    groups = joint_groups([("A",), ("B",), ("C",), ("A", "B")])
    assert groups == {"A": ("A", "B"), "B": ("A", "B"), "C": ("C",)}


def test_a_group_without_a_result_of_one_of_its_communities_has_no_peak(whole_run: WholeRun) -> None:
    joined = join_results(whole_run.built.checked.systems, whole_run.built.models, whole_run.results)
    found = OutfallsFound(joined, whole_run.built.storms)
    found.add(joined[0])
    (community, scenario) = (joined[0].system.communities[0], joined[0].system.scenario)
    table = found.peak_table(whole_run.review.tables["communities"]["community_id"].tolist(), ("before", "after"))
    assert set(table["scenario"]) <= {scenario}
    assert set(table["community_id"]) <= {*joined[0].system.communities}
    assert community in found.outfall_table([community], ("before", "after"))["community_id"].tolist()


def test_the_check_of_the_clause_is_that_of_the_tables(whole_run: WholeRun) -> None:
    tables = whole_run.review.tables
    communities = tables["communities"].set_index("community_id")
    checks = tables["design_checks"]
    for check, column, applies_to in (
        ("receiver_capacity", "outfall_peak_municipal_storm", "P3-120 - {}-R2"),
        ("ground_peak", "peak", "P3-120"),
    ):
        own = checks[checks["check"] == check].set_index("feature_id")
        assert len(own) == len(communities) - 1
        for community, row in own.iterrows():
            before, after = (
                round(communities.loc[community, f"{column}_{s}_l_s"], 2) for s in ("before", "after")
            )
            assert row["applies_to"] == applies_to.format(community)
            assert row["verdict"] == ("fail" if after > before else "pass")
            assert (row["limit"], row["value"]) == (before, after)
    for community in communities.index[:-1]:
        verdict = next(v for v in verdicts(communities.loc[community].to_dict()) if v.criterion == "outflow")
        assert verdict.key != "outfalls_unknown"
