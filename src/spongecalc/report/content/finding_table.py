"""Findings about the data as the page shows them: one row for all features that the same was found of."""

from __future__ import annotations

from itertools import islice

import pandas as pd

from spongecalc.report.content.document import Block, Paragraph, TableBlock
from spongecalc.report.content.roles import TextRole
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording

COLUMNS = ("severity", "rule", "layer", "feature_id", "message", "action")
SAME = ("severity", "rule", "layer", "message", "action")
# More ids than these are counted, not listed; findings.csv has a row for each.
LISTED = 8
MOST_ROWS = 200
"""Of a longer table the first rows are shown, errors before notes; findings.csv has all, and so has the map."""


def finding_blocks(findings: pd.DataFrame, heading: str, words: Wording) -> list[Block]:
    """Return the table of findings under its heading, and how many it leaves out; without any, nothing."""
    table, whole = finding_table(findings, words), _kinds(findings)
    if not table.rows:
        return []
    blocks: list[Block] = [TableBlock(heading, table, "findings")]
    if whole > len(table.rows):
        cut = words("table.findings_cut", shown=len(table.rows), rows=whole, count=len(findings))
        blocks.append(Paragraph(cut, TextRole.REMARK))
    return blocks


def _kinds(findings: pd.DataFrame) -> int:
    """Return the number of rows that all findings would take."""
    same = [c for c in SAME if c in findings.columns]
    if findings.empty or not same or "feature_id" not in findings.columns:
        return len(findings)
    return len(findings[same].drop_duplicates())


def finding_table(findings: pd.DataFrame, words: Wording) -> Table:
    """Findings in their order, those that differ by feature only in one row with the features' ids.

    ``MOST_ROWS`` at most.
    """
    same = [c for c in SAME if c in findings.columns]
    if findings.empty or not same or "feature_id" not in findings.columns:
        return frame_table(findings.head(MOST_ROWS), COLUMNS, words)
    groups = findings.groupby(same, sort=False, dropna=False)["feature_id"]
    rows = pd.DataFrame(
        [
            {**dict(zip(same, key, strict=True)), "feature_id": _ids(ids, words)}
            for key, ids in islice(groups, MOST_ROWS)
        ]
    )
    return frame_table(rows, COLUMNS, words)


def _ids(ids: pd.Series, words: Wording) -> str:
    known = [str(i) for i in ids if pd.notna(i) and i != ""]
    shown = words.listed(known[:LISTED])
    return words("table.and_more", ids=shown, count=len(known)) if len(known) > LISTED else shown
