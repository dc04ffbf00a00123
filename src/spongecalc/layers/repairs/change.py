"""A change that a repair made: what was, what is, and the finding that tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.value_change import NOW, WAS

CHANGE_COLUMNS = [
    "rule",
    "layer",
    "feature_id",
    "community_id",
    "file",
    "column",
    WAS,
    NOW,
    "length_before_m",
    "length_after_m",
    "x_m",
    "y_m",
]


def changed(
    rule: str, layer: str, frame: gpd.GeoDataFrame, mask: object, before: object, after: object, **words: object
) -> Iterator[Finding]:
    """A finding for each row that a repair changed; ``before`` and ``after`` are as long as the frame.

    ``was_m`` and ``now_m`` among the words are the lengths of lines before and after, in m, where a repair
    touches their geometry: the trail adds up by them.
    """
    chosen = np.flatnonzero(np.asarray(mask, dtype=bool))
    was, now = np.asarray(before, dtype=object), np.asarray(after, dtype=object)
    own = {k: v for k, v in words.items() if not isinstance(v, str) and hasattr(v, "__len__")}
    common = {k: v for k, v in words.items() if k not in own}
    for position, row in zip(chosen, frame.iloc[chosen].itertuples(), strict=True):
        mine = {k: v[position] for k, v in own.items()}  # type: ignore[index]
        yield finding_at(
            rule, layer, row, before=shown(was[position]), after=shown(now[position]), **common, **mine
        )


def shown(value: object) -> str:
    """A value as the trail writes it; a dash for nothing."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "-"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def is_change(finding: Finding) -> bool:
    """True for what the trail lists; what follows from the layers without doubt (ends, depths) is a finding."""
    return finding.rule.startswith("repair.")


def changes_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """The trail of all repairs, a row for each change.

    The lengths are those of a line whose geometry a repair touched, all its parts or pieces together: their
    differences sum to the difference of the layers' metres.
    """
    rows = [
        {
            "rule": f.rule,
            "layer": f.feature.layer,
            "feature_id": f.feature.feature_id,
            "community_id": f.feature.community_id,
            "file": f.feature.file,
            "column": str(f.found.get("column", "geometry")),
            WAS: _cell(f.found.get(WAS, "")),
            NOW: _cell(f.found.get(NOW, "")),
            "length_before_m": f.found.get("was_m", np.nan),
            "length_after_m": f.found.get("now_m", np.nan),
            "x_m": f.feature.x_m,
            "y_m": f.feature.y_m,
        }
        for f in findings
        if is_change(f)
    ]
    table = pd.DataFrame(rows, columns=CHANGE_COLUMNS)
    return table.sort_values(["layer", "feature_id", "column", "rule"], kind="stable", ignore_index=True)


def _cell(value: object) -> str:
    """A value of the trail as a table holds it: nothing is empty."""
    return "" if value == "-" else str(value)
