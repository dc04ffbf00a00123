"""A design check's record: what was checked against which limit of which clause, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sys import intern

import pandas as pd

from spongecalc.layers.feature import NOWHERE, Feature
from spongecalc.standards.provenance import decides

PASS, FAIL, NOT_CHECKABLE = "pass", "fail", "not_checkable"

LIMIT_NOT_READ = "limit_not_read"
"""The reason of a check whose limit is recalled and not confirmed by the project: nothing decides it."""
# What a survey to the millimetre and a sum of floats leave of a figure that is exactly on its limit.
EXACT = 1e-9


@dataclass(frozen=True)
class Limit:
    """One limit with its unit, where it comes from, and how that is known."""

    value: float
    unit: str
    source: str
    how_known: str


UNKNOWN = Limit(math.nan, "", "", "")


@dataclass(frozen=True, slots=True)
class Subject:
    """The feature that a check is about, with its status and system."""

    feature: Feature
    status: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of design_checks.csv.

    ``other`` is the second feature of a check between two; the row's place is a point at the subject.
    ``excess`` is by how much the value breaks the limit, in its unit (0 or below: it does not); ``reason``
    is a code of why a check cannot be made, or of what was taken into account.
    """

    check: str
    subject: Subject
    verdict: str
    applies_to: str
    value: float
    limit: Limit
    excess: float
    reason: str = ""
    other: Feature = NOWHERE

    @property
    def feature(self) -> Feature:
        """The feature that the check is about."""
        return self.subject.feature


_COLUMNS: dict[str, Callable[[Check], object]] = {
    "community_id": lambda c: c.feature.community_id,
    "check": lambda c: c.check,
    "verdict": lambda c: c.verdict,
    "layer": lambda c: c.feature.layer,
    "feature_id": lambda c: c.feature.feature_id,
    "other_layer": lambda c: c.other.layer,
    "other_id": lambda c: c.other.feature_id,
    "status": lambda c: c.subject.status,
    "system": lambda c: c.subject.system,
    "applies_to": lambda c: c.applies_to,
    "value": lambda c: c.value,
    "limit": lambda c: c.limit.value,
    "excess": lambda c: c.excess,
    "unit": lambda c: c.limit.unit,
    "reason": lambda c: c.reason,
    "clause": lambda c: c.limit.source,
    "how_known": lambda c: c.limit.how_known,
    "x_m": lambda c: c.feature.x_m,
    "y_m": lambda c: c.feature.y_m,
}
CHECK_COLUMNS = list(_COLUMNS)


def at_least(
    name: str,
    subject: Subject,
    applies_to: str,
    value: float,
    limit: Limit,
    *,
    reason: str = "",
    other: Feature = NOWHERE,
) -> Check:
    """A check that the value is not below the limit; a value on the limit passes."""
    return _compared(name, subject, applies_to, value, limit, limit.value - value, reason, other)


def at_most(
    name: str,
    subject: Subject,
    applies_to: str,
    value: float,
    limit: Limit,
    *,
    reason: str = "",
    other: Feature = NOWHERE,
) -> Check:
    """A check that the value is not above the limit; a value on the limit passes."""
    return _compared(name, subject, applies_to, value, limit, value - limit.value, reason, other)


def more_than(
    name: str,
    subject: Subject,
    applies_to: str,
    value: float,
    limit: Limit,
    *,
    reason: str = "",
    other: Feature = NOWHERE,
) -> Check:
    """A check that the value is above the limit; a value on the limit fails, with an excess of 0."""
    return _compared(name, subject, applies_to, value, limit, limit.value - value, reason, other, strict=True)


def not_checkable(
    name: str,
    subject: Subject,
    applies_to: str,
    reason: str,
    limit: Limit = UNKNOWN,
    value: float = math.nan,
    *,
    other: Feature = NOWHERE,
) -> Check:
    """A check that cannot be made, and the code of why."""
    return Check(name, subject, NOT_CHECKABLE, applies_to, value, limit, math.nan, reason, other)


def _compared(
    name: str,
    subject: Subject,
    applies_to: str,
    value: float,
    limit: Limit,
    excess: float,
    reason: str,
    other: Feature,
    *,
    strict: bool = False,
) -> Check:
    if math.isnan(value) or math.isnan(limit.value):
        return not_checkable(name, subject, applies_to, reason or "value_unknown", limit)
    if not decides(limit.how_known):
        # What it would break the limit by is told, and decides nothing.
        return Check(name, subject, NOT_CHECKABLE, applies_to, value, limit, excess, LIMIT_NOT_READ, other)
    verdict = FAIL if excess > EXACT or (strict and excess > -EXACT) else PASS
    return Check(name, subject, verdict, applies_to, value, limit, excess, reason, other)


def _once(value: object) -> object:
    """The value; of equal texts the same one, since thousands of rows cite the same few clauses."""
    return intern(value) if type(value) is str else value


def checks_table(checks: list[Check]) -> pd.DataFrame:
    """Rows of design_checks.csv: failed ones first, then what could not be checked, then what passes."""
    # Column by column: a dictionary for each check of a county would take more than all its checks.
    return _in_order(pd.DataFrame({name: [_once(value(c)) for c in checks] for name, value in _COLUMNS.items()}))


def with_checks(table: pd.DataFrame, checks: Sequence[Check]) -> pd.DataFrame:
    """Rows of design_checks.csv with those of further checks in their places."""
    parts = [t for t in (table, checks_table(list(checks))) if len(t)]
    return _in_order(pd.concat(parts, ignore_index=True)) if parts else table


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    order = {FAIL: 0, NOT_CHECKABLE: 1, PASS: 2}
    table["_order"] = table["verdict"].map(order)
    table = table.sort_values(
        ["community_id", "_order", "check", "feature_id", "other_id", "applies_to"],
        ignore_index=True,
        kind="stable",
    )
    return table.drop(columns="_order")
