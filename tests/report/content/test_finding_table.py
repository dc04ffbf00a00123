"""Tables of findings: what differs by feature only is one row, and a long table ends with how many there are."""

from __future__ import annotations

import pandas as pd
import pytest

from spongecalc.report.content.document import Paragraph, TableBlock
from spongecalc.report.content.finding_table import MOST_ROWS, finding_blocks
from spongecalc.report.content.wording import Wording


def findings(kinds: int, each: int) -> pd.DataFrame:
    """Findings of so many kinds, each of so many features."""
    rows = [
        {"severity": "warning", "rule": "pipe.short", "layer": "pipes", "feature_id": f"P{k}-{n}"}
        | {"message": f"what is found, {k}", "action": "what to do", "community_id": "A"}
        for k in range(kinds)
        for n in range(each)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_long_table_is_cut_and_says_how_many_there_are(language: str) -> None:
    table, *rest = finding_blocks(findings(10_000, 3), "heading", Wording(language))
    assert isinstance(table, TableBlock)
    assert len(table.table.rows) == MOST_ROWS
    (cut,) = rest
    assert isinstance(cut, Paragraph)
    for said in (str(MOST_ROWS), "findings.csv"):
        assert said in cut.text
    assert "30000" in cut.text.replace(",", "").replace(" ", "").replace("\u202f", "").replace("\u2009", "")


def test_a_table_that_is_whole_says_nothing_more() -> None:
    (table,) = finding_blocks(findings(MOST_ROWS, 2), "heading", Wording("en"))
    assert isinstance(table, TableBlock)
    assert len(table.table.rows) == MOST_ROWS
    assert finding_blocks(findings(0, 0), "heading", Wording("en")) == []
