"""The work order and single effects on the page."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from tests.report.reading import captioned_of, paragraphs_of
from tests.report.synthetic_review import synthetic_review

from spongecalc.assess.contributions import Removal, contribution_table
from spongecalc.assess.separation import WORK_COLUMNS
from spongecalc.report.content.separation_chapters import county_separation
from spongecalc.report.content.wording import Wording

WORK = pd.DataFrame(
    [("after", 1, "A01", "pipes", "P9", "pipe_between_systems", "Y1", 6.0, 21.0, 5.1, 0.9, 21.0, 5.1, 6.0)],
    columns=WORK_COLUMNS,
)


def part_of(**tables: pd.DataFrame):
    review = synthetic_review()
    return county_separation(replace(review, tables={**review.tables, **tables}), Wording("en"))


def test_the_work_order_is_on_the_page() -> None:
    part = part_of(work_order=WORK)
    cells = [c.text for c in captioned_of(part)[0][1].rows[0]]
    assert cells[:5] == ["1", "A01", "P9", "pipe between the systems", "Y1"]
    assert "spongecalc separation" in " ".join(paragraphs_of(part))


def test_where_single_effects_do_not_add_up_the_page_says_so() -> None:
    adds_up = contribution_table([Removal("A01", "after", "dry", 5.0, {"x": 0.0}, 0.0)])
    differs = contribution_table([Removal("A01", "after", "dry", 5.0, {"x": 0.0, "y": 0.0}, 0.0)])
    assert "backwater" not in " ".join(paragraphs_of(part_of(work_order=WORK, separation_contributions=adds_up)))
    assert "backwater" in " ".join(paragraphs_of(part_of(work_order=WORK, separation_contributions=differs)))


def test_nothing_to_cut_is_said() -> None:
    part = part_of(work_order=WORK.iloc[:0])
    assert captioned_of(part) == []
    assert "Nothing has to be cut" in paragraphs_of(part)[0]
