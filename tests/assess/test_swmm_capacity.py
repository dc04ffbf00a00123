"""SWMM's peaks against full flows worked out by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from shapely import LineString, Point
from tests.design.nets import AFTER, AREA
from tests.network.bill_layers import layer_set, node, pipe

from spongecalc.assess.swmm_capacity import swmm_peak_checks
from spongecalc.design.check import Check
from spongecalc.design.network import with_hydraulics
from spongecalc.scenario import drainage_systems

# DN300, n 0.010, 1 %: 0.1 / 0.010 x 0.075^(2/3) x pi / 4 x 0.09 m3/s.
FULL_L_S = 125.71


def peak_check(peak_l_s: float, surcharged_h: float = 0.0, **values: object) -> Check:
    """The check of one pipe of 30 m that falls 1 %, unless its values say otherwise."""
    ends = {"from_node": "N0", "to_node": "N1", "invert_up_m": 98.0, "invert_down_m": 97.7}
    line = LineString([(0, 0), (30, 0)])
    row = pipe("P1", line, **{**ends, **values})
    nodes = [
        node("N0", Point(0, 0), 100.0, 97.0, system=row["system"]),
        node("N1", Point(30, 0), 100.0, 97.0, system=row["system"], kind="outfall"),
    ]
    layers = layer_set(communities=[AREA], pipes=[row], nodes=nodes)
    (system,) = drainage_systems(layers, AFTER)[0]
    (known,) = with_hydraulics(system.pipes, system.catalogue).itertuples()
    circle_m = float(known.diameter_m)
    full = 1000 * math.pi / 4 * circle_m**2 * (circle_m / 4) ** (2 / 3) / known.manning_n
    full *= known.slope**0.5 if known.slope > 0 else math.nan
    table = pd.DataFrame(
        {
            "pipe_id": ["P1"],
            "slope": [known.slope],
            "manning_n": [known.manning_n],
            "full_flow_l_s": [full],
            "swmm_peak_l_s": [peak_l_s],
            "swmm_surcharged_h": [surcharged_h],
        }
    )
    (check,) = swmm_peak_checks([system], table, "P3-120")
    return check


@pytest.mark.parametrize(
    ("peak_l_s", "verdict"), [(125.70, "pass"), (125.71, "pass"), (125.714, "pass"), (125.72, "fail")]
)
def test_a_peak_above_the_full_flow_is_named(peak_l_s: float, verdict: str) -> None:
    check = peak_check(peak_l_s)
    assert (check.check, check.verdict, check.feature.feature_id) == ("swmm_peak", verdict, "P1")
    assert check.applies_to == "P3-120"
    assert check.limit.value == pytest.approx(FULL_L_S, abs=0.005)
    assert "4.1.3" in check.limit.source
    assert check.excess == pytest.approx(round(peak_l_s, 2) - FULL_L_S, abs=0.005)


def test_a_sewer_is_held_to_the_clause_of_wet_weather() -> None:
    check = peak_check(130.0, system="sewage")
    assert check.verdict == "fail"
    assert "4.1.21" in check.limit.source


def test_a_box_has_a_full_flow_too() -> None:
    """0.6 x 0.4 m: 0.24 m2, wetted 2.0 m, R 0.12 m; 0.1 / 0.010 x 0.12^(2/3) = 2.4329 m/s, 583.89 l/s."""
    box = {"shape": "rect_closed", "diameter_mm": math.nan, "width_mm": 600.0, "height_mm": 400.0}
    assert peak_check(583.0, **box).verdict == "pass"
    check = peak_check(585.0, **box)
    assert check.verdict == "fail"
    assert check.limit.value == pytest.approx(583.89, abs=0.05)


def test_water_below_that_holds_a_pipe_up_is_told_and_breaks_nothing() -> None:
    check = peak_check(50.0, surcharged_h=0.4)
    assert (check.verdict, check.reason) == ("pass", "held_up")
    assert peak_check(150.0, surcharged_h=0.4).reason == ""


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"invert_down_m": 98.0}, "no_fall"),
        ({"invert_down_m": 98.2}, "no_fall"),
        ({"invert_up_m": math.nan}, "no_levels"),
        ({"diameter_mm": math.nan}, "not_circular_or_no_size"),
    ],
)
def test_a_pipe_without_a_full_flow_only_tells_its_peak(values: dict[str, float], reason: str) -> None:
    check = peak_check(10.0, **values)
    assert (check.verdict, check.reason, check.value) == ("not_checkable", reason, 10.0)


def test_a_pipe_without_a_run_is_open() -> None:
    check = peak_check(math.nan)
    assert (check.verdict, check.reason) == ("not_checkable", "no_run")
