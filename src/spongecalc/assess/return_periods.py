"""The return periods up to which communities stay dry and their pipes carry, beside the other figures."""

from __future__ import annotations

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
