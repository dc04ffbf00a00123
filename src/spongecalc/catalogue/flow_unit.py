"""The flow units of SWMM models, which also say whether a model counts in feet or in metres."""

from __future__ import annotations

from collections.abc import Mapping

FOOT_M = 0.3048
CUBIC_FOOT_M3 = FOOT_M**3
GALLON_M3 = 0.003785411784

FLOW_UNITS: tuple[str, ...] = ("CFS", "GPM", "MGD", "CMS", "LPS", "MLD")
"""SWMM's flow units in the order of the engine's own numbering: three of feet, three of metres."""

LITRES_PER_SECOND: Mapping[str, float] = {
    "CFS": 1000.0 * CUBIC_FOOT_M3,
    "GPM": 1000.0 * GALLON_M3 / 60.0,
    "MGD": 1.0e9 * GALLON_M3 / 86400.0,
    "CMS": 1000.0,
    "LPS": 1.0,
    "MLD": 1.0e6 / 86400.0,
}
"""Litres a second in one of each (US gallon 231 in3)."""


def in_feet(flow_unit: str) -> bool:
    """True for the flow units of models that count in feet, acres and inches."""
    return flow_unit in FLOW_UNITS[:3]
