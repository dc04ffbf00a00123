"""Circular pipes against published tables."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spongecalc.catalogue.pipe_section import circle_segment
from spongecalc.design.circular_pipe import (
    DEPTH_OF_GREATEST_FLOW,
    flow_ratio,
    full_flow_l_s,
    full_velocity_m_s,
    fullness_of,
    slope_for,
    velocity_ratio,
)

# Published values with their sources; a row that was mistyped does not survive the integration below.
PUBLISHED = pd.read_csv(Path(__file__).parent / "data" / "circular_sections.csv")
FULL_AREA, FULL_RADIUS = math.pi / 4, 0.25
ALLOWED = 0.005


def integrated(fullness):
    """Area and wetted perimeter of the part of a circle of diameter 1 below a depth, by many thin strips.

    No formula of the segment is used: the width of each strip comes from the circle's equation, the perimeter
    is the length of a polygon through points of the arc.
    """
    # Strips thinner towards the invert (and the crown), where the circle is flat.
    edges = fullness * (1 - np.cos(np.linspace(0, np.pi, 20_001))) / 2
    middle = (edges[1:] + edges[:-1]) / 2
    area = np.sum(2 * np.sqrt(middle * (1 - middle)) * np.diff(edges))
    half_width = np.sqrt(np.clip(edges * (1 - edges), 0, None))
    return area, 2 * np.sum(np.hypot(np.diff(edges), np.diff(half_width)))


def by_integration(quantity, fullness):
    area, perimeter = integrated(fullness)
    radius = area / perimeter
    velocity = (radius / FULL_RADIUS) ** (2 / 3)
    return {
        "area_by_diameter2": area,
        "radius_by_diameter": radius,
        "section_factor_by_diameter_8_3": area * radius ** (2 / 3),
        "area_ratio": area / FULL_AREA,
        "radius_ratio": radius / FULL_RADIUS,
        "velocity_ratio": velocity,
        "flow_ratio": velocity * area / FULL_AREA,
    }[quantity]


def by_the_package(quantity, fullness):
    area, radius = circle_segment(np.array(fullness))
    return {
        "area_by_diameter2": area,
        "radius_by_diameter": radius,
        "section_factor_by_diameter_8_3": area * radius ** (2 / 3),
        "area_ratio": area / FULL_AREA,
        "radius_ratio": radius / FULL_RADIUS,
        "velocity_ratio": velocity_ratio(np.array(fullness)),
        "flow_ratio": flow_ratio(np.array(fullness)),
    }[quantity]


def test_the_integration_knows_the_half_and_the_whole_circle():
    assert integrated(0.5) == pytest.approx((math.pi / 8, math.pi / 2), rel=1e-6)
    assert integrated(1.0) == pytest.approx((math.pi / 4, math.pi), rel=1e-6)


@pytest.mark.parametrize(
    "row", list(PUBLISHED.itertuples(index=False)), ids=lambda r: f"{r.quantity}-{r.fullness}"
)
def test_published_values_are_typed_right_and_the_package_gives_them(row):
    assert by_integration(row.quantity, row.fullness) == pytest.approx(row.value, rel=ALLOWED)
    assert by_the_package(row.quantity, row.fullness) == pytest.approx(row.value, rel=ALLOWED)


def test_the_package_agrees_with_the_integration_far_closer_than_any_table():
    for row in PUBLISHED.itertuples():
        expected = by_integration(row.quantity, row.fullness)
        assert by_the_package(row.quantity, row.fullness) == pytest.approx(expected, rel=1e-5)


def test_normal_depth_of_published_flows():
    """The depth found for a tabled flow is the tabled depth; near the greatest flow the table's digits end it."""
    flows = PUBLISHED[PUBLISHED["quantity"] == "flow_ratio"]
    assert len(flows) == 11
    for row in flows.itertuples():
        assert fullness_of(np.array(row.value)) == pytest.approx(row.fullness, rel=ALLOWED)


def test_every_published_row_names_its_source():
    assert PUBLISHED.notna().all(axis=None)
    assert PUBLISHED["source"].nunique() == 3
    assert not PUBLISHED.duplicated(["quantity", "fullness"]).any()


def test_a_full_pipe_by_hand():
    """DN300, 3 per mille, n = 0.013: R = 0.075, v = 0.075^(2/3) x 0.003^(1/2) / 0.013 = 0.7493 m/s; 52.96 l/s."""
    assert full_velocity_m_s(np.array(0.3), np.array(0.003), 0.013) == pytest.approx(0.7493, rel=1e-3)
    assert full_flow_l_s(np.array(0.3), np.array(0.003), 0.013) == pytest.approx(52.96, rel=1e-3)
    assert np.isnan(full_velocity_m_s(np.array(0.3), np.array(0.0), 0.013))


@given(st.floats(0.01, 0.93))
def test_normal_depth_gives_back_its_flow(fullness):
    assert fullness_of(flow_ratio(np.array(fullness))) == pytest.approx(fullness, abs=1e-6)


def test_no_depth_carries_more_than_the_greatest_flow():
    """Chow: the greatest flow is 1.076 times the full flow, at 0.938 of the diameter."""
    assert flow_ratio(np.array(DEPTH_OF_GREATEST_FLOW)) == pytest.approx(1.076, rel=0.001)
    assert np.isnan(fullness_of(np.array(1.08)))
    assert fullness_of(np.array(0.0)) == 0


@given(st.floats(1, 500), st.floats(0.2, 1.5), st.floats(0.009, 0.015), st.floats(0.2, 0.9))
def test_the_slope_for_a_flow_carries_it(flow, diameter, n, fullness):
    slope = slope_for(np.array(flow), np.array(diameter), n, fullness)
    full = full_flow_l_s(np.array(diameter), slope, n)
    assert fullness_of(flow / full) == pytest.approx(fullness, abs=1e-6)
