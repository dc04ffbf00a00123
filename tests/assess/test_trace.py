"""Every figure of communities.csv can be followed back, and comes out the same when worked out again."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.assess.compared_columns import community_columns
from spongecalc.assess.trace import (
    Sources,
    UnknownFigureError,
    holds_words,
    numeric_columns,
    trace_figure,
)
from spongecalc.assess.trace_recipes import recipe_of
from spongecalc.language import has_text
from spongecalc.language.unknown_name import UnknownNameError
from spongecalc.project.scenario_settings import DEFAULT_PAIR as PAIR
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.traces import features_of, page_traces, trace_lines
from spongecalc.report.content.wording import Wording


@pytest.fixture(scope="module")
def sources(whole_run):
    return Sources(whole_run.review.tables, features_of(whole_run.review))


def test_every_figure_of_a_run_resolves_and_is_found_again(sources):
    table = sources.table("communities")
    columns = numeric_columns(table)
    assert len(columns) > 20
    again = 0
    for community in table["community_id"]:
        for column in columns:
            trace = trace_figure(sources, community, column)
            value = table.loc[table["community_id"] == community, column].iloc[0]
            assert trace.address == f"communities.csv:{community}:{column}"
            assert has_text(f"trace.formula.{trace.formula}", "zh") and has_text(
                f"trace.source.{trace.formula}", "en"
            )
            assert trace.described, trace.address
            grounds = trace.operands or trace.runs or trace.elements or trace.features
            assert grounds or column in ("errors", "warnings") or cell_text(column, value) in ("", "0", "0.00"), (
                trace.address
            )
            if not math.isnan(trace.recomputed):
                assert cell_text(column, trace.recomputed) == cell_text(column, value), trace.address
                again += 1
            for lang in ("zh", "en"):
                assert all(label and words for label, words in trace_lines(trace, Wording(lang)))
    # Of a receiver that a community does not have nothing is known.
    assert again > table[columns].notna().sum().sum() / 2


def test_every_column_has_a_recipe():
    """A new column of figures needs one, or its origin is not told."""
    undescribed = [c for c in community_columns(PAIR) if not holds_words(c) and recipe_of(c, PAIR) is None]
    assert undescribed == []


def test_a_wrong_figure_is_found_out(sources):
    communities = sources.table("communities").copy()
    first = communities["community_id"].iloc[0]
    communities.loc[0, "runoff_after_m3"] = communities.loc[0, "runoff_after_m3"] + 5.0
    wrong = Sources({**sources.tables, "communities": communities}, sources.features)
    trace = trace_figure(wrong, first, "runoff_after_m3")
    assert cell_text("_m3", trace.recomputed) != cell_text("_m3", trace.value)
    assert "NOT" in dict(trace_lines(trace, Wording("en")))["Worked out again"]


def test_ponding_by_hand():
    review = synthetic_review()
    sources = Sources(review.tables, features_of(review))
    trace = trace_figure(sources, "A01", "ponding_after_m3")
    assert [(o.address, o.value) for o in trace.operands] == [("ponding.csv:A01:N1:volume_m3", 3.5)]
    assert trace.recomputed == 3.5
    assert trace.runs == (("A01/after/P3-120", "cd" * 32),)
    fall = trace_figure(sources, "A03", "runoff_reduction_percent")
    assert fall.recomputed == pytest.approx(100 * (240.004 - 180.003) / 240.004)
    total = trace_figure(sources, "TOTAL", "storm_laid_m")
    assert total.recomputed == pytest.approx(3 * 131.25)


def test_flags_are_those_of_the_features_that_a_figure_rests_on():
    review = synthetic_review()
    findings = pd.DataFrame(
        {
            "severity": ["warning", "info"],
            "rule": ["pipe.adverse_slope", "pipe.invert_from_node"],
            "community_id": ["A01", "A01"],
            "layer": ["pipes", "pipes"],
            "feature_id": ["P1", "P2"],
        }
    )
    sources = Sources({**review.tables, "findings": findings}, features_of(review))
    # P1 is a rain pipe that is laid, P2 a sewage pipe.
    assert trace_figure(sources, "A01", "storm_laid_m").flags == (("warning", "pipe.adverse_slope", ("P1",)),)
    assert trace_figure(sources, "A01", "sewage_laid_m").flags == (("info", "pipe.invert_from_node", ("P2",)),)


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [("A01", "house", "no_column"), ("A01", "name", "no_figure")],
)
def test_what_is_no_figure_is_said(row, column, rule):
    with pytest.raises(UnknownFigureError) as found:
        trace_figure(Sources(synthetic_review().tables), row, column)
    assert found.value.rule == rule


def test_an_unknown_row_is_told_with_the_nearest():
    with pytest.raises(UnknownNameError, match="The nearest is 'A01'"):
        trace_figure(Sources(synthetic_review().tables), "A1", "households")


def test_an_unknown_column_of_figures_still_names_its_runs():
    review = synthetic_review()
    communities = review.tables["communities"].assign(new_m3=[1.0, np.nan, 3.0, 4.0])
    tables = {**review.tables, "communities": communities}
    trace = trace_figure(Sources(tables), "A01", "new_m3")
    assert not trace.described and len(trace.runs) == 2
    assert "A01:new_m3" in page_traces(replace(review, tables=tables), Wording("en"))
    assert not trace_figure(Sources(tables), "TOTAL", "new_m3").described
