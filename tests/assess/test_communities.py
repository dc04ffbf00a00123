"""The row TOTAL, worked out by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from spongecalc.assess.communities import communities_table, left_out_of, reduction_percent

PAIR = ("before", "after")


def row(community: str, before: float, after: float, status: str = "done") -> dict[str, object]:
    return {
        "community_id": community,
        "runoff_before_m3": before,
        "runoff_after_m3": after,
        "separated_after": "yes",
        "status": status,
    }


def test_the_total_falls_by_what_both_scenarios_know() -> None:
    rows = [row("B", 100, 60), row("A", 300, 200), row("C", 500, math.nan, "failed")]
    table = communities_table(rows, "P3-120", PAIR).set_index("community_id")
    assert table.index.tolist() == ["A", "B", "C", "TOTAL"]
    total = table.loc["TOTAL"]
    # C has no figure after: its 500 m3 before are in neither sum, for 500 m3 less would be no reduction
    assert total["runoff_before_m3"] == 400
    assert total["runoff_after_m3"] == 260
    assert total["runoff_reduction_percent"] == pytest.approx(35.0)
    assert table.loc["B", "runoff_reduction_percent"] == pytest.approx(40.0)
    assert math.isnan(table.loc["C", "runoff_reduction_percent"])
    assert total["status"] == "incomplete"


def test_a_scenario_that_nobody_ran_binds_nothing() -> None:
    rows = [row("A", 300, math.nan), row("B", 100, math.nan)]
    total = communities_table(rows, "P3-120", PAIR).iloc[-1]
    assert total["runoff_before_m3"] == 400
    assert math.isnan(total["runoff_after_m3"])
    assert math.isnan(total["runoff_reduction_percent"])


def test_rainfall_is_that_on_the_communities_whose_runoff_is_summed() -> None:
    rows = [{**row("A", 300, 200), "rainfall_m3": 350}, {**row("B", 100, math.nan), "rainfall_m3": 120}]
    assert communities_table(rows, "P3-120", PAIR).iloc[-1]["rainfall_m3"] == 350


def test_the_total_is_the_sum_of_the_figures_as_they_are_written() -> None:
    # 0.004 is written 0.00 three times, which adds up to nothing; the sum of what is behind them is 0.012
    table = communities_table([row(i, 0.004, 0.006) for i in "ABC"], "P3-120", PAIR)
    assert table.iloc[-1]["runoff_before_m3"] == 0.0
    assert table.iloc[-1]["runoff_after_m3"] == pytest.approx(0.03)


def test_a_total_without_a_file_is_incomplete() -> None:
    assert communities_table([row("A", 1, 1)], "x", PAIR).iloc[-1]["status"] == "done"
    assert communities_table([row("A", 1, 1)], "x", PAIR, whole=False).iloc[-1]["status"] == "incomplete"


def test_a_total_of_some_communities_says_so() -> None:
    assert communities_table([row("A", 1, 1)], "x", PAIR, partial=True).iloc[-1]["status"] == "partial"
    failed = [row("A", 1, 1), row("B", 1, math.nan, "failed")]
    assert communities_table(failed, "x", PAIR, partial=True).iloc[-1]["status"] == "incomplete"


@pytest.mark.parametrize(("before", "after"), [(0, 0), (math.nan, 1), (1, math.nan)])
def test_no_reduction_of_what_is_unknown_or_nothing(before: float, after: float) -> None:
    assert math.isnan(reduction_percent(before, after))


def test_combined_pipe_is_a_length_of_its_own_and_adds_up() -> None:
    rows = [{**row("A", 1, 1), "combined_laid_m": 200.44}, {**row("B", 1, 1), "combined_laid_m": 72.5}]
    total = communities_table(rows, "x", PAIR).iloc[-1]
    assert total["combined_laid_m"] == pytest.approx(272.94)
    assert math.isnan(total["storm_laid_m"])


def test_new_pipe_that_no_community_of_the_table_counts_is_told() -> None:
    bill = pd.DataFrame(
        {
            "community_id": ["A", "", "C", "", ""],
            "item": ["pipe", "pipe", "pipe", "pipe", "telecom"],
            "system": ["combined", "storm", "sewage", "storm", ""],
            "status": ["proposed", "proposed", "proposed", "existing", "proposed"],
            "length_m": [272.94, 12.5, 7.25, 99.0, 50.0],
        }
    )
    table = communities_table([row("A", 1, 1), row("B", 1, 1)], "x", PAIR)
    # 12.50 m in no community, 7.25 m in one that was not asked for; old pipe and telecom are no part of it.
    assert left_out_of({"quantities": bill, "communities": table}) == pytest.approx(19.75)
    table = communities_table([row("A", 1, 1), row("C", 1, 1)], "x", PAIR)
    assert left_out_of({"quantities": bill, "communities": table}) == pytest.approx(12.5)
    assert left_out_of({"communities": table}) == 0.0
