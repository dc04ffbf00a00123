"""Two results laid side by side: which rows and figures of their tables differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from spongecalc.decimals import decimals

# What names a row of each table; the first of these columns that tell its rows apart in both results.
KEYS: Mapping[str, Sequence[str]] = {
    "communities": ("community_id",),
    "answers": ("community_id", "scenario", "storm_id", "figure"),
    "quantities": (
        "community_id",
        "item",
        "system",
        "status",
        "shape",
        "diameter_mm",
        "material",
        "depth_band",
    ),
    "separation": ("community_id", "scenario", "connection_id"),
    "ponding": ("community_id", "scenario", "storm_id", "level", "site_id"),
    "sponge": ("community_id", "scenario", "storm_id"),
    "settled": ("community_id", "scenario", "object", "object_id", "figure"),
    "settled_models": ("model", "scenario"),
    "runs": ("run_id",),
    "findings": ("community_id", "layer", "feature_id", "rule", "message"),
    "elements": ("model", "scenario", "element", "model_id"),
}
# How long a run took says nothing of the design.
IGNORED = {"runs": ("seconds",)}


@dataclass(frozen=True)
class Change:
    """One figure or word that differs; ``difference`` is B less A, NaN for words."""

    row: str
    column: str
    a: str
    b: str
    difference: float

    @property
    def difference_text(self) -> str:
        """The difference with its sign and the column's decimals; empty for words."""
        if math.isnan(self.difference):
            return ""
        places = decimals(self.column)
        return f"{self.difference:+.{places}f}" if places is not None else f"{self.difference:+g}"


@dataclass(frozen=True)
class TableDifference:
    """The differences of one table. A table that one result lacks is in ``missing_in`` "a" or "b"."""

    table: str
    changes: tuple[Change, ...] = ()
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    columns_only_a: tuple[str, ...] = ()
    columns_only_b: tuple[str, ...] = ()
    missing_in: str = ""

    @property
    def differs(self) -> bool:
        """True where anything differs."""
        parts = (
            self.changes,
            self.only_a,
            self.only_b,
            self.columns_only_a,
            self.columns_only_b,
            self.missing_in,
        )
        return any(parts)


def compare(a: Mapping[str, pd.DataFrame], b: Mapping[str, pd.DataFrame]) -> list[TableDifference]:
    """Compare the tables of two results, as read from disk; those of the first result come first.

    Rows are matched by what names them (:data:`KEYS`), not by their place; rows of one name by their order.
    """
    names = [*a, *(n for n in b if n not in a)]
    ordered = sorted(names, key=lambda n: (list(KEYS).index(n) if n in KEYS else len(KEYS), n))
    found = []
    for name in ordered:
        if name not in a or name not in b:
            found.append(TableDifference(name, missing_in="a" if name not in a else "b"))
        else:
            found.append(_table(name, a[name], b[name]))
    return found


def _table(name: str, a: pd.DataFrame, b: pd.DataFrame) -> TableDifference:
    columns = [str(c) for c in a.columns if c in b.columns and c not in IGNORED.get(name, ())]
    keys = [k for k in KEYS.get(name, columns[:1]) if k in columns]
    rows_a, rows_b = _named(a, keys), _named(b, keys)
    changes = []
    for row, own in rows_a.items():
        other = rows_b.get(row)
        if other is None:
            continue
        for column in columns:
            if column in keys:
                continue
            one, two = _text(own[column]), _text(other[column])
            if one != two:
                changes.append(Change(row, column, one, two, _difference(one, two)))
    return TableDifference(
        name,
        tuple(changes),
        tuple(r for r in rows_a if r not in rows_b),
        tuple(r for r in rows_b if r not in rows_a),
        tuple(str(c) for c in a.columns if c not in b.columns),
        tuple(str(c) for c in b.columns if c not in a.columns),
    )


def _named(table: pd.DataFrame, keys: Sequence[str]) -> dict[str, Mapping[str, object]]:
    rows: dict[str, Mapping[str, object]] = {}
    for record in table.to_dict("records"):
        name = " · ".join(_text(record[k]) for k in keys if _text(record[k]))
        unique, number = name, 2
        while unique in rows:
            unique, number = f"{name} ({number})", number + 1
        rows[unique] = {str(k): v for k, v in record.items()}
    return rows


def _difference(a: str, b: str) -> float:
    try:
        return float(b) - float(a)
    except ValueError:
        return math.nan


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124  NaN differs from itself
