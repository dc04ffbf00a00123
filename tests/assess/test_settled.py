"""Settled or not, by arrays: limits on, below and above, objects that only one of two runs has, ranges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from spongecalc.assess.criteria import Verdict, unsettled_listed, verdicts
from spongecalc.assess.settled import NODE, PEAK, PIPE, SettledFound, moved, moved_figures, rounded, with_ranges
from spongecalc.decimals import decimals


@pytest.mark.parametrize(
    ("figure", "value", "reference", "differs"),
    [
        ("peak_l_s", 105.0, 100.0, False),
        ("peak_l_s", 105.1, 100.0, True),
        ("peak_l_s", 94.9, 100.0, True),
        ("peak_l_s", 4.9, 1.0, False),
        ("peak_l_s", 5.0, 1.0, True),
        ("peak_l_s", 1.0, 5.0, True),
        ("max_depth_m", 1.02, 1.00, False),
        ("max_depth_m", 1.021, 1.00, True),
        ("max_depth_m", 0.979, 1.00, True),
        ("flood_volume_m3", 10.5, 10.0, False),
        ("flood_volume_m3", 10.6, 10.0, True),
        ("flood_volume_m3", 0.009, 0.0, False),
        ("flood_volume_m3", 0.02, 0.0, True),
        ("flood_volume_m3", 0.0, 0.02, True),
        ("peak_l_s", math.nan, 100.0, False),
        ("max_depth_m", 1.0, math.nan, False),
    ],
)
def test_a_figure_moves_beyond_its_limit(figure: str, value: float, reference: float, differs: bool) -> None:
    assert moved(figure, np.array([value]), np.array([reference])).tolist() == [differs]


def test_what_only_one_run_has_is_nought_in_the_other() -> None:
    run = pd.DataFrame({"site_id": ["A", "B"], "volume_m3": [3.0, 1.0]})
    reference = pd.DataFrame({"site_id": ["B", "C"], "volume_m3": [1.01, 2.0]})
    found = list(moved_figures(run, reference, "site_id", ("volume_m3",)))
    assert found == [("A", "volume_m3", 3.0, 0.0), ("C", "volume_m3", 0.0, 2.0)]


def test_each_figure_is_written_with_the_decimals_of_its_unit() -> None:
    found = SettledFound("P3")
    about = {"community_id": "A", "scenario": "after", "storm_id": "P3", "object": NODE, "object_id": "N1"}
    found.rows.extend(
        [
            about | {"figure": PEAK, "value": 12.34567, "reference_value": 9.87654},
            about | {"figure": "max_depth_m", "value": 0.123456, "reference_value": 0.2},
        ]
    )
    rows = rounded(found.tables(["A"], ["after"])["settled"])
    assert rows["value"].tolist() == [12.35, round(0.123456, decimals("max_depth_m"))]
    assert rows["reference_value"].tolist() == [9.88, 0.2]


def test_the_other_end_of_a_range_stands_beside_its_own_figure_alone() -> None:
    about = {"community_id": "A", "storm_id": "P3", "object_id": "P1", "figure": PEAK}
    settled = pd.DataFrame(
        [
            about | {"scenario": "before", "object": PIPE, "value": 9.0, "reference_value": 7.0},
            about | {"scenario": "after", "object": PIPE, "value": 9.0, "reference_value": 6.0},
            about | {"scenario": "after", "object": NODE, "value": 9.0, "reference_value": 5.0},
        ]
    )
    place = {"community_id": ["A"], "scenario": ["before"], "storm_id": ["P3"]}
    tables = {
        "pipe_hydraulics": pd.DataFrame({"community_id": ["A", "A"], "pipe_id": ["P1", "P2"]}),
        "ponding_nodes": pd.DataFrame({**place, "node_id": ["P1"]}),
        "ponding": pd.DataFrame({**place, "site_id": ["P1"]}),
        "outfalls": pd.DataFrame({**place, "outfall_id": ["P1"]}),
        "outfall_peaks": pd.DataFrame({**place, "receives": ["all"]}),
    }
    found = with_ranges(tables, settled, "after")
    assert found["pipe_hydraulics"]["swmm_peak_reference_l_s"].tolist() == pytest.approx(
        [6.0, math.nan], nan_ok=True
    )
    for name, column in (("ponding_nodes", "volume"), ("ponding", "volume"), ("outfalls", "peak")):
        (other,) = (c for c in found[name] if c.startswith(f"{column}_reference"))
        assert found[name][other].isna().all()


def test_a_criterion_that_the_reference_answers_differently_is_conditional() -> None:
    row = {
        "ponding_sites_before": 0,
        "ponding_sites_after": 0,
        "ponding_before_m3": 0.0,
        "ponding_after_m3": 0.0,
        "headline_return_period_a": 3.0,
        "sewer_return_period_a": 3.0,
    }
    floods = row | {"ponding_sites_after": 1, "ponding_after_m3": 0.2}
    own, other = verdicts(row), verdicts(floods)
    listed = unsettled_listed(own, other)
    assert listed == "ponding=fail"
    told = {v.criterion: v for v in verdicts(row | {"verdict_unsettled": listed})}
    assert (told["ponding"].answer, told["ponding"].unsettled) == ("conditional", ("pass", "fail"))
    assert told["ponding"].key == "ponding_never"
    assert {c: v.answer for c, v in told.items() if c != "ponding"} == {
        v.criterion: v.answer for v in own if v.criterion != "ponding"
    }
    assert unsettled_listed(own, own) == ""


def test_what_one_of_the_two_leaves_undecided_or_no_scheme_sways_stays_as_it_is() -> None:
    def one(criterion: str, answer: str) -> list[Verdict]:
        return [Verdict(criterion, answer, "", {})]

    assert unsettled_listed(one("ponding", "undecided"), one("ponding", "fail")) == ""
    assert unsettled_listed(one("ponding", "pass"), one("ponding", "undecided")) == ""
    assert unsettled_listed(one("data", "pass"), one("data", "conditional")) == ""
    assert unsettled_listed(one("outflow", "fail"), one("outflow", "conditional")) == "outflow=conditional"
