"""The return periods up to which communities stay dry and their pipes carry, beside the other figures."""

from __future__ import annotations

import pandas as pd

CRITERIA = ("dry", "pipes")
PERIOD_COLUMNS = [
    "community_id",
    "scenario",
    "criterion",
    "return_period_a",
    "bound",
    "fails_at_a",
    "first_id",
    "level",
    "pattern",
    "duration_min",
    "model_sha256",
]
TABLE = "ponding_return_periods"


def community_return_periods(table: pd.DataFrame, community_id: str) -> dict[str, float]:
    """A community's columns of communities.csv: dry_ and pipes_return_period_before_a, _after_a."""
    own = table[table["community_id"] == community_id]
    return {
        f"{row.criterion}_return_period_{row.scenario}_a": float(row.return_period_a)
        for row in own.itertuples()
        if row.criterion in CRITERIA
    }
