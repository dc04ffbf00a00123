"""Uniform flow in a circular pipe by Manning's formula, full and partly full."""

from __future__ import annotations

import numpy as np

from spongecalc.catalogue.pipe_section import Numbers, circle_segment, manning_velocity_m_s

# The depth of the greatest flow: beyond it the wetted perimeter grows faster than the area.
DEPTH_OF_GREATEST_FLOW = 0.93818
_STEPS = 60


def full_velocity_m_s(diameter_m: Numbers, slope: Numbers, manning_n: Numbers) -> np.ndarray:
    """Velocity of a full pipe, v = R^(2/3) S^(1/2) / n with R = D / 4; NaN where it does not fall.

    References
    ----------
    GB 50014-2021, section 5.2 (velocity by Manning's formula).
    """
    return manning_velocity_m_s(np.asarray(diameter_m, float) / 4, slope, manning_n)


def full_flow_l_s(diameter_m: Numbers, slope: Numbers, manning_n: Numbers) -> np.ndarray:
    """Flow of a full pipe in l/s."""
    area = np.pi / 4 * np.asarray(diameter_m, float) ** 2
    flow: np.ndarray = 1000 * area * full_velocity_m_s(diameter_m, slope, manning_n)
    return flow


def flow_ratio(fullness: np.ndarray) -> np.ndarray:
    """Flow at a depth over the flow when full, from A R^(2/3)."""
    area, radius = circle_segment(fullness)
    ratio: np.ndarray = area * radius ** (2 / 3) / (np.pi / 4 * 0.25 ** (2 / 3))
    return ratio


def velocity_ratio(fullness: np.ndarray) -> np.ndarray:
    """Velocity at a depth over the velocity when full, from R^(2/3)."""
    return (circle_segment(fullness)[1] / 0.25) ** (2 / 3)


def fullness_of(ratio: np.ndarray) -> np.ndarray:
    """Normal depth over diameter for a flow over the full flow.

    Parameters
    ----------
    ratio
        Flow over full flow, 0 or more.

    Returns
    -------
    The depth on the rising branch of the curve, by bisection; NaN where no depth carries the flow (beyond
    1.0757 times the full flow).
    """
    wanted = np.asarray(ratio, float)
    low, high = np.zeros_like(wanted), np.full_like(wanted, DEPTH_OF_GREATEST_FLOW)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        less = flow_ratio(middle) < wanted
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    found = np.where(wanted > 0, (low + high) / 2, 0.0)
    return np.where(np.isnan(wanted) | (wanted > flow_ratio(np.array(DEPTH_OF_GREATEST_FLOW))), np.nan, found)


def slope_for(flow_l_s: Numbers, diameter_m: Numbers, manning_n: Numbers, fullness: Numbers = 1.0) -> np.ndarray:
    """The slope at which a pipe carries a flow at a depth over diameter."""
    area, radius = circle_segment(np.asarray(fullness, float))
    area, radius = area * np.asarray(diameter_m) ** 2, radius * np.asarray(diameter_m)
    slope: np.ndarray = (np.asarray(flow_l_s) / 1000 * manning_n / (area * radius ** (2 / 3))) ** 2
    return slope


def slope_for_speed(velocity_m_s: Numbers, diameter_m: Numbers, manning_n: Numbers) -> np.ndarray:
    """The slope at which water runs at a velocity in a full pipe."""
    slope: np.ndarray = (velocity_m_s * manning_n / (np.asarray(diameter_m, float) / 4) ** (2 / 3)) ** 2
    return slope
