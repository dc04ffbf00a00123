"""Suggestions pass when they are followed, by a second run of the checks, and the next smaller one does not."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from spongecalc.design.check import FAIL, Limit
from spongecalc.design.circular_pipe import full_flow_l_s
from spongecalc.design.cover import check_cover
from spongecalc.design.flows import pipe_flows
from spongecalc.design.hydraulics import check_hydraulics, pipe_hydraulics
from spongecalc.design.limits import Limits
from spongecalc.design.manholes import check_manholes
from spongecalc.design.network import DrainedArea
from spongecalc.design.sizes import check_sizes
from spongecalc.design.suggestions import regraded, suggestions
from spongecalc.project.design_settings import DesignSettings
from tests.design.nets import ALL_READ, carried, chain

LIMITS = Limits(DesignSettings(), confirmations=ALL_READ)
PERIOD = Limit(2.0, "a", "GB 50014-2021 4.1.3", "printed")
flows_of = partial(
    pipe_flows, coefficients={"asphalt": 0.9}, intensity_l_s_ha=lambda t: 3000 / (t + 5), inlet_time_min=10.0
)


def checks_of(net):
    return [
        *check_hydraulics(net, pipe_hydraulics(net, flows_of(net)), LIMITS, PERIOD, "community"),
        *check_sizes(net, LIMITS, "community"),
        *check_manholes(net, LIMITS, carried(net)),
        *check_cover(net, LIMITS, ("asphalt",)),
    ]


def suggested(net):
    return suggestions(net, checks_of(net), flows_of, LIMITS, PERIOD, "community", ("asphalt",)).set_index(
        ["pipe_id", "option"]
    )


def failed(net, *names):
    return {c.feature.feature_id for c in checks_of(net) if c.verdict == FAIL and c.check in names}


def loaded(*sizes, area_m2=9000.0):
    """A chain of rain pipes under 0.9 x 200 l/(s ha) of a drained area at its head: 162 l/s from 9000 m2."""
    net = chain(*({"diameter_mm": float(s)} for s in sizes))
    return replace(net, areas=[DrainedArea("N0", "N0", {"asphalt": area_m2})])


def test_a_pipe_too_small_grows_and_what_lies_below_grows_with_it():
    """162 l/s at 1 %: DN300 carries 126 and DN400 270 l/s; below, DN300 would shrink."""
    net = loaded(300, 300, 500)
    assert failed(net, "capacity") == {"P1", "P2"}
    found = suggested(net)
    assert found.loc[("P1", "size"), "suggested_diameter_mm"] == 400
    assert found.loc[("P2", "size"), "suggested_diameter_mm"] == 400
    assert ("P3", "size") not in found.index
    grown = net.pipes.assign(diameter_mm=[400.0, 400.0, 500.0], diameter_m=[0.4, 0.4, 0.5])
    assert not failed(replace(net, pipes=grown), "capacity", "diameter_shrink", "min_diameter")


def test_growth_runs_down_to_the_outfall_with_its_cause():
    net = loaded(300, 400, 400, 400, area_m2=16000.0)  # 288 l/s need DN500
    found = suggested(net)
    assert found.xs("size", level="option")["suggested_diameter_mm"].tolist() == [500.0] * 4
    small = loaded(300, 200, 400, area_m2=100.0)
    found = suggested(small)
    assert found.loc[("P2", "size"), "problems"] == "diameter_shrink;min_diameter"
    assert found.loc[("P2", "size"), "suggested_diameter_mm"] == 300


def test_the_size_below_the_suggestion_does_not_pass():
    net = loaded(300, area_m2=40000.0)  # 720 l/s at 1 %
    size = suggested(net).loc[("P1", "size"), "suggested_diameter_mm"]
    n = float(net.pipes["manning_n"][0])
    assert full_flow_l_s(np.array(size / 1000), np.array(0.01), n) >= 720
    smaller = {400.0: 300.0, 500.0: 400.0, 600.0: 500.0, 700.0: 600.0}[size]
    assert full_flow_l_s(np.array(smaller / 1000), np.array(0.01), n) < 720


def test_the_suggested_slope_carries_the_flow_and_is_the_least():
    net = loaded(300)
    row = suggested(net).loc[("P1", "slope")]
    slope, n = row["suggested_slope"], float(net.pipes["manning_n"][0])
    assert full_flow_l_s(np.array(0.3), np.array(slope), n) >= 162
    assert full_flow_l_s(np.array(0.3), np.array(slope - 2e-5), n) < 162
    assert row["lowered_m"] == pytest.approx(30 * (slope - 0.01), abs=1e-6)
    assert row["outfall_lowered_m"] == pytest.approx(row["lowered_m"])
    assert row["recheck"] == "passes"
    again = regraded(net, {"P1": slope})
    assert not failed(again, "capacity")


def test_a_drop_in_the_manhole_takes_up_the_lowering():
    net = chain({"diameter_mm": 300.0}, {"diameter_mm": 300.0, "invert_up_m": 97.5, "invert_down_m": 95.5})
    net = replace(net, areas=[DrainedArea("N0", "N0", {"asphalt": 9000.0})])
    found = suggested(net)
    assert 0 < found.loc[("P1", "slope"), "lowered_m"] < 0.2
    assert found.loc[("P1", "slope"), "outfall_lowered_m"] == 0


def test_least_slope_and_velocity_of_a_flat_pipe():
    net = chain({"diameter_mm": 300.0, "invert_up_m": 98.0, "invert_down_m": 97.97})
    row = suggested(net).loc[("P1", "slope")]
    assert row["problems"] == "min_slope;min_velocity"
    # The velocity of 0.75 m/s needs 0.75^2 n^2 / 0.075^(4/3) = 0.00178; the table's 0.002 is more.
    assert row["suggested_slope"] == pytest.approx(0.002)


def test_a_suggestion_that_breaks_something_else_says_so():
    """Under 0.65 m of cover a DN400 rises above the least cover of a footway."""
    net = chain({"diameter_mm": 300.0, "invert_up_m": 99.05, "invert_down_m": 98.75}, ground_m=100.0)
    net = replace(net, areas=[DrainedArea("N0", "N0", {"asphalt": 9000.0})])
    row = suggested(net).loc[("P1", "size")]
    assert row["recheck"] == "fails"
    assert "min_cover" in row["recheck_fails"]


def test_nothing_to_suggest_where_nothing_fails():
    assert suggested(loaded(500, 500)).empty
