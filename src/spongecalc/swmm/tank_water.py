"""Water of a run that rain tanks keep: what stands in them at its end, and what was drawn from them."""

from __future__ import annotations

from collections.abc import Sequence

from spongecalc.swmm.run_result import RunResult

TANK_ROLE, REUSE_ROLE = "tank", "outfall_reuse"
"""Roles of a tank's storage, and of the outfall that stands for its reuse, in a model's table of elements."""


def held_by_tanks_m3(result: RunResult, tanks: Sequence[str], reuse: Sequence[str]) -> float:
    """Return water that tanks hold at the end of a run, and what was reused from them, in m3.

    What stood in them when the storm began is not of this run.

    Parameters
    ----------
    result
        Of a finished run.
    tanks, reuse
        Ids in the model of the tanks' storages and of the outfalls that stand for their reuse.
    """
    own = result.storages.loc[list(tanks)]
    held = (own["final_volume_m3"] - own["initial_volume_m3"]).sum() if tanks else 0.0
    reused = result.outfalls.loc[list(reuse), "volume_m3"].sum() if reuse else 0.0
    return float(held + reused)
