"""Outfalls below silted conduits, where SWMM's depth is none.

The bottom of a filled section is its silt, so that the conduit ends above the outfall's invert as over a step,
and the depth at the outfall is nought whatever flows (docs/engine.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

_FILLED = "FILLED_CIRCULAR"


def silt_at_outfalls_m(sections: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, float]:
    """Return the depth in m of the silt in the conduits that end at outfalls, by the outfall's id in the model.

    Parameters
    ----------
    sections
        The rows of a model's sections.
    """
    outfalls = {row[0] for row in sections.get("OUTFALLS", ())}
    ends = {row[0]: row[2] for row in sections.get("CONDUITS", ()) if len(row) > 2 and row[2] in outfalls}
    found: dict[str, float] = {}
    for row in sections.get("XSECTIONS", ()):
        if row[0] in ends and row[1] == _FILLED:
            outfall = ends[row[0]]
            found[outfall] = max(found.get(outfall, 0.0), float(row[3]))
    return found


def known_depths_m(depths_m: pd.Series, sections: Mapping[str, Sequence[Sequence[str]]]) -> pd.Series:
    """Return depths by the nodes' ids in the model, NaN at outfalls whose water lies below the silt above them.

    Parameters
    ----------
    depths_m
        SWMM's depths, by the nodes' ids.
    sections
        The rows of the model's sections.
    """
    silt_m = depths_m.index.map(silt_at_outfalls_m(sections)).to_numpy(float)
    return depths_m.mask(depths_m.to_numpy(float) < silt_m)
