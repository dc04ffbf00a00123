"""Contributions of cross-connections, each by itself and all together: misplaced water with and without them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.outfall_tracers import outfall_tracer_table

CONTRIBUTION_COLUMNS = [
    "model",
    "scenario",
    "event",
    "connection_id",
    "misplaced_m3",
    "without_it_m3",
    "contribution_m3",
    "without_any_m3",
    "joint_effect_m3",
    "sum_of_contributions_m3",
    "differ",
    "reason",
    "model_sha256",
]

# Why a figure is not there.
NO_OUTFALL, NOT_SOUND = "no_outfall", "run_not_sound"

# Sum and joint effect count as different beyond this share of the joint effect, and beyond what the
# tracers' own balance (0.5 %) can bring about.
DIFFER_SHARE = 0.02
DIFFER_M3 = 0.05


@dataclass(frozen=True)
class Removal:
    """Misplaced water of a system in an event, in m3: as it is, without each cross-connection, without any.

    ``no_outfall`` are the cross-connections (and "all") without which no outfall is left to the system.
    """

    model: str
    scenario: str
    event: str
    with_all_m3: float
    without_m3: Mapping[str, float]
    without_any_m3: float
    sha256: str = ""
    no_outfall: frozenset[str] = frozenset()


def misplaced_m3(modelled: Modelled, event: str) -> float:
    """Sewage at rain outfalls and rain at sewage outfalls over an event's measured part; NaN without a run."""
    table = outfall_tracer_table([modelled])
    own = table[table["event"] == event]
    return float(own["misplaced_m3"].astype(float).sum(skipna=False)) if len(own) else float("nan")


def contribution_table(removals: Sequence[Removal]) -> pd.DataFrame:
    """Rows of separation_contributions.csv.

    A cross-connection's contribution is the misplaced water as it is, less that with it
    removed and its sources given their way back. The joint effect is that of removing all. In a branched network
    without backwater both agree; where cross-connections lie one below the other, or hold each other back, they
    do not, and ``differ`` says so.

    A figure that is not known is empty, and ``reason`` says why: a run that failed or whose tracers do not close,
    or that without the cross-connection the system has no outfall left (an old combined sewer that is all there
    is). Its water has no other way then, and what the connection does by itself is no question for a model.
    """
    rows: list[dict[str, object]] = []
    for one in removals:
        parts = {joint: one.with_all_m3 - without for joint, without in one.without_m3.items()}
        total, joint_effect = sum(parts.values()), one.with_all_m3 - one.without_any_m3
        limit = max(DIFFER_SHARE * abs(joint_effect), DIFFER_M3)
        rows.extend(
            {
                "model": one.model,
                "scenario": one.scenario,
                "event": one.event,
                "connection_id": joint,
                "misplaced_m3": one.with_all_m3,
                "without_it_m3": one.without_m3[joint],
                "contribution_m3": part,
                "without_any_m3": one.without_any_m3,
                "joint_effect_m3": joint_effect,
                "sum_of_contributions_m3": total,
                "differ": _differ(total, joint_effect, limit),
                "reason": _reason(one, joint),
                "model_sha256": one.sha256,
            }
            for joint, part in sorted(parts.items())
        )
    return pd.DataFrame(rows, columns=CONTRIBUTION_COLUMNS)


def _differ(total_m3: float, joint_effect_m3: float, limit_m3: float) -> str:
    """Answer yes or no to whether a sum and the joint effect differ; empty where one of them is not known."""
    apart = abs(total_m3 - joint_effect_m3)
    return "" if math.isnan(apart) else "yes" if apart > limit_m3 else "no"


def _reason(one: Removal, joint: str) -> str:
    """The reason why figures of a cross-connection's row are not there; empty where all are."""
    without = {joint: one.without_m3[joint], "all": one.without_any_m3}
    needed = [one.with_all_m3, *(v for name, v in without.items() if name not in one.no_outfall)]
    if any(math.isnan(v) for v in needed):
        return NOT_SOUND
    return NO_OUTFALL if set(without) & one.no_outfall else ""
