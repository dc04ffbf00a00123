"""Circular pipes against published tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spongecalc.design.circular_pipe import (
    DEPTH_OF_GREATEST_FLOW,
    flow_ratio,
    full_flow_l_s,
    full_velocity_m_s,
    fullness_of,
    geometry,
    slope_for,
    velocity_ratio,
)

# Chow (1959), Open-Channel Hydraulics, appendix A, geometric elements for circular channel sections:
# depth / diameter, area / diameter^2, hydraulic radius / diameter, section factor A R^(2/3) / diameter^(8/3).
CHOW_1959 = [
    (0.30, 0.1982, 0.1709, 0.0610),
    (0.40, 0.2934, 0.2142, 0.1050),
    (0.50, 0.3927, 0.2500, 0.1558),
    (0.60, 0.4920, 0.2776, 0.2092),
    (0.70, 0.5872, 0.2962, 0.2610),
    (0.80, 0.6736, 0.3042, 0.3045),
    (0.90, 0.7445, 0.2980, 0.3322),
    (1.00, 0.7854, 0.2500, 0.3117),
]
# The table of hydraulic elements of a circular pipe in textbooks of sewerage (constant n):
# depth / diameter, flow / full flow, velocity / full velocity.
ELEMENTS = [
    (0.30, 0.196, 0.776),
    (0.40, 0.337, 0.902),
    (0.50, 0.500, 1.000),
    (0.55, 0.586, 1.039),
    (0.60, 0.672, 1.072),
    (0.65, 0.756, 1.099),
    (0.70, 0.837, 1.120),
    (0.75, 0.912, 1.133),
    (0.80, 0.977, 1.140),
    (0.85, 1.030, 1.137),
    (0.90, 1.066, 1.124),
]


@pytest.mark.parametrize(("fullness", "area", "radius", "factor"), CHOW_1959)
def test_geometry_and_section_factor_of_chow(fullness, area, radius, factor):
    found_area, found_radius = geometry(np.array(fullness))
    assert found_area == pytest.approx(area, rel=0.005)
    assert found_radius == pytest.approx(radius, rel=0.005)
    assert found_area * found_radius ** (2 / 3) == pytest.approx(factor, rel=0.005)


@pytest.mark.parametrize(("fullness", "flow", "velocity"), ELEMENTS)
def test_hydraulic_elements_of_the_textbooks(fullness, flow, velocity):
    assert flow_ratio(np.array(fullness)) == pytest.approx(flow, rel=0.005)
    assert velocity_ratio(np.array(fullness)) == pytest.approx(velocity, rel=0.005)
    assert fullness_of(np.array(flow)) == pytest.approx(fullness, rel=0.005)


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
