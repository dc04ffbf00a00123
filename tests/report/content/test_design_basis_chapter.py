"""The basis of design on the page: what is practice, and which documents were read in scans with gaps."""

from __future__ import annotations

import pandas as pd
import pytest

from spongecalc.assess.design_basis import BASIS_COLUMNS
from spongecalc.report.content.design_basis import basis_of_design
from spongecalc.report.content.document import Paragraph, TableBlock
from spongecalc.report.content.wording import Wording


def row(document: str, clause: str, how_known: str, cited_as: str) -> dict[str, object]:
    values = (document, clause, "in_force", "yes", "check", "material", 1, "yes", how_known, cited_as)
    return dict(zip(BASIS_COLUMNS, values, strict=True))


BASIS = pd.DataFrame(
    [
        row("GB 55027-2022", "3.3.1", "printed", "GB 55027-2022 3.3.1"),
        row("GB 50014-2021", "4.1.6", "printed", "GB 50014-2021 4.1.6"),
        row("", "", "practice", "engineering practice: the leaving invert not above the arriving"),
        row("", "", "practice", "Announcement 218 of the Ministry of Construction (2004): not to be used"),
    ]
)


@pytest.mark.parametrize(("lang", "gaps"), [("zh", "读自原文（扫描件，有缺漏）"), ("en", "in a scan with gaps")])
def test_a_document_read_in_a_scan_with_gaps_says_so(lang: str, gaps: str) -> None:
    tables = [b for b in basis_of_design(BASIS, Wording(lang)) if isinstance(b, TableBlock)]
    assert len(tables) == 2
    for block in tables:
        grades = [r[-1].text for r in block.table.rows]
        assert sum(gaps in g for g in grades) == 1
        assert gaps in grades[0]


def test_what_passes_without_an_unread_limit_is_no_practice() -> None:
    said = next(b for b in basis_of_design(BASIS, Wording("en")) if isinstance(b, Paragraph))
    assert "1 more value is of engineering practice" in said.text
