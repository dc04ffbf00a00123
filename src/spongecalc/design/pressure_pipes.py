"""Pressure pipes: told as not checked, since no rule of gravity sewers holds for them."""

from __future__ import annotations

from spongecalc.design.check import Check, not_checkable
from spongecalc.design.network import DesignNetwork, subject_of

CHECK, REASON = "pressure_flow", "pressure_pipe"


def pressure_pipes_unchecked(net: DesignNetwork) -> list[Check]:
    """Return a check that is not made for each pressure pipe, so that none is left out in silence.

    Least slope, fullness, self-cleansing velocity by Manning's formula, sizes along the flow and the distance
    of manholes are those of sewers by gravity. A pipe pressed by pumps is worked out with its pumps, which the
    tables of limits at hand say nothing of. Its cover and clearances are checked as those of any pipe.
    """
    pressed = net.pipes[net.pipes["under_pressure"].to_numpy(bool)]
    return [
        not_checkable(CHECK, subject_of("pipes", row), "pressure pipe", REASON) for row in pressed.itertuples()
    ]
