"""Sewage in a measured flow by mixing of two waters, with its error; and the balance of a reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A value with its standard error, in the same unit."""

    value: float
    error: float


def sewage_flow(flow: Measured, concentration: Measured, clean: Measured, sewage: Measured) -> Measured:
    """Sewage in a flow that is a mixture of clean water and sewage.

    x = Q (C - C0) / (C1 - C0), the balance of a conservative substance between two end members; the error
    is propagated to first order from those of Q, C, C0 and C1, taken as independent.

    Parameters
    ----------
    flow
        Q in l/s.
    concentration
        C of the mixture: NH3-N in mg/l, or conductivity in uS/cm.
    clean, sewage
        C0 and C1 of the two waters, in the same unit.

    Returns
    -------
    The flow of sewage in l/s, with its error. It may come out negative within its error.

    Raises
    ------
    ValueError
        If the two waters do not differ.

    References
    ----------
    Two-component mixing, as used for infiltration and inflow in sewers: Kracht and Gujer (2005), Water
    Science and Technology 52(3), 209-218.
    """
    span = sewage.value - clean.value
    if span == 0:
        raise ValueError("clean water and sewage have the same concentration: nothing tells them apart")
    share = (concentration.value - clean.value) / span
    terms = (
        share * flow.error,
        flow.value / span * concentration.error,
        flow.value * (share - 1) / span * clean.error,
        flow.value * share / span * sewage.error,
    )
    return Measured(flow.value * share, math.sqrt(sum(t * t for t in terms)))


def reach_gain(below: Measured, above: Sequence[Measured]) -> Measured:
    """Gain of a reach: the value at its lower sensor less those at its upper ones, with its error.

    Parameters
    ----------
    below
        Flow, or flow of sewage, at the sensor that ends the reach, in l/s.
    above
        The same at the sensors next upstream.
    """
    value = below.value - sum(a.value for a in above)
    return Measured(value, math.sqrt(below.error**2 + sum(a.error**2 for a in above)))
