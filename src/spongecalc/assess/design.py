"""The tables of the design checks, with what SWMM finds of each pipe beside the rational method."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.swmm_capacity import swmm_peak_checks
from spongecalc.design.check import CHECK_COLUMNS, Check, with_checks
from spongecalc.design.design_checks import review_design
from spongecalc.layers.layer_set import LayerSet
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm

DESIGN_TABLES = ("design_checks", "pipe_hydraulics", "design_suggestions")
"""The tables of the design checks by the names of their files."""

SWMM_COLUMNS = ["swmm_storm_id", "swmm_peak_l_s", "swmm_filling_percent", "swmm_surcharged_h"]


def design_tables(
    modelled: Sequence[Modelled],
    storms: Sequence[Storm],
    layers: LayerSet,
    settings: Settings,
    of_communities: Sequence[Check] = (),
) -> dict[str, pd.DataFrame]:
    """design_checks, pipe_hydraulics and design_suggestions, for the last of the scenarios compared.

    SWMM's figures are those of the storm that the report speaks of. ``of_communities`` are checks that are made
    of whole communities by their runs.
    """
    built = [m for m in modelled if m.system.scenario == settings.compared[1]]
    review = review_design([(m.system, m.model.areas) for m in built], layers, settings)
    storm = next((s for s in storms if s.storm_id == settings.headline_storm), None)
    checked = {c for m in built for c in m.system.communities}
    unchecked = [c for c in layers.community_ids if c not in checked]
    beside = [_of_pipes(m, storm) for m in built]
    filled = [b for b in beside if len(b)]
    swmm = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=["pipe_id", *SWMM_COLUMNS])
    hydraulics = review.hydraulics.merge(swmm, on="pipe_id", how="left")
    peaks = swmm_peak_checks([m.system for m in built], hydraulics, settings.headline_storm)
    return {
        "design_checks": with_unchecked(with_checks(review.checks, [*of_communities, *peaks]), unchecked),
        "pipe_hydraulics": hydraulics,
        "design_suggestions": review.suggestions,
    }


def with_unchecked(checks: pd.DataFrame, communities: Sequence[str]) -> pd.DataFrame:
    """The checks, and a row for each community whose data has errors, so that none is left out in silence."""
    rows = [
        {
            "community_id": community,
            "check": "every_check",
            "verdict": "not_checkable",
            "layer": "communities",
            "feature_id": community,
            "reason": "data_error",
        }
        for community in communities
    ]
    if not rows:
        return checks
    added = pd.DataFrame(rows, columns=CHECK_COLUMNS)
    texts = [c for c in CHECK_COLUMNS if c not in ("value", "limit", "excess", "x_m", "y_m")]
    added = added.assign(**{c: added[c].astype(object).where(added[c].notna(), "") for c in texts})
    if checks.empty:
        return added
    return pd.concat([checks, added], ignore_index=True).sort_values(
        "community_id", kind="stable", ignore_index=True
    )


def _of_pipes(modelled: Modelled, storm: Storm | None) -> pd.DataFrame:
    """Peak flow, fullness and time under pressure of every pipe in SWMM; no rows without a finished run."""
    result = modelled.finished(storm.storm_id) if storm is not None else None
    if storm is None or result is None:
        return pd.DataFrame()
    table = modelled.model.elements
    pipes = table[(table["element"] == "link") & (table["role"] == "pipe")]
    links = result.links.reindex(pipes["model_id"])
    return pd.DataFrame(
        {
            "pipe_id": pipes["feature_id"].to_numpy(),
            "swmm_storm_id": storm.storm_id,
            "swmm_peak_l_s": links["peak_l_s"].to_numpy(float),
            "swmm_filling_percent": 100 * links["max_fullness"].to_numpy(float),
            "swmm_surcharged_h": links["surcharged_h"].to_numpy(float),
        }
    )
