"""Water that leaves a community over the ground, and the inlets whose ground brings more than they take."""

from __future__ import annotations

import math

from spongecalc.assess.modelled import Modelled
from spongecalc.surfaces.inlet_load import SHORT
from spongecalc.swmm.gutters import EXIT


def left_over_ground_m3(one: Modelled, community_id: str, storm_id: str) -> float:
    """Water in m3 that ran out of a community over the ground in a run; NaN without a finished run.

    It is what SWMM's outfalls of the ways over the ground received; the pipes' outfalls have none of it.
    """
    result = one.finished(storm_id)
    if result is None:
        return math.nan
    return float(result.outfalls.loc[one.elements(community_id, EXIT), "volume_m3"].sum())


def inlets_short(one: Modelled, community_id: str) -> int:
    """Number of a community's inlets that take less than their ground brings at the headline storm's peak."""
    return sum(f.rule == SHORT and f.feature.community_id == community_id for f in one.model.findings)


def all_left_over_ground_m3(one: Modelled, storm_id: str) -> float:
    """Water in m3 that ran out of all communities of a model over the ground in a run."""
    return sum(left_over_ground_m3(one, community, storm_id) for community in one.system.communities)
