"""A design check's record: what was checked against which limit of which clause, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from sys import intern

import pandas as pd

PASS, FAIL, NOT_CHECKABLE = "pass", "fail", "not_checkable"

CHECK_COLUMNS = [
    "community_id",
    "check",
    "verdict",
    "layer",
    "feature_id",
    "other_layer",
    "other_id",
    "status",
    "system",
    "applies_to",
    "value",
    "limit",
    "excess",
    "unit",
    "reason",
    "clause",
    "confidence",
    "x_m",
    "y_m",
]
# What a survey to the millimetre and a sum of floats leave of a figure that is exactly on its limit.
EXACT = 1e-9


@dataclass(frozen=True)
class Limit:
    """One limit with its unit, where it comes from, and how far that was checked."""

    value: float
    unit: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One row of design_checks.csv.

    ``excess`` is by how much the value breaks the limit, in its unit (0 or below: it does not); ``reason``
    is a code of why a check cannot be made, or of what was taken into account.
    """

    community_id: str
    check: str
    verdict: str
    layer: str
    feature_id: str
    status: str
    system: str
    applies_to: str
    value: float
    limit: float
    excess: float
    unit: str
    clause: str
    confidence: str
    reason: str = ""
    other_layer: str = ""
    other_id: str = ""
    x_m: float = math.nan
    y_m: float = math.nan


@dataclass(frozen=True)
class Subject:
    """The feature that a check is about."""

    community_id: str
    layer: str
    feature_id: str
    status: str
    system: str
    x_m: float
    y_m: float


def at_least(
    name: str, subject: Subject, applies_to: str, value: float, limit: Limit, *, reason: str = "", **more: str
) -> Check:
    """A check that the value is not below the limit; a value on the limit passes."""
    return _compared(name, subject, applies_to, value, limit, limit.value - value, reason, more)


def at_most(
    name: str, subject: Subject, applies_to: str, value: float, limit: Limit, *, reason: str = "", **more: str
) -> Check:
    """A check that the value is not above the limit; a value on the limit passes."""
    return _compared(name, subject, applies_to, value, limit, value - limit.value, reason, more)


def more_than(
    name: str, subject: Subject, applies_to: str, value: float, limit: Limit, *, reason: str = "", **more: str
) -> Check:
    """A check that the value is above the limit; a value on the limit fails, with an excess of 0."""
    return _compared(name, subject, applies_to, value, limit, limit.value - value, reason, more, strict=True)


def not_checkable(
    name: str, subject: Subject, applies_to: str, reason: str, limit: Limit | None = None, value: float = math.nan
) -> Check:
    """A check that cannot be made, and the code of why."""
    made = limit or Limit(math.nan, "", "", "")
    return _check(name, subject, applies_to, NOT_CHECKABLE, value, made, math.nan, reason)


def _compared(
    name: str,
    subject: Subject,
    applies_to: str,
    value: float,
    limit: Limit,
    excess: float,
    reason: str,
    more: dict[str, str],
    *,
    strict: bool = False,
) -> Check:
    if math.isnan(value) or math.isnan(limit.value):
        return not_checkable(name, subject, applies_to, reason or "value_unknown", limit)
    verdict = FAIL if excess > EXACT or (strict and excess > -EXACT) else PASS
    return _check(name, subject, applies_to, verdict, value, limit, excess, reason, **more)


def _check(
    name: str,
    subject: Subject,
    applies_to: str,
    verdict: str,
    value: float,
    limit: Limit,
    excess: float,
    reason: str,
    *,
    other_layer: str = "",
    other_id: str = "",
) -> Check:
    return Check(
        subject.community_id,
        name,
        verdict,
        subject.layer,
        subject.feature_id,
        subject.status,
        subject.system,
        applies_to,
        value,
        limit.value,
        excess,
        limit.unit,
        limit.source,
        limit.confidence,
        reason,
        other_layer,
        other_id,
        subject.x_m,
        subject.y_m,
    )


def _once(value: object) -> object:
    """The value; of equal texts the same one, since thousands of rows cite the same few clauses."""
    return intern(value) if type(value) is str else value


def checks_table(checks: list[Check]) -> pd.DataFrame:
    """Rows of design_checks.csv: failed ones first, then what could not be checked, then what passes."""
    order = {FAIL: 0, NOT_CHECKABLE: 1, PASS: 2}
    # Column by column: a dictionary for each check of a county would take more than all its checks.
    table = pd.DataFrame({name: [_once(getattr(c, name)) for c in checks] for name in CHECK_COLUMNS})
    table["_order"] = table["verdict"].map(order)
    table = table.sort_values(
        ["community_id", "_order", "check", "feature_id", "other_id", "applies_to"],
        ignore_index=True,
        kind="stable",
    )
    return table.drop(columns="_order")
