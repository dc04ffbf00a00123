"""Findings about the data as the page shows them: one row for all features that the same was found of."""

from __future__ import annotations

import pandas as pd

from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording

COLUMNS = ("severity", "rule", "layer", "feature_id", "message", "action")
SAME = ("severity", "rule", "layer", "message", "action")
# More ids than these are counted, not listed; findings.csv has a row for each.
LISTED = 8


def finding_table(findings: pd.DataFrame, words: Wording) -> Table:
    """Findings in their order, those that differ by feature only in one row with the features' ids."""
    same = [c for c in SAME if c in findings.columns]
    if findings.empty or not same or "feature_id" not in findings.columns:
        return frame_table(findings, COLUMNS, words)
    groups = findings.groupby(same, sort=False, dropna=False)["feature_id"]
    rows = pd.DataFrame(
        [{**dict(zip(same, key, strict=True)), "feature_id": _ids(ids, words)} for key, ids in groups]
    )
    return frame_table(rows, COLUMNS, words)


def _ids(ids: pd.Series, words: Wording) -> str:
    known = [str(i) for i in ids if pd.notna(i) and i != ""]
    shown = words.listed(known[:LISTED])
    return words("table.and_more", ids=shown, count=len(known)) if len(known) > LISTED else shown
