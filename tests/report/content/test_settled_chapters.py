"""Settled or not, on the first page and in the conclusions: how many models, and which verdicts hang on it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from tests.report.reading import paragraphs_of
from tests.report.synthetic_review import synthetic_review

from spongecalc.assess.settled import COMPARED, FREE_SURFACE, MODEL_COLUMNS, MODELS_TABLE, NOT_RUN
from spongecalc.report.content.county_chapters import totals_chapter
from spongecalc.report.content.settled_chapters import settled_said
from spongecalc.report.content.wording import Wording


def review_of(*answers: str, unsettled: str = ""):
    """A review whose models got these answers; one peak moved in each that was compared."""
    models = pd.DataFrame(
        {"model": [f"M{n}" for n in range(len(answers))], "answer": answers, "scenario": "before"}
    )
    models = models.reindex(columns=MODEL_COLUMNS).assign(peaks_moved=1, depths_moved=0, volumes_moved=0)
    review = synthetic_review()
    pages = tuple(
        replace(p, row={**p.row, "verdict_unsettled": unsettled if p.community_id == "A01" else ""})
        for p in review.pages
    )
    return replace(review, pages=pages, tables={**review.tables, MODELS_TABLE: models.assign(flooded_in_one=0)})


def said(review, lang="en"):
    return settled_said(review, Wording.of(review, lang))


def test_no_verdict_depends_on_the_scheme():
    told = said(review_of(COMPARED, COMPARED, FREE_SURFACE))
    assert "2 models were under pressure in P3-120 (0 of after" in told[0] and "2 peaks of pipes" in told[0]
    assert "No verdict depends on the scheme: under P3-120" in told[1]


def test_the_communities_whose_verdict_does_are_named():
    told = said(review_of(COMPARED, unsettled="ponding=pass"), "zh")
    assert "列为有条件：A01" in told[1]


def test_nothing_compared_shows_nothing_settled():
    told = said(review_of(NOT_RUN))
    assert len(told) == 1
    assert told[0].startswith("1 model was under pressure in P3-120, none of them held against")
    assert said(review_of(NOT_RUN, NOT_RUN), "zh")[0].startswith("P3-120 下有压的 2 个模型均未按参照算法对照")


@pytest.mark.parametrize("answers", [(), (FREE_SURFACE,)])
def test_without_pressure_nothing_is_said(answers):
    assert said(review_of(*answers)) == []


def test_it_stands_on_the_first_page():
    review = review_of(COMPARED)
    told = " ".join(paragraphs_of(totals_chapter(review, Wording.of(review, "en"))))
    assert "No verdict depends on the scheme" in told
